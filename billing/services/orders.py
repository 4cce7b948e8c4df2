"""Confirm a quote: one transaction turns it into an order, holds the money and notes what the upstream must do."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.audit import record
from accounts.models import Customer
from billing import ledger
from billing.availability import PRICE, forget_answers_of_order, lock_answers
from billing.follow_ups import follow_up_of, lines_to_try_again
from billing.knowledge import known_of
from billing.locks import lock_operations
from billing.models import Item, Order, OrderLine, OrderPart, Quote, QuoteLine
from billing.references import new_reference
from billing.services.quotes import LineDraft, QuoteDraft, make_quote
from reseller_portal.core.errors import DomainError
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import Wish, place, place_many

OPEN_ACCOUNT = "account.open"
DRAFT = "order.draft"
PROCESS = "order.process"
END = "order.end"
REFUND = "refund.watch"
REFUND_AFTER = timedelta(minutes=10)


class QuoteExpired(DomainError):
    """Prices are only kept for a while."""


class QuoteNotReady(DomainError):
    """Some answers are still awaited."""


class PriceMoved(DomainError):
    """The sum is no longer the one that was on the button."""


class NothingToOrder(DomainError):
    """No line is ready, or none failed."""


class OrderedAlready(DomainError):
    """The customer ordered the same thing with another quote."""


@transaction.atomic
def confirm_quote(*, actor: Actor, quote: Quote, total_minor: int) -> Order:
    """The order of this quote, made now or made before: a second click finds the first one's order.

    `total_minor` is the sum that the person saw. Raises `QuoteExpired`, `QuoteNotReady`, `PriceMoved`,
    `NothingToOrder`, `OrderedAlready`, `BalanceTooLow`, `NotAllowed`; then nothing has changed.
    """
    actor.require("orders.pay")
    account = _locked_account(actor.customer)
    lock_answers(quote)
    locked = Quote.objects.select_for_update().get(pk=quote.pk, customer=actor.customer)
    existing = Order.objects.filter(customer=actor.customer, quote=locked).first()
    if existing:
        return existing
    lines = _payable_lines(locked, total_minor)
    _refuse_what_came_meanwhile(actor.customer, lines)
    order = _write_order(actor, locked, lines)
    ledger.hold(
        customer=actor.customer,
        amounts={line.money_reference: line.price_minor for line in order.lines.only("price_minor")},
        reference=order.reference,
        description=f"Held for order {order.reference}",
    )
    for part in order.parts.all():
        place_draft(part, after=account)
    forget_answers_of_order(order)
    record(actor=actor, action="order.placed", subject=order, after={"total_minor": order.total_minor})
    return order


def retry_failed_lines(*, actor: Actor, order: Order) -> Quote:
    """A new quote of what failed and may work now, checked and priced anew, also while the rest is under way.

    Raises `NothingToOrder` when nothing failed, when trying again cannot help, or when it was done already.
    """
    again = list(lines_to_try_again(order))
    if not again:
        raise NothingToOrder(_why_not_again(order))
    drafts = [
        LineDraft(line.item, line.name, line.domain_name, first_name=line.first_name, last_name=line.last_name)
        for line in again
    ]
    return make_quote(actor=actor, draft=QuoteDraft(order.provider, drafts, retry_of=order))


def _why_not_again(order: Order) -> str:
    follow_up = follow_up_of(order)
    if follow_up.domains or follow_up.addresses:
        return "Trying again would fail again. Choose other names."
    if follow_up.orders:
        return f"This was tried again already, in order {follow_up.orders[0].reference}."
    return "Nothing of this order failed, so there is nothing to try again."


def _refuse_what_came_meanwhile(customer: Customer, lines: Sequence[QuoteLine]) -> None:
    """Another quote of the same things may have been paid since this one was checked. The constraint decides a tie."""
    named = {item: {line.name for line in lines if line.item == item} for item in Item.values}
    known = known_of(customer, domains=named[Item.DOMAIN], addresses=named[Item.MAILBOX])
    had = {*known.owned, *known.addresses, *(name for _, name in known.ordered)}
    if twin := next((line.name for line in lines if line.name in had), ""):
        raise OrderedAlready(f"{twin} was ordered already. Check again to leave it out.")


def _payable_lines(quote: Quote, total_minor: int) -> list[QuoteLine]:
    if quote.is_expired:
        raise QuoteExpired("This quote has expired. Check the prices again; nothing you typed is lost.")
    lines = list(quote.lines.order_by("position"))
    if any(line.state == QuoteLine.State.CHECKING for line in lines):
        raise QuoteNotReady("Some lines are still being checked. Wait for their prices, then confirm.")
    ready = [line for line in lines if line.state == QuoteLine.State.READY]
    if not ready:
        raise NothingToOrder("No line of this quote can be ordered. Go back and change them.")
    if sum(line.price_minor for line in ready) != total_minor:
        raise PriceMoved("The sum has changed since you saw it. Look at the new prices, then confirm.")
    return ready


def _write_order(actor: Actor, quote: Quote, lines: list[QuoteLine]) -> Order:
    order = Order.objects.create(
        customer=actor.customer,
        reference=new_reference("ORD"),
        quote=quote,
        provider=quote.provider,
        total_minor=sum(line.price_minor for line in lines),
        placed_by=actor.user,
    )
    parts = _write_parts(order, lines)
    rows = [
        OrderLine(
            customer=actor.customer,
            order=order,
            part=parts[line.upstream_domain_id],
            position=position,
            item=line.item,
            name=line.name,
            domain_name=line.domain_name,
            first_name=line.first_name,
            last_name=line.last_name,
            price_minor=line.price_minor,
            cost_minor=line.cost_minor or 0,
            cost_read_at=line.cost_read_at,
        )
        for position, line in enumerate(lines, 1)
    ]
    try:
        OrderLine.objects.bulk_create(rows)
    except IntegrityError as twin:
        if "one_open_line_per_thing" not in str(twin):
            raise
        raise OrderedAlready("Some of this was ordered a moment ago. Check again to leave it out.") from twin
    return order


def _write_parts(order: Order, lines: Iterable[QuoteLine]) -> dict[str, OrderPart]:
    """One part for all new domains, one for each owned domain: the least number of upstream orders."""
    wanted = dict.fromkeys(line.upstream_domain_id for line in lines)
    return {
        domain_id: OrderPart.objects.create(customer=order.customer, order=order, upstream_domain_id=domain_id)
        for domain_id in wanted
    }


def _locked_account(customer: Customer) -> Operation | None:
    """What opens the account, locked before any money is, as it wakes drafts while it is held."""
    account = open_account_if_needed(customer)
    if account is not None:
        lock_operations([account])
    return account


def open_account_if_needed(customer: Customer) -> Operation | None:
    """What opens the account at the upstream; None when it is open."""
    if customer.upstream_id:
        return None
    return place(customer=customer, kind=OPEN_ACCOUNT, key=str(customer.pk), priority=Operation.Priority.PURCHASE)


def place_draft(part: OrderPart, *, after: Operation | None = None) -> None:
    place(
        customer=part.customer,
        kind=DRAFT,
        key=f"{part.pk}.{part.drafts}",
        priority=Operation.Priority.PURCHASE,
        payload={"part": part.pk},
        after=after,
    )


def place_pricing(part: OrderPart) -> None:
    """The prices of this moment are read before the paying call."""
    place(
        customer=part.customer,
        kind=PRICE,
        key=f"{part.pk}.{part.drafts}.{part.price_answers}",
        priority=Operation.Priority.PURCHASE,
        payload={"part": part.pk},
    )


def place_processing(part: OrderPart) -> None:
    place(
        customer=part.customer,
        kind=PROCESS,
        key=str(part.pk),
        priority=Operation.Priority.PURCHASE,
        payload={"part": part.pk, "order_id": part.upstream_order_id},
    )


def place_ending(part: OrderPart, reason: str, *, is_said_by_staff: bool = False) -> None:
    """Lines of a part are still to be failed (`settlement.end_some`). The part is locked.

    Each time it is an operation of its own: an earlier one has ended, or is about to and does not look once more.
    """
    before = Operation.objects.filter(customer=part.customer, kind=END, key__startswith=f"{part.pk}.").count()
    place(
        customer=part.customer,
        kind=END,
        key=f"{part.pk}.{before + 1}",
        priority=Operation.Priority.PURCHASE,
        payload={"part": part.pk, "reason": reason[:500], "is_said_by_staff": is_said_by_staff},
    )


def place_refund_watch(part: OrderPart) -> None:
    """The upstream took money for lines that failed: see whether it gives it back, unless somebody looks already."""
    rows = Operation.objects.filter(customer=part.customer, kind=REFUND, key__startswith=f"{part.pk}.")
    if not rows.exclude(state__in=[Operation.State.DONE, Operation.State.FAILED]).exists():
        place_many(
            customer=part.customer,
            kind=REFUND,
            wishes=[Wish(f"{part.pk}.{rows.count() + 1}", {"part": part.pk})],
            priority=Operation.Priority.SYNC,
            due_in=REFUND_AFTER,
        )
