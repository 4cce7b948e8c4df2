"""The sandbox refuses what the contract does not allow, so that nobody learns of it from a customer's first order."""

from typing import Any

import pytest

from reseller_portal.sandbox.models import Subscription
from tests.contract.facts import OPERATIONS, example
from tests.sandbox.conftest import KEY, USER, Api, Owner

WISH: dict[str, Any] = {
    "domains": [{"domain": "first.com", "years": 1}],
    "mailboxes": {"first.com": [{"username": "maya", "firstName": "Maya", "lastName": "Ferro"}]},
    "billingCycle": "MONTHLY", "confirm": False, "serviceProvider": "GOOGLE",
}  # fmt: skip
NEEDS_USER = sorted(
    name
    for name, facts in OPERATIONS.items()
    if "userId" in facts["query"] and name not in {"list_all_mailboxes", "reset_sandbox_prewarmed"}
)
NEEDS_USER_IN_BODY = ["renew_domains", "get_domain_renewal_prices", "set_domain_auto_renew", "add_google_client_id"]


@pytest.mark.parametrize("key", sorted(USER))
def test_every_field_of_a_user_but_two_is_required(api: Api, key: str) -> None:
    for body in ({name: text for name, text in USER.items() if name != key}, {**USER, key: ""}, {**USER, key: None}):
        assert api.call("POST", "/users", body).status_code == 400


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("company", "Acme! + Co_"), ("company", "A" * 5_000), ("company", "Ac\u202eme"), ("company", "Acme &lt;b&gt;"),
        ("firstName", "<b>Ivo</b>"), ("city", "Kiel;"), ("addressLineOne", "1 Main\nStreet"), ("state", "OR?"),
        ("phone", "not a phone"), ("phone", "123"), ("phone", "+15035550142"), ("phone", "٥٠٣٥٥٥٠١٤٢"),
        ("phoneCc", "abc"), ("phoneCc", "+1"), ("phoneCc", "12345"), ("country", "USA"), ("country", "XX"),
        ("email", "a b@c.example"), ("email", "ivo"), ("email", "ivo@here"),
    ],
)  # fmt: skip
def test_a_text_that_the_contract_does_not_allow_is_refused(api: Api, key: str, text: str) -> None:
    assert api.call("POST", "/users", {**USER, key: text}).status_code == 400


@pytest.mark.parametrize(
    "text", ["Smith & Sons, Inc. (UK)", "Café Zoë #4", "O'Neil/Partner-Haus", "株式会社", "A &amp; B"]
)
def test_a_text_of_letters_of_any_script_and_the_allowed_signs_is_taken(api: Api, text: str) -> None:
    assert api.user(company=text)


@pytest.mark.parametrize("key", ["domains", "mailboxes", "billingCycle", "confirm"])
def test_an_order_needs_what_the_contract_requires(api: Api, key: str) -> None:
    user = api.user()
    for body in ({name: value for name, value in WISH.items() if name != key}, {**WISH, key: None}):
        answer = api.call("POST", "/orders/json", body, userId=user)
        assert (answer.status_code, answer.json()["message"]) == (400, f"{key} is missing or malformed")


@pytest.mark.parametrize(
    "odd",
    [
        {"confirm": "true"}, {"confirm": 1}, {"mailboxes": []}, {"mailboxes": {"first.com": []}},
        {"domains": [{"domain": "first.com"}]}, {"autoRenew": "no"},
    ],
)  # fmt: skip
def test_an_order_with_a_value_of_another_kind_is_refused(api: Api, odd: dict[str, Any]) -> None:
    assert api.call("POST", "/orders/json", {**WISH, **odd}, userId=api.user()).status_code == 400


def test_what_is_required_may_be_left_out_where_that_is_the_manner(api: Api) -> None:
    api.control.behave(optional_fields=["confirm", "company"])
    user = api.ok("POST", "/users", {key: text for key, text in USER.items() if key != "company"})["data"]["id"]
    draft = {key: value for key, value in WISH.items() if key != "confirm"}
    order = api.ok("POST", "/orders/json", draft, userId=user)["data"]["orderId"]
    assert api.ok("GET", "/orders/status", userId=user, orderId=order)["data"]["status"] == "PENDING"


def test_an_order_without_provider_is_google_and_more_mailboxes_are_of_their_subscription(owner: Owner) -> None:
    bare = {key: value for key, value in WISH.items() if key != "serviceProvider"}
    order = owner.api.ok("POST", "/orders/json", bare, userId=owner.user)["data"]["orderId"]
    Subscription.objects.update(provider="MICROSOFT")
    more = {"subscriptionId": owner.subscription["subscriptionId"], "billingCycle": "MONTHLY", "confirm": False}
    more["mailboxes"] = {owner.domain: [{"username": "ada", "firstName": "Ada", "lastName": "Vale"}]}
    added = owner.api.ok("POST", "/orders/create-mailbox-order/json", more, userId=owner.user)["data"]["orderId"]
    told = [
        owner.api.ok("GET", "/orders", userId=owner.user, orderId=each)["data"]["serviceProvider"]
        for each in (order, added)
    ]
    assert told == ["GOOGLE", "MICROSOFT"]


def test_a_draft_tells_what_was_refused_and_no_price(api: Api) -> None:
    user = api.user()
    both = {"domains": [*WISH["domains"], {"domain": "google.com", "years": 1}]}
    order = api.ok("POST", "/orders/json", {**WISH, **both}, userId=user)["data"]["orderId"]
    draft = api.ok("GET", "/orders", userId=user, orderId=order)["data"]
    assert draft["unavailableDomains"] == ["google.com"]
    assert "totalPrice" not in draft
    api.ok("POST", "/orders/process", {"orderId": order}, userId=user)
    assert api.ok("GET", "/orders", userId=user, orderId=order)["data"]["totalPrice"] == 15.99


@pytest.mark.parametrize("name", [*NEEDS_USER, *NEEDS_USER_IN_BODY])
@pytest.mark.parametrize("user", [None, "", "  "])
def test_a_missing_user_is_told_in_one_sentence(api: Api, name: str, user: str | None) -> None:
    request = example(name)["request"]
    query = {**request.get("query", {}), "userId": user}
    body = {key: value for key, value in (request.get("body") or {}).items() if key != "userId"}
    answer = api.session.request(
        request["method"], f"http://sandbox.invalid/api/v1/integration{request['path']}",
        params={key: value for key, value in query.items() if value is not None}, json=body, headers=KEY, timeout=5,
    )  # fmt: skip
    assert (answer.status_code, answer.json()["message"]) == (400, "Please provide a userId")


def test_the_order_of_another_user_is_refused(api: Api) -> None:
    order = api.order(api.user(), "first.com", confirm=False)
    other = api.user(email="other@harborlight.example")
    assert api.call("GET", "/orders", userId=other, orderId=order).status_code == 403
    assert api.call("POST", "/orders/process", {"orderId": order}, userId=other).status_code == 403
