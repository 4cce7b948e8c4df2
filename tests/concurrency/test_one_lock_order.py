"""Whatever works on an order locks its rows in one order, so no two of them ever wait for each other in a circle."""

import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.utils import OperationalError

from accounts.models import User
from accounts.tenancy import scope, staff_scope
from billing import ledger, locks, price_changes
from billing.handlers import drafts
from billing.models import Item, Order, OrderLine, OrderPart
from billing.services.deciding import decide_order
from billing.services.line_steps import decide_line
from billing.services.orders import DRAFT, retry_failed_lines
from billing.services.quotes import LineDraft, QuoteDraft, make_quote
from domains.models import Domain
from domains.services.refreshing import WHOLE
from reseller_portal.operations import engine, lookups
from reseller_portal.operations.engine import Transition
from reseller_portal.operations.models import Operation
from tests import oracle
from tests.accounts.staff import make_admin
from tests.concurrency.lock_order import LockOrder
from tests.concurrency.together import together
from tests.shop import Shop

State = Operation.State


def two_parts(shop: Shop, *, new: str = "second.net") -> Order:
    """A new domain with its mailboxes, and mailboxes on one that was bought before: two orders at the upstream."""
    shop.order("first.com")
    shop.finish()
    lines = [LineDraft(Item.DOMAIN, new, new)]
    lines += [LineDraft(Item.MAILBOX, f"{user}@{new}", new, user, "Lind") for user in ("ana", "bo")]
    lines += [LineDraft(Item.MAILBOX, f"{user}@first.com", "first.com", user, "Lind") for user in ("ana", "bo")]
    with scope(shop.customer.pk):
        quote = make_quote(actor=shop.actor, draft=QuoteDraft("GOOGLE", lines))
    shop.work()
    return shop.confirm(quote)


def look_until_it_ends(shop: Shop) -> None:
    for _ in range(5):
        shop.work()
        shop.sandbox.advance(30)
        shop.sandbox.mark_delivered(shop.sandbox.pending_letters())
        shop.pass_time(400)


# Stories of orders


def delivered_by_events(shop: Shop) -> None:
    two_parts(shop)
    shop.finish()


def delivered_by_looks(shop: Shop) -> None:
    two_parts(shop)
    look_until_it_ends(shop)


def refused_one_by_one(shop: Shop) -> None:
    """The drafts of both parts are refused: taken apart by name, then in halves, then to the end."""
    order = two_parts(shop)
    shop.sandbox.fault("create_order", "refuse", words="Mailbox ana@second.net already exists", status=422)
    shop.sandbox.fault("create_mailbox_order", "refuse", words="Conflict", status=422, times=20)
    shop.finish()
    with scope(shop.customer.pk):
        assert order.lines.filter(state="failed").exists()
        retry_failed_lines(actor=shop.actor, order=Order.objects.get(pk=order.pk))
    shop.finish()


def failed_there(shop: Shop) -> None:
    """One name is taken, the registry refuses another, and a mailbox goes with the provider's own reason."""
    shop.sandbox.reserve("unlucky.com", "unlucky")
    order = shop.confirm(shop.quote("unlucky.com", "gone.net", "good.org"))
    shop.sandbox.reserve("gone.net", "taken")
    shop.finish()
    look_until_it_ends(shop)
    assert order.pk


def refused_payment(shop: Shop) -> None:
    two_parts(shop)
    shop.sandbox.fault("process_order", "refuse", words="This account is blocked", status=403, times=2)
    shop.finish()


def asked_for_a_price(shop: Shop, answer: str) -> None:
    order = two_parts(shop)
    shop.sandbox.move_prices(300)
    shop.work()
    with scope(shop.customer.pk):
        asked = list(price_changes.asked_lines(order))
        if answer == "accept":
            price_changes.accept(actor=shop.actor, order=order, more_minor=price_changes.more_of(asked))
        if answer == "decline":
            price_changes.decline(actor=shop.actor, order=order)
    if answer == "silence":
        with staff_scope("test: three days pass"):
            OrderPart.objects.update(price_asked_at=F("price_asked_at") - timedelta(hours=73))
        price_changes.end_silent_questions()
    if answer == "staff":
        decide(order, "leave_out")
    shop.finish()


def staff() -> User:
    return User.objects.filter(is_superuser=True).first() or make_admin()


def decide(order: Order, verb: str) -> None:
    with staff_scope("test: staff decide"):
        decide_order(user=staff(), order=order, verb=verb, reason="Seen there")


def decided_by_staff(shop: Shop) -> None:
    order = two_parts(shop)
    shop.work()
    shop.sandbox.fault("get_order", "error_before", times=1000)
    with staff_scope("test: staff decide one line"):
        line = OrderLine.objects.get(name="bo@first.com")
        decide_line(user=staff(), line=line, verb="failed", reason="Seen there")
    decide(order, "done")
    shop.sandbox.heal()
    shop.finish()
    with scope(shop.customer.pk):
        lookups.ask(customer=shop.customer, kind=WHOLE, keys=list(Domain.objects.values_list("name", flat=True)))
    shop.finish()


