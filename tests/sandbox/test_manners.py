"""What the sandbox can be told to do by name, where the sources differ or the upstream has a bad day."""

import json
from datetime import timedelta
from typing import Any

import pytest
import requests

from reseller_portal.sandbox import controlling, mail_records
from reseller_portal.sandbox.models import Order
from reseller_portal.sandbox.serving import Pace, respond
from reseller_portal.sandbox.settings import DATABASES
from reseller_portal.sandbox.wire import Refusal
from tests.sandbox.conftest import Api, Owner

HOUR = timedelta(hours=1)


def price_of(api: Api, name: str) -> Any:
    return api.ok("POST", "/domains/available-single", {"domainName": name})["data"]["domainPrice"]


@pytest.mark.parametrize(
    ("how", "status"),
    [("key", 401), ("forbidden", 403), ("address", 403), ("route", 404), ("method", 405), ("page", 200)],
)
def test_what_is_shut_refuses_every_call_until_it_opens(api: Api, how: str, status: int) -> None:
    api.control.behave(shut=how)
    answers = [api.call("GET", "/wallet"), api.call("GET", "/users/list"), api.call("POST", "/users", {})]
    assert [each.status_code for each in answers] == [status] * 3
    if how == "page":
        with pytest.raises(requests.JSONDecodeError):
            answers[0].json()
    api.control.behave(shut="")
    assert api.call("GET", "/wallet").status_code == 200


def test_a_quota_of_name_checks_stops_name_checks_alone_and_for_long(api: Api) -> None:
    api.control.behave(name_checks=3)
    ask = {"domainName": "first.com"}
    assert [api.call("POST", "/domains/available", ask).status_code for _ in range(3)] == [200] * 3
    for path in ("/domains/available", "/domains/available-single"):
        answer = api.call("POST", path, ask)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1800")
    assert api.call("GET", "/wallet").status_code == 200
    api.control.advance(HOUR)
    assert api.call("POST", "/domains/available", ask).status_code == 200


def test_two_hundred_calls_go_in_a_minute_and_the_next_waits() -> None:
    at = [0.0]
    pace = Pace(now=lambda: at[0])
    for _ in range(200):
        assert pace.wait(200) == 0
        at[0] += 0.25
    assert pace.wait(200) == 10
    assert pace.wait() == 0, "without a limit a minute has none"
    at[0] = 60.0
    assert pace.wait(200) > 0
    at[0] = 62.0
    assert pace.wait(200) == 0


def test_a_wrong_key_is_counted_by_the_limiter(api: Api) -> None:
    pace = Pace()
    statuses = [
        respond("GET", "/api/v1/integration/wallet", query={}, headers={"cmr-x-api-key": "no"}, body=b"", pace=pace)
        for _ in range(7)
    ]
    assert [each.status for each in statuses] == [401] * 5 + [429] * 2


def test_prices_are_texts_or_oddly_written_where_that_is_the_manner(api: Api) -> None:
    api.control.behave(money="text")
    assert price_of(api, "first.com") == "12.99"
    for odd in ("NaN", "0.00", "", None):
        api.control.write_price("first.com", odd)
        assert price_of(api, "first.com") == odd
    assert price_of(api, "second.com") == "12.99"


def test_a_price_that_moves_is_offered_and_taken(api: Api) -> None:
    controlling.answer("POST", "/control/prices", b'{"name": "first.com", "dollars": 39}')
    controlling.answer("POST", "/control/prices", b'{"percent": 200}')
    controlling.answer("POST", "/control/prices", b'{"name": "mailbox", "dollars": 5}')
    assert (price_of(api, "first.com"), price_of(api, "second.com")) == (39.0, 25.98)
    api.order(api.user(), "first.com")
    api.control.advance(30)
    assert [amount for amount, _reason in api.control.movements()] == [-3900, -1000]


def test_the_event_of_a_workspace_tells_what_the_wallet_paid(owner: Owner) -> None:
    owner.api.control.behave(optional_fields=[])
    owner.api.control.move_price("mailbox", 7)
    warm = {"username": "ada", "firstName": "Ada", "lastName": "Vale", "onWarmup": True}
    owner.api.order(owner.user, "second.com", mailboxes={"second.com": [warm]})
    owner.wait(seconds=30)
    (event,) = owner.api.events("mailbox.order.success")
    assert event["price"] == 8 == -owner.api.control.movements()[-1][0] / 100


def test_mailboxes_may_fail_after_they_were_paid_for(api: Api) -> None:
    user = api.user()
    order = api.order(user, "boxless.com")
    api.control.advance(60)
    told = api.ok("GET", "/orders", userId=user, orderId=order)["data"]
    assert {each["status"] for each in told["mailboxes"]} == {"FAILED"}
    assert told["status"] == "PARTIAL_REFUND"
    assert len(api.control.movements()) == 2


def test_the_money_of_a_name_that_was_taken_comes_back_later(api: Api) -> None:
    user = api.user()
    order = api.order(user, "refunded.com")
    api.control.advance(30)
    assert [amount for amount, _reason in api.control.movements()] == [-1299]
    api.control.advance(HOUR)
    assert [amount for amount, _reason in api.control.movements()] == [-1299, 1299]
    assert api.ok("GET", "/orders/status", userId=user, orderId=order)["data"]["status"] == "REFUND"


