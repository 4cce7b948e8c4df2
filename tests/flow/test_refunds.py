"""What the upstream gives back for what it did not deliver is no loss any more, though no event tells of it."""

import pytest

from accounts.tenancy import scope, staff_scope
from billing import ledger
from billing.handlers.refunds import LOOKS
from billing.ledger import Kind
from billing.models import Order, OrderLine
from billing.selectors import lost_minor
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox import models as there
from reseller_portal.webhooks.models import Event
from tests import oracle
from tests.flow.test_faults import finish_after_silence, states_of
from tests.shop import Shop

WATCH = "refund.watch"


def cost(shop: Shop) -> int:
    with scope(shop.customer.pk):
        return ledger.balance_of(shop.customer, kind=Kind.COST)


def lost() -> int:
    with staff_scope("test"):
        return lost_minor()


def watch() -> Operation:
    with staff_scope("test"):
        return Operation.objects.get(kind=WATCH)


@pytest.fixture
def charged(shop: Shop) -> Order:
    """A name that the upstream charged and did not register."""
    order = shop.order("hidden-conflict.com")
    finish_after_silence(shop)
    assert (states_of(order)["hidden-conflict.com"], cost(shop), lost()) == ("failed", 1299, 1299)
    return order


def give_back(shop: Shop, *, status: str = "REFUND") -> None:
    """As the sandbox does with names that are called so: the money, and the word on the order."""
    shop.sandbox.add_to_wallet(0)
    there.Order.objects.update(status=status)


def look(shop: Shop) -> None:
    shop.pass_time(6 * 3600)
    shop.work()


def test_what_came_back_is_taken_out_of_the_cost_and_of_the_losses(shop: Shop, charged: Order) -> None:
    look(shop)
    assert (cost(shop), watch().state) == (1299, "accepted")
    give_back(shop)
    look(shop)
    assert (cost(shop), lost(), watch().state) == (0, 0, "done")
    with scope(shop.customer.pk):
        line = OrderLine.objects.get(name="hidden-conflict.com")
        assert (line.state, line.cost_booked_minor, line.cost_returned_at is not None) == ("failed", 0, True)
    oracle.ask_in_between()


def test_news_of_the_cost_that_is_older_than_the_refund_brings_no_loss_back(shop: Shop, charged: Order) -> None:
    letters = [each for each in shop.sandbox.all_letters() if "domain.order.failed" in each.body.decode()]
    with staff_scope("test: as if they had not come"):
        Event.objects.all().delete()
    give_back(shop)
    look(shop)
    shop.deliver_events(letters)
    assert (cost(shop), lost()) == (0, 0)


def test_who_gets_nothing_back_stops_looking_after_some_days_and_bothers_nobody(shop: Shop, charged: Order) -> None:
    before = shop.sandbox.count("get_order")
    for _ in range(2 * LOOKS):
        look(shop)
    assert watch().state == "done"
    assert shop.sandbox.count("get_order") - before <= LOOKS + 1
    assert lost() == 1299
    oracle.ask_in_between()


def test_a_name_that_the_sandbox_refunds_is_a_loss_for_some_minutes_only(shop: Shop) -> None:
    order = shop.order("refunded.com")
    shop.finish()
    assert (states_of(order)["refunded.com"], lost()) == ("failed", 1299)
    shop.sandbox.advance(3600)
    look(shop)
    assert lost() == 0
    oracle.ask(shop.sandbox)
