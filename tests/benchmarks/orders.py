"""P7 and P18: an order of 1,000 mailboxes: calls to the upstream, statements of settling, and who waits meanwhile."""

import os
import time
from collections.abc import Iterator

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.actors import portal_actor
from accounts.tenancy import scope, staff_scope
from billing import ledger
from billing.models import Order, Quote
from billing.services.orders import PROCESS, confirm_quote
from mirror import books
from reseller_portal.operations import engine
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox.models import Journal
from reseller_portal.webhooks.processing import process_due
from tests.benchmarks.calls import a_shop
from tests.benchmarks.goals import Finding, Samples, goal
from tests.shop import Names, Shop
from tests.stack import Stack

DOMAINS, EACH = 200, 5
MAILBOXES = DOMAINS * EACH
# Of each name: is it free, does it carry a workspace. The draft, a look for its price, the paying call.
LEAST = 2 * DOMAINS + 3
PEOPLE: Names = tuple((f"user{number}", "Maya", "Ferro") for number in range(EACH))
LATE_SECONDS = 60
CONFIRMS = 25


@goal("P7")
def calls_of_an_order(_stack: Stack) -> Iterator[Finding]:
    shop = a_rich_shop("p7")
    told = "calls of an order of 1,000 mailboxes / the least"
    yield Finding("P7", f"{told}: every event delivered", calls_of(shop, "a", is_late=False), LEAST, 1.0, "")
    yield Finding("P7", f"{told}: events late and doubled", calls_of(shop, "b", is_late=True), LEAST, 1.05, "")


@goal("P18")
def settling(_stack: Stack) -> Iterator[Finding]:
    shop = a_rich_shop("p18")
    statements = statements_of_settling(shop)
    yield Finding("P18", "statements of checking and settling / mailboxes", statements, MAILBOXES, 0.2, "")
    idle, busy = confirming_while_settling(shop)
    yield Finding("P18", "confirm while 1,000 lines settle / idle, p50", 1000 * busy.p50, 1000 * idle.p50, 3.0, "ms")


def a_rich_shop(name: str) -> Shop:
    """With its account opened by an order before, and no books that disagree."""
    shop = a_shop(name)
    shop.sandbox.set_wallet(1_000_000)
    with scope(shop.customer.pk):
        actor = portal_actor(shop.customer)
        ledger.credit(actor=actor, amount_minor=100_000_000, reference="more", description="More")
    shop.order("first.com")
    shop.finish()
    return shop


def order_of(shop: Shop, prefix: str) -> Order:
    return shop.confirm(shop.quote(*(f"{prefix}{number}.com" for number in range(DOMAINS)), names=PEOPLE))


def calls_of(shop: Shop, prefix: str, *, is_late: bool) -> int:
    """From the first question of the quote until nothing is left to do."""
    before = Journal.objects.count()
    order = order_of(shop, prefix)
    for _ in range(20):
        shop.work()
        shop.sandbox.advance(LATE_SECONDS if is_late else 10)
        letters = shop.sandbox.pending_letters()
        if is_late:
            shop.pass_time(LATE_SECONDS)
            shop.work()
        shop.deliver_events([*letters, *letters] if is_late else letters)
        while process_due():
            pass
    for _ in range(5):
        shop.pass_time(300)
        shop.work()
    assert_delivered(order)
    return Journal.objects.count() - before


def statements_of_settling(shop: Shop) -> int:
    """By looking alone, every event being lost: from the first look until the order has ended."""
    order = made_there(shop, "c")
    with CaptureQueriesContext(connection) as asked:
        settle(order)
    assert_delivered(order)
    return len(asked)


def confirming_while_settling(shop: Shop) -> tuple[Samples, Samples]:
    """Seconds of a confirm: first alone, then beside a worker in a process of its own that settles."""
    quotes = [shop.quote(f"small{number}.com") for number in range(2 * CONFIRMS)]
    order = made_there(shop, "d")
    idle = [seconds_to_confirm(shop, quotes.pop()) for _ in range(CONFIRMS)]
    connections.close_all()
    worker = os.fork()
    if not worker:
        settle(order)
        os._exit(0)
    busy: list[float] = []
    while quotes and os.waitpid(worker, os.WNOHANG) == (0, 0):
        busy.append(seconds_to_confirm(shop, quotes.pop()))
    if not quotes:
        os.waitpid(worker, 0)
    assert_delivered(order)
    return Samples(idle), Samples(busy)


def made_there(shop: Shop, prefix: str) -> Order:
    """An order that the upstream has carried out, and nobody here has heard of."""
    order = order_of(shop, prefix)
    shop.work()
    shop.sandbox.advance(3600)
    shop.sandbox.mark_delivered(shop.sandbox.pending_letters())
    shop.pass_time(60)
    return order


def settle(order: Order) -> None:
    """Let the engine work until the purchase has ended, whatever else is due."""
    with staff_scope("benchmark"):
        others = Operation.objects.exclude(kind=PROCESS, customer=order.customer)
        others.filter(due_at__isnull=False).update(due_at=None, state=Operation.State.NEEDS_PERSON)
    while engine.run_one():
        with scope(order.customer_id):
            if Order.objects.filter(pk=order.pk).exclude(state=Order.State.WORKING).exists():
                return


def seconds_to_confirm(shop: Shop, quote: Quote) -> float:
    total = shop.total(quote)
    began = time.perf_counter()
    with scope(shop.customer.pk):
        confirm_quote(actor=shop.actor, quote=quote, total_minor=total)
    return time.perf_counter() - began


def assert_delivered(order: Order) -> None:
    with scope(order.customer_id):
        order.refresh_from_db()
        assert order.state == Order.State.DELIVERED, order.state
    assert books.differences(books.MONEY) == []
