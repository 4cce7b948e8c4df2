"""Each of the 23 events comes by some route, and looks like the contract's example of it."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from reseller_portal.sandbox.models import Event
from tests.contract.facts import EVENTS, event_example
from tests.sandbox.conftest import Owner

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z")
GOOGLE = {"googleOauthRoute": "client", "clientId": "1-x.apps.googleusercontent.com", "appName": "Sender"}
YEAR_DAYS = 366


def shape(value: Any, at: str = "") -> Any:
    """Keys and kinds, with times told by their form; a name that may be null is a kind of its own."""
    if isinstance(value, dict):
        return {key: shape(item, key) for key, item in value.items() if at != "updatedFields"}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    if at == "profilePicture":
        return "text or null"
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    if isinstance(value, int | float):
        return "number"
    return MOMENT.sub(lambda found: f"moment{'.ms' if found[1] else ''}", value) if MOMENT.fullmatch(value) else "text"


def _lose_the_wallet(owner: Owner) -> None:
    owner.api.control.set_wallet(0)


def a_domain_is_forwarded(owner: Owner) -> None:
    body = {"domains": [owner.domain], "forwardTo": "https://www.harborlight.example"}
    owner.api.ok("POST", "/domains/forwarding", body, userId=owner.user)
    owner.wait(seconds=30)


def a_domain_is_ordered(owner: Owner) -> None:
    owner.api.order(owner.user, "second.com", names=("maya",), google=GOOGLE)
    owner.wait(seconds=30)


def the_registry_refuses(owner: Owner) -> None:
    owner.api.order(owner.user, "unlucky.com")
    owner.wait(seconds=30)


def the_money_runs_out_under_way(owner: Owner) -> None:
    owner.api.order(owner.user, "poor.com")
    owner.api.control.set_wallet(13)
    owner.wait(seconds=30)


def a_mailbox_is_renamed(owner: Owner) -> None:
    change = {"mailboxId": owner.mailboxes[0]["mailboxId"], "firstName": "Mila"}
    owner.api.ok("PATCH", "/mailboxes/update-mailbox-details", {"mailboxData": change}, userId=owner.user)
    owner.wait(seconds=30)


def warmup_comes_and_goes(owner: Owner) -> None:
    mailbox = owner.mailboxes[0]["mailboxId"]
    owner.api.ok("POST", "/mailboxes/warmup", mailboxId=mailbox)
    owner.wait(minutes=5)
    owner.api.ok("DELETE", "/mailboxes/warmup", mailboxId=mailbox)


def a_package_and_a_sold_one_are_ordered(owner: Owner) -> None:
    stock = owner.api.ok("GET", "/pre-warmup", serviceProvider="GOOGLE")["data"]["inventory"]
    order = [{"domain": stock[0]["domain"]}, {"domain": "long-gone.com"}]
    body = {"order": order, "serviceProvider": "GOOGLE", "autoRenew": True}
    owner.api.ok("POST", "/pre-warmup/order", body, userId=owner.user)
    owner.wait(seconds=30)


def a_domain_is_renewed(owner: Owner) -> None:
    owner.wait(days=YEAR_DAYS - 30)
    owner.api.ok("POST", "/domains/renew", {"userId": owner.user, "domains": [owner.domain]})
    owner.wait(seconds=30)


def a_renewal_has_no_money(owner: Owner) -> None:
    owner.wait(days=YEAR_DAYS - 30)
    _lose_the_wallet(owner)
    owner.api.ok("POST", "/domains/renew", {"userId": owner.user, "domains": [owner.domain]})
    owner.wait(seconds=30)


def a_domain_is_forgotten(owner: Owner) -> None:
    owner.wait(days=YEAR_DAYS + 10)


def a_subscription_is_renewed_by_hand(owner: Owner) -> None:
    body = {"subscriptionIds": [owner.subscription["subscriptionId"]]}
    owner.api.ok("POST", "/subscriptions/renew-subscriptions", body)
    owner.wait(seconds=30)


def a_month_begins(owner: Owner) -> None:
    owner.wait(days=32)


def a_second_year_begins(owner: Owner) -> None:
    body = {"userId": owner.user, "domains": [owner.domain], "autoRenew": True}
    owner.api.ok("PATCH", "/domains/toggle-auto-renew", body)
    owner.wait(days=YEAR_DAYS + 1)


def a_month_begins_without_money(owner: Owner) -> None:
    _lose_the_wallet(owner)
    owner.wait(days=32)


def a_month_begins_for_a_domain_in_grace(owner: Owner) -> None:
    owner.wait(days=YEAR_DAYS + 1)


def nobody_renews(owner: Owner) -> None:
    body = {"subscriptionId": owner.subscription["subscriptionId"], "autoRenew": False}
    owner.api.ok("POST", "/subscriptions/toggle-autorenewal", body)
    owner.wait(days=40)


def a_subscription_is_cancelled(owner: Owner) -> None:
    owner.api.ok("POST", "/subscriptions/cancel", {"domain": owner.domain})


ROUTES: dict[str, Callable[[Owner], None]] = {
    "dns-record.updated": a_domain_is_forwarded,
    "domain.expired": a_domain_is_forgotten,
    "domain.grace_period": a_domain_is_forgotten,
    "domain.order.failed": the_registry_refuses,
    "domain.order.success": a_domain_is_ordered,
    "domain.renewal.failed": a_renewal_has_no_money,
    "domain.renewal.success": a_domain_is_renewed,
    "mailbox.created": a_domain_is_ordered,
    "mailbox.exported": a_domain_is_ordered,
    "mailbox.order.failed": the_money_runs_out_under_way,
    "mailbox.order.success": a_domain_is_ordered,
    "mailbox.updated": a_mailbox_is_renamed,
    "mailbox.warmup.removed": warmup_comes_and_goes,
    "mailbox.warmup.started": warmup_comes_and_goes,
    "prewarmup.order.failed": a_package_and_a_sold_one_are_ordered,
    "prewarmup.order.success": a_package_and_a_sold_one_are_ordered,
    "subscription.cancelled": a_subscription_is_cancelled,
    "subscription.expired": nobody_renews,
    "subscription.past_due": a_month_begins_without_money,
    "subscription.renewal.failed": a_month_begins_for_a_domain_in_grace,
    "subscription.renewal.success": a_subscription_is_renewed_by_hand,
    "subscription.renewing": a_month_begins,
    "subscription.updated": a_second_year_begins,
}


def test_every_event_of_the_contract_has_a_route() -> None:
    assert set(ROUTES) == set(EVENTS)
    assert len(EVENTS) == 23


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_an_event_looks_like_the_contracts_example(owner: Owner, name: str) -> None:
    ROUTES[name](owner)
    found = Event.objects.filter(name=name).order_by("pk").first()
    assert found, f"{ROUTES[name].__name__} made no {name}"
    assert shape(json.loads(found.body)) == shape(event_example(name))


def test_a_changed_record_tells_the_same_without_an_action(owner: Owner) -> None:
    record = {"host": "www", "value": "192.0.2.1", "recordType": "A"}
    owner.api.ok("POST", "/dns", {"domain": owner.domain, "records": [record]}, userId=owner.user)
    (event,) = owner.api.events("dns-record.updated")
    expected = shape(event_example("dns-record.updated")["data"])
    assert shape(event) == {key: kind for key, kind in expected.items() if key != "actionId"}


def test_events_of_a_recreation_name_the_call_that_caused_it(owner: Owner) -> None:
    keys = {"subscriptionIds": [owner.subscription["subscriptionId"]] * 2}
    action = owner.api.ok("POST", "/component/subscriptions/recreate", keys)["actionId"]
    owner.wait(minutes=5)
    assert [each["actionId"] for each in owner.api.events("mailbox.created")] == [action, action]
    assert len(owner.api.ok("GET", "/subscriptions", domain=owner.domain)["data"]["subscriptions"]) == 1