def given_back_by_staff(shop: Shop) -> None:
    """Before anything was drafted, and after it was paid: its goods come all the same."""
    early = shop.order("early.com")
    decide(early, "failed")
    paid = two_parts(shop)
    shop.work()
    decide(paid, "failed")
    shop.finish()
    look_until_it_ends(shop)


STORIES = {
    "delivered, told by events": delivered_by_events,
    "delivered, found by looking": delivered_by_looks,
    "drafts refused": refused_one_by_one,
    "failed at the registry": failed_there,
    "payment refused": refused_payment,
    "a new price accepted": lambda shop: asked_for_a_price(shop, "accept"),
    "a new price declined": lambda shop: asked_for_a_price(shop, "decline"),
    "a new price not answered": lambda shop: asked_for_a_price(shop, "silence"),
    "a new price left out by staff": lambda shop: asked_for_a_price(shop, "staff"),
    "decided by staff": decided_by_staff,
    "given back by staff": given_back_by_staff,
}
# As billing/locks.py says it, with what comes before: handing out a call, opening the account.
ORDER = (
    "operations_circuit",
    "operations_budget",
    "operation account.open",
    "operation order.draft",
    "operation order.price",
    "operation order.process",
    "operation order.end",
    "billing_order",
    "billing_orderpart",
    "billing_orderline",
    "domains_domain",
    "mailboxes_mailbox",
    "billing_subscription",
    "operation mailbox.fetch",
    "operation domain.dates",
    "operation domain.refresh",
    "operation domain.availability",
    "operation domain.workspace",
    "billing_quote",
    "billing_quoteline",
    "billing_account",
)
# What each story is about, so that none passes because it locks nothing.
OF_AN_ORDER = {"billing_order", "billing_orderpart", "billing_orderline", "billing_account"}
# Whoever has the order has these, in whatever order.
UNDER_THE_ORDER = {"billing_orderpart", "billing_orderline"}
# Staff settle all parts of an order at once: the domains of the second after the mailboxes of the first, which are this
# order's alone.
OF_SEVERAL_PARTS = {("mailboxes_mailbox", "domains_domain")}


@pytest.mark.parametrize("story", STORIES)
def test_all_transactions_of_an_order_lock_its_rows_in_one_order(
    committed: Shop, story: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed.sandbox.set_wallet(10_000)
    locked = LockOrder()
    # The hand of the test writes all rows there are.
    monkeypatch.setattr(Shop, "pass_time", locked.left_out(Shop.pass_time))
    with locked.recorded():
        STORIES[story](committed)
    oracle.ask_in_between()
    assert set(locked.before) >= OF_AN_ORDER
    known = OF_SEVERAL_PARTS if story in {"decided by staff", "given back by staff"} else set()
    assert (locked.against(ORDER) - known, locked.backwards - UNDER_THE_ORDER) == (set(), set())


# The race of two parts


REFUSED = Transition(
    State.DONE, answer={"order_id": "", "unavailable": [], "refused": "Mailbox ana@first.com already exists"}
)
BLOCKED = Transition(State.FAILED, error="This account is blocked")


def settle(shop: Shop, number: int, outcome: Transition) -> None:
    """As the engine writes the outcome of the draft of one part down."""
    with scope(shop.customer.pk):
        operation = Operation.objects.select_for_update().get(kind=DRAFT, payload__part=number)
        engine.apply(operation, outcome)


def both_parts_at_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, *, patience: float, is_order_locked_after_money: bool = False
) -> list[Any]:
    """The draft of one part was refused, the other part ends as a whole. What each of them raised, if anything."""
    order = two_parts(shop)
    with scope(shop.customer.pk):
        owned, new = order.parts.order_by("-upstream_domain_id").values_list("pk", flat=True)
    both, resolve, role = threading.Barrier(2, timeout=patience), ledger.resolve, threading.local()

    def meet() -> None:
        with suppress(threading.BrokenBarrierError):
            both.wait()

    def resolve_and_meet(*arguments: Any, **moves: Any) -> None:
        if role.is_refused:
            meet()
        resolve(*arguments, **moves)
        if not role.is_refused:
            meet()
            if is_order_locked_after_money:
                locks.lock_order(order.pk)

    def work(number: int) -> None:
        role.is_refused = number == 0
        settle(shop, *((owned, REFUSED), (new, BLOCKED))[number])

    monkeypatch.setattr(ledger, "resolve", resolve_and_meet)
    return together(work, times=2)


def test_two_parts_of_one_order_that_settle_at_once_never_wait_for_each_other_in_a_circle(
    committed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second waits for the order, so that the first one meets nobody and goes on."""
    assert both_parts_at_once(committed, monkeypatch, patience=0.5) == [None, None]
    oracle.ask_in_between()


def test_where_one_locks_the_order_before_the_money_and_one_after_it_one_of_them_dies(
    committed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_the_part(number: int) -> OrderPart:
        return OrderPart.objects.select_for_update().get(pk=number)

    monkeypatch.setattr(drafts, "lock_part", only_the_part)
    outcomes = both_parts_at_once(committed, monkeypatch, patience=20, is_order_locked_after_money=True)
    died = [each for each in outcomes if isinstance(each, OperationalError)]
    assert len(died) == 1
    assert "deadlock" in str(died[0])
