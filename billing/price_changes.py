"""A cost that rose between quote and purchase: within a tolerance it goes on, beyond it the customer is asked.

The question ends: by a yes, by a no, or by silence, which gives the money back. What is asked about is put into a part
of its own, with what cannot be bought without it, so that the rest of the order goes on.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor, portal_actor
from accounts.audit import record
from accounts.tenancy import scope, staff_scope
from billing import below_cost, failures, ledger, settlement
from billing.leaving_out import draft_again, leave_out, set_apart
from billing.locks import lock_parts
from billing.models import Order, OrderLine, OrderPart, PriceRule
from billing.price_rules import price_minor, rules_of
from billing.services.orders import NothingToOrder, PriceMoved, place_draft, place_pricing, place_processing

logger = logging.getLogger(__name__)
NOT_ASKED = "Nothing of this order waits for your answer."
_listeners: list[Callable[[Order], None]] = []


def go_on(part: OrderPart, costs: Mapping[int, int]) -> None:
    """Pay for what is left of the part, or ask. `costs` by line, of the lines whose cost is known anew; part locked."""
    lines = [line for line in settlement.lines_of(part) if line.state == OrderLine.State.WAITING]
    rules = rules_of(part.customer.brand)
    for line in lines:
        if line.pk in costs:
            line.cost_read_at = timezone.now()
        _note(line, costs.get(line.pk, line.cost_minor), rules)
    asked = [line for line in lines if line.asked_price_minor is not None]
    OrderLine.objects.bulk_update(lines, ["cost_minor", "cost_read_at", "asked_cost_minor", "asked_price_minor"])
    if asked:
        _ask(part, asked, lines)
    elif lines:
        below_cost.tell_staff(part.order, lines, rules)
        part.is_processing = True
        part.save(update_fields=["is_processing"])
        place_processing(part)


def _ask(part: OrderPart, asked: Sequence[OrderLine], lines: Sequence[OrderLine]) -> None:
    """Put what became dearer aside until the customer answers, with what is bought together with it; buy the rest."""
    is_first = not part.order.parts.filter(price_asked_at__isnull=False).exists()
    names = {line.domain_name for line in asked}
    tied = asked if part.upstream_domain_id else [line for line in lines if line.domain_name in names]
    aside = set_apart(part, tied, lines)
    aside.price_asked_at = timezone.now()
    aside.save(update_fields=["price_asked_at"])
    more = sum((line.asked_price_minor or 0) - line.price_minor for line in asked)
    record(actor=portal_actor(part.customer), action="order.price_asked", subject=part.order, after={"more": more})
    if is_first:
        _tell(part.order)
    if aside != part:
        draft_again(part)


def is_beyond_tolerance(old_minor: int, new_minor: int) -> bool:
    more = new_minor - old_minor
    percent = old_minor * settings.PRICE_TOLERANCE_PERCENT / 100
    return more > min(percent, settings.PRICE_TOLERANCE_MINOR)


@transaction.atomic
def accept(*, actor: Actor, order: Order, more_minor: int) -> None:
    """Pay the new prices: `more_minor` is what the person saw. Prices are read once more before the call that pays.

    Raises `NothingToOrder` when nothing is asked, `PriceMoved`, `BalanceTooLow`, `NotAllowed`.
    """
    actor.require("orders.pay")
    parts = _asked_parts(order)
    lines = [line for part in parts for line in _asked_lines(part)]
    if not lines:
        raise NothingToOrder(NOT_ASKED)
    more = more_of(lines)
    if more != more_minor:
        raise PriceMoved("The sum has changed since you saw it. Look at the new prices, then confirm.")
    _hold_anew(order, lines)
    Order.objects.filter(pk=order.pk).update(total_minor=F("total_minor") + more)
    for part in parts:
        part.price_asked_at, part.price_answers = None, part.price_answers + 1
        part.save(update_fields=["price_asked_at", "price_answers"])
        if part.upstream_order_id:
            place_pricing(part)
        else:
            place_draft(part)
    record(actor=actor, action="order.price_accepted", subject=order, after={"more": more})


@transaction.atomic
def decline(*, actor: Actor, order: Order) -> None:
    """Leave out what became dearer; its money goes back.

    Raises `NothingToOrder` when nothing is asked, `NotAllowed`.
    """
    actor.require("orders.pay")
    parts = _asked_parts(order)
    if not parts:
        raise NothingToOrder(NOT_ASKED)
    _leave_out(parts)
    record(actor=actor, action="order.price_declined", subject=order)


def end_silent_questions() -> int:
    """Nobody answered for long: as if it had been declined. Returns how many parts of orders that ended.

    One that cannot be ended fails alone; it stands before staff an hour after its end (`billing.attention`).
    """
    late = timezone.now() - timedelta(hours=settings.PRICE_ANSWER_HOURS)
    with staff_scope("prices that nobody accepted"):
        rows = OrderPart.objects.filter(price_asked_at__lt=late).order_by("price_asked_at")
        found = list(rows.values_list("customer_id", "pk"))
    return sum(_end_silent_question(customer_id, number, late) for customer_id, number in found)


def _end_silent_question(customer_id: int, number: int, late: datetime) -> bool:
    try:
        with scope(customer_id):
            order = Order.objects.get(parts=number)
            parts = lock_parts(order, OrderPart.objects.filter(pk=number, price_asked_at__lt=late))
            _leave_out(parts)
            for part in parts:
                record(actor=portal_actor(part.customer), action="order.price_unanswered", subject=part.order)
    except Exception:
        logger.exception("part %s: the question about its price could not be ended", number)
        return False
    return bool(parts)


def asked_lines(order: Order) -> QuerySet[OrderLine]:
    """The lines whose new price waits for the customer's answer."""
    return order.lines.filter(is_asked()).select_related("part").order_by("position")


