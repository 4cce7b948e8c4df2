"""A worker killed at any point of an order: one charge, one purchase, books that agree."""

import pytest
from django.conf import settings

from accounts.tenancy import scope
from billing.models import Order, OrderLine
from reseller_portal.jobs import crash_points
from tests import oracle
from tests.flow.killing import Killed, reaping
from tests.shop import Shop

LEASE_OVER = 130
# Four questions, the account, the draft, the price that waits for two answers (so once without a call), the purchase:
# else each claim passes every point once.
POINTS_REACHED = 11 * len(crash_points.POINTS) - 1
THE_PURCHASE = range(POINTS_REACHED - len(crash_points.POINTS) + 1, POINTS_REACHED + 1)


def complete_order(shop: Shop) -> None:
    """One order from the quote to the last mailbox; whoever dies on the way is followed by another worker."""
    quote = shop.ask_for_quote("first.com", "second.net")
    carry_on(shop)
    shop.confirm(quote)
    for _ in range(6):
        carry_on(shop)
        shop.sandbox.advance(30)
        shop.deliver_events()
        shop.pass_time(30)
    shop.pass_time(settings.UPSTREAM_SILENCE_SECONDS + 1)
    carry_on(shop)
    shop.finish()


def carry_on(shop: Shop) -> None:
    try:
        shop.work()
    except Killed:
        shop.pass_time(LEASE_OVER)
        shop.work()


def assert_delivered_once(shop: Shop) -> None:
    oracle.ask(shop.sandbox)
    assert shop.sandbox.count("process_order", effective=True) == 1
    with scope(shop.customer.pk):
        assert Order.objects.get().state == Order.State.DELIVERED
        assert OrderLine.objects.filter(state=OrderLine.State.DELIVERED).count() == 6


def test_an_order_passes_every_named_point(shop: Shop) -> None:
    with reaping() as reaper:
        complete_order(shop)
    assert set(reaper.reached) == set(crash_points.POINTS)
    assert len(reaper.reached) == POINTS_REACHED
    assert_delivered_once(shop)


@pytest.mark.parametrize("at", range(1, POINTS_REACHED + 1))
def test_a_worker_killed_at_any_point_costs_nothing_twice(shop: Shop, at: int) -> None:
    with reaping(at) as reaper:
        complete_order(shop)
    assert len(reaper.reached) >= at
    assert_delivered_once(shop)


@pytest.mark.parametrize("at", THE_PURCHASE)
def test_events_may_tell_the_end_before_the_lease_of_the_dead_is_over(shop: Shop, at: int) -> None:
    quote = shop.ask_for_quote("first.com", "second.net")
    with reaping(at):
        shop.work()
        shop.confirm(quote)
        with pytest.raises(Killed):
            shop.work()
    shop.sandbox.advance(30)
    shop.deliver_events()
    oracle.ask(shop.sandbox)
    shop.pass_time(LEASE_OVER)
    shop.finish()
    shop.pass_time(settings.UPSTREAM_SILENCE_SECONDS + 1)
    shop.finish()
    assert_delivered_once(shop)
