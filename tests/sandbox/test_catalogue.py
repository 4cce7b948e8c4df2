"""What the sandbox offers makes sense: names that can be registered, prices, places, and secrets that work."""

import pyotp
import pytest

from reseller_portal.sandbox.operations.names import NAME
from tests.sandbox.conftest import Api, Owner


def suggestions(api: Api, keyword: str, *tlds: str) -> list[dict[str, object]]:
    body = {"domainName": keyword, **({"tlds": list(tlds)} if tlds else {})}
    return list(api.ok("POST", "/domains/available", body)["data"]["availableDomains"])


@pytest.mark.parametrize("keyword", ["harborlight", "Harbor Light", "harborlight.com", "café crème", "-a-", "x" * 80])
def test_every_suggestion_is_a_name_that_is_free(api: Api, keyword: str) -> None:
    found = suggestions(api, keyword)
    assert len(found) == 20
    assert all(NAME.match(str(each["domainName"])) for each in found)
    name = found[-1]["domainName"]
    offer = api.ok("POST", "/domains/available-single", {"domainName": name})["data"]
    assert (offer["status"], offer["domainPrice"]) == ("AVAILABLE", found[-1]["domainPrice"])


def test_the_word_itself_comes_first_on_all_endings_but_one(api: Api) -> None:
    names = [str(each["domainName"]) for each in suggestions(api, "Harbor Light")]
    assert [name.partition(".")[0] for name in names[:6]] == ["harborlight"] * 6
    assert "harborlight" in names[10]
    assert suggestions(api, "Harbor Light") == suggestions(api, "harborlight")


def test_suggestions_keep_to_the_endings_asked_for(api: Api) -> None:
    endings = {str(each["domainName"]).rpartition(".")[2] for each in suggestions(api, "harborlight", ".io", "dev")}
    assert endings == {"io", "dev"}
    assert suggestions(api, "harborlight", "com")[0]["domainName"] == "harborlight.com"


@pytest.mark.parametrize("keyword", ["taken", "!!!", "日本"])
def test_where_nothing_is_free_nothing_is_suggested(api: Api, keyword: str) -> None:
    assert suggestions(api, keyword) == []


def test_a_name_costs_by_its_ending_and_its_years(api: Api) -> None:
    prices = {
        name: api.ok("POST", "/domains/available-single", {"domainName": name, "years": years})["data"]["domainPrice"]
        for name, years in {"harborlight.com": 1, "harborlight.io": 1, "harborlight.dev": 3}.items()
    }
    assert prices == {"harborlight.com": 12.99, "harborlight.io": 39, "harborlight.dev": 42}


def test_a_name_is_taken_by_list_by_rule_and_by_whoever_ordered_it(owner: Owner) -> None:
    owner.api.control.reserve("fated.com", "taken")
    for name in ("google.com", "all-taken.net", "fated.com", owner.domain):
        answer = owner.api.ok("POST", "/domains/available-single", {"domainName": name})["data"]
        assert answer["status"] == "UNAVAILABLE"


def test_an_authenticator_secret_works_in_any_authenticator(owner: Owner) -> None:
    for mailbox in owner.mailboxes:
        code = pyotp.TOTP(mailbox["authenticatorSecret"]).now()
        assert pyotp.TOTP(mailbox["authenticatorSecret"]).verify(code, valid_window=1)
        assert len(code) == 6
        assert len(mailbox["password"]) >= 12
        assert len(mailbox["appPassword"].replace(" ", "")) == 16


def test_all_countries_have_their_states(api: Api) -> None:
    countries = api.ok("GET", "/geo/countries")["data"]
    assert len(countries) > 240
    assert countries["United States"] == "US"
    assert api.ok("GET", "/geo/states", countryCode="DE")["data"]["Bayern"] == "BY"
    assert api.call("GET", "/geo/states", countryCode="XX").status_code == 422


def test_packages_sell_out_and_do_not_come_back(api: Api) -> None:
    user = api.user()
    api.control.add_to_wallet(10_000)
    while stock := api.ok("GET", "/pre-warmup", serviceProvider="GOOGLE")["data"]["inventory"]:
        order = [{"domain": each["domain"]} for each in stock]
        api.ok("POST", "/pre-warmup/order", {"order": order, "serviceProvider": "GOOGLE"}, userId=user)
        api.control.advance(10)
    api.ok("POST", "/pre-warmup/order", {"order": order[:1], "serviceProvider": "GOOGLE"}, userId=user)
    api.control.advance(10)
    assert len(api.events("prewarmup.order.success")) == 1
    (failed,) = api.events("prewarmup.order.failed")
    assert failed["failedDomains"] == [{**order[0], "reason": "No pre-warmed pool available"}]