def is_asked(line: str = "") -> Q:
    """Of lines whose new price waits for the customer's answer; `line` leads to them, such as "lines__"."""
    return Q(**{
        f"{line}state": OrderLine.State.WAITING,
        f"{line}asked_price_minor__isnull": False,
        f"{line}part__price_asked_at__isnull": False,
    })  # fmt: skip


def more_of(lines: Sequence[OrderLine]) -> int:
    return sum((line.asked_price_minor or 0) - line.price_minor for line in lines)


def asked_since(asked: Sequence[OrderLine]) -> datetime | None:
    """The first, of several."""
    return min((line.part.price_asked_at for line in asked if line.part.price_asked_at), default=None)


def end_of_question(asked: Sequence[OrderLine]) -> datetime | None:
    """When the money goes back if nobody answers; the first, of several."""
    since = asked_since(asked)
    return since and since + timedelta(hours=settings.PRICE_ANSWER_HOURS)


def when_asked(tell: Callable[[Order], None]) -> None:
    """`tell` is called once for each question about an order, in its transaction and the customer's scope."""
    if tell not in _listeners:
        _listeners.append(tell)


def _tell(order: Order) -> None:
    for tell in _listeners:
        tell(order)


def _note(line: OrderLine, cost_minor: int, rules: Mapping[str, PriceRule]) -> None:
    """The new cost, or the question that goes with it. A price that the rule leaves as it is raises no question."""
    line.asked_cost_minor = line.asked_price_minor = None
    rule = rules.get(line.item) if is_beyond_tolerance(line.cost_minor, cost_minor) else None
    price = price_minor(rule, cost_minor) if rule else line.price_minor
    if price > line.price_minor:
        line.asked_cost_minor, line.asked_price_minor = cost_minor, price
    else:
        line.cost_minor = cost_minor


def _asked_parts(order: Order) -> list[OrderPart]:
    return lock_parts(order, order.parts.filter(price_asked_at__isnull=False))


def _asked_lines(part: OrderPart) -> list[OrderLine]:
    waiting = settlement.lines_of(part).filter(state=OrderLine.State.WAITING, asked_price_minor__isnull=False)
    return list(waiting)


def _hold_anew(order: Order, lines: list[OrderLine]) -> None:
    """The hold of each line is given back and taken at the new price."""
    ledger.resolve(order.customer, released={line.money_reference: f"New price of {line.name}" for line in lines})
    for line in lines:
        line.price_minor, line.cost_minor = line.asked_price_minor or 0, line.asked_cost_minor or 0
        line.asked_price_minor = line.asked_cost_minor = None
        line.price_changes += 1
    changed = ["price_minor", "cost_minor", "asked_price_minor", "asked_cost_minor", "price_changes"]
    OrderLine.objects.bulk_update(lines, changed)
    ledger.hold(
        customer=order.customer,
        amounts={line.money_reference: line.price_minor for line in lines},
        reference=f"{order.reference}-{lines[0].pk}-{lines[0].price_changes}",
        description=f"Held for order {order.reference} at its new price",
    )


def _leave_out(parts: list[OrderPart]) -> None:
    with settlement.money_last():
        for part in parts:
            _leave_out_of(part)


def _leave_out_of(part: OrderPart) -> None:
    leave_out(part, _asked_lines(part), failures.PRICE_REFUSED.words)
    part.price_asked_at = None
    part.save(update_fields=["price_asked_at"])
    draft_again(part)