def test_mailboxes_of_microsoft_may_take_hours(api: Api) -> None:
    api.control.behave(microsoft_hours=6)
    api.order(api.user(), "first.com", serviceProvider="MICROSOFT", microsoftOauthRoute="r")
    api.control.advance(5 * HOUR)
    assert api.events("mailbox.created") == []
    api.control.advance(3 * HOUR)
    assert len(api.events("mailbox.created")) == 2


def test_a_wallet_may_come_without_an_envelope(api: Api) -> None:
    api.control.behave(bare_wallet=True)
    assert api.ok("GET", "/wallet")["walletBalance"] == 5000


def test_a_new_workspace_is_bare_unless_it_is_to_be_equipped(api: Api) -> None:
    user = api.user()
    for name, manner in (("first.com", "bare"), ("second.com", "equipped")):
        api.control.behave(workspace_records=manner)
        api.order(user, name)
        api.control.advance(30)
    found = [api.ok("GET", "/dns", userId=user, domain=each)["data"]["records"] for each in ("first.com", "second.com")]
    assert found[0] == []
    assert f"v=DKIM1; k=rsa; p={mail_records.KEY}" in {each["value"] for each in found[1]}


def test_an_unknown_filter_is_refused_where_that_is_the_manner(api: Api) -> None:
    assert api.call("GET", "/subscriptions", status="BOGUS").status_code == 200
    api.control.behave(unknown_filters="refuse")
    assert api.call("GET", "/subscriptions", status="BOGUS").status_code == 400
    assert api.call("GET", "/pre-warmup", serviceProvider="ZOHO").status_code == 400
    assert api.call("GET", "/subscriptions", status="ACTIVE").status_code == 200


def test_what_the_vendor_removes_is_gone_without_an_event(owner: Owner) -> None:
    address = owner.mailboxes[0]["email"]
    controlling.answer("POST", "/control/vendor", json.dumps({"remove_mailbox": address}).encode())
    assert address not in {each["email"] for each in owner.mailboxes}
    controlling.answer("POST", "/control/vendor", json.dumps({"cancel_subscription": owner.domain}).encode())
    assert owner.mailboxes == []
    assert owner.subscription["subscriptionStatus"] == "CANCELLED"
    assert owner.api.control.all_letters() == []


def test_a_practice_reset_forgets_what_is_on_its_way(api: Api) -> None:
    user = api.user()
    wish = {"order": [{"domain": "sandbox.nexora-tech.com"}], "serviceProvider": "GOOGLE"}
    api.ok("POST", "/sandbox/pre-warmup/order", wish, userId=user)
    api.ok("POST", "/sandbox/pre-warmup/reset")
    api.control.advance(HOUR)
    assert not Order.objects.exists()
    assert api.call("DELETE", "/users", userId=user).status_code == 200


def test_warm_stock_does_not_age_on_the_shelf(owner: Owner) -> None:
    owner.api.ok("GET", "/pre-warmup")
    owner.wait(days=370)
    wish = {"order": [{"domain": "warm-amberline.com"}], "serviceProvider": "GOOGLE"}
    owner.api.ok("POST", "/pre-warmup/order", wish, userId=owner.user)
    owner.wait(seconds=30)
    rows = owner.api.ok("GET", "/domains/by-user", userId=owner.user)["data"]["domains"]
    assert {each["domainName"]: each["status"] for each in rows}["warm-amberline.com"] == "ACTIVE"


def test_of_two_faults_with_a_rate_both_strike(api: Api) -> None:
    api.control.fault("get_wallet", "error_before", rate=0.5)
    api.control.fault("get_wallet", "refuse", rate=1, status=418)
    assert {api.call("GET", "/wallet").status_code for _ in range(60)} == {500, 418}


def test_a_stale_read_is_of_the_very_question(api: Api) -> None:
    for name in ("first.com", "second.com"):
        api.ok("POST", "/domains/available-single", {"domainName": name})
    api.control.fault("check_domain_availability", "stale_read")
    told = api.ok("POST", "/domains/available-single", {"domainName": "first.com"})
    assert told["data"]["domainName"] == "first.com"


def test_a_connection_is_tried_before_a_call_uses_it() -> None:
    sandbox: Any = DATABASES["sandbox"]
    assert sandbox["CONN_HEALTH_CHECKS"] is True


@pytest.mark.parametrize(
    ("room", "wish"),
    [
        ("manners", {"shut": "perhaps"}), ("manners", {"name_checks": -1}), ("manners", {"calls_per_minute": True}),
        ("manners", {"optional_fields": "confirm"}), ("manners", {"bare_wallet": "yes"}), ("prices", {"percent": -100}),
        ("prices", {"dollars": 3}), ("prices", {"name": "x", "dollars": 3}),
        ("vendor", {"remove_mailbox": "a@b.example"}),
    ],
)  # fmt: skip
def test_a_manner_that_does_not_exist_is_refused(api: Api, room: str, wish: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        controlling.answer("POST", f"/control/{room}", json.dumps(wish).encode())
    assert refused.value.status == 400
