"""A mailbox that was renamed at the upstream before we heard of it is delivered, not paid back."""

import pytest

from accounts.tenancy import scope
from billing import ledger
from billing.models import Order
from mailboxes.models import Mailbox
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox import models as there
from tests.flow.test_faults import order_state, states_of
from tests.shop import Shop


def rename_there(before: str, after: str) -> None:
    assert there.Mailbox.objects.filter(email=before).update(email=after) == 1


def lose_events(shop: Shop) -> None:
    shop.sandbox.mark_delivered(shop.sandbox.pending_letters())


def bought_and_renamed(shop: Shop, *names: str) -> Order:
    """The upstream has delivered everything, all of its events are lost, and somebody renamed mailboxes there."""
    order = shop.order("first.com")
    shop.work()
    shop.sandbox.advance(120)
    lose_events(shop)
    for name in names:
        rename_there(f"{name}@first.com", f"new.{name}@first.com")
    shop.pass_time(60)
    shop.work()
    return order


def test_one_renamed_mailbox_is_delivered_under_its_new_address(shop: Shop) -> None:
    order = bought_and_renamed(shop, "maya")
    shop.finish()
    assert order_state(order) == Order.State.DELIVERED
    with scope(shop.customer.pk):
        assert set(Mailbox.objects.values_list("address", "state")) == {
            ("new.maya@first.com", "ACTIVE"),
            ("noor@first.com", "ACTIVE"),
        }
        balances = ledger.balances_of(shop.customer)
        assert balances["held"] == 0
        assert balances["revenue"] == sum(order.lines.values_list("price_minor", flat=True))


def test_of_two_renamed_ones_nobody_guesses(shop: Shop) -> None:
    order = bought_and_renamed(shop, "maya", "noor")
    with scope(shop.customer.pk):
        operation = Operation.objects.get(kind="order.process")
        assert operation.state == Operation.State.NEEDS_PERSON
        assert "first.com" in operation.last_error
    assert "failed" not in states_of(order).values()


@pytest.mark.parametrize("which", ["maya", "noor"])
def test_one_that_was_seen_before_is_known_by_its_id(shop: Shop, which: str) -> None:
    order = shop.order("first.com")
    shop.work()
    with scope(shop.customer.pk):
        operation = Operation.objects.get(kind="order.process")
        ids = there.Mailbox.objects.values_list("id", "email")
        operation.answer = {
            "mailboxes": [{"id": number, "name": name, "status": "IN_PROGRESS"} for number, name in ids]
        }
        operation.save()
    shop.sandbox.advance(120)
    lose_events(shop)
    for name in ("maya", "noor"):
        rename_there(f"{name}@first.com", f"{which}.{name}@first.com")
    shop.pass_time(60)
    shop.work()
    assert order_state(order) == Order.State.DELIVERED
