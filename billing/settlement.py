"""The one place where an order line ends: state, money and delivery in the caller's transaction.

A line ends once. Whoever comes second, an event or a look, in whatever order, changes nothing.
"""

from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import portal_actor
from accounts.audit import record
from billing import failures, ledger
from billing.deliveries import Delivery, hooks_of, tell_end
from billing.models import Item, Order, OrderLine, OrderPart
from billing.services.orders import PROCESS
from reseller_portal.operations import engine
from reseller_portal.operations.models import Operation

State = OrderLine.State
NO_REASON, NOT_DELIVERED, VAGUE = failures.NO_REASON, failures.NOT_DELIVERED, failures.VAGUE


def lock_part(upstream_order_id: str) -> OrderPart | None:
    """The part of an upstream order. Its operation is locked first, as the engine does, so that none waits for ever."""
    part = OrderPart.objects.filter(upstream_order_id=upstream_order_id or "-").first()
    if part is None:
        return None
    list(Operation.objects.select_for_update().filter(customer=part.customer, kind=PROCESS, key=str(part.pk)))
    return OrderPart.objects.select_for_update().get(pk=part.pk)


def lines_of(part: OrderPart) -> QuerySet[OrderLine]:
    """The lines of a part, locked in one fixed order."""
    return part.lines.select_related("order", "part", "customer").select_for_update(of=("self",)).order_by("position")


def start_lines(part: OrderPart) -> None:
    """The upstream works on it: what is ordered becomes visible as being made."""
    for line in lines_of(part).filter(state=State.WAITING):
        _start(line)


def deliver(line: OrderLine, delivery: Delivery, *, cost_minor: int | None = None) -> None:
    """The thing is there. `cost_minor` is what it really cost, when known."""
    if cost_minor is not None:
        note_cost(line, cost_minor)
    if line.is_final:
        return
    if line.state == State.WAITING:
        _start(line)
    _finish(line, State.DELIVERED)
    ledger.resolve(line.customer, captured={line.money_reference: f"{line.get_item_display()} {line.name}"})
    _book(line)
    hooks_of(line.item).delivered(line, delivery)
    finish_order(line.order)


def fail(line: OrderLine, reason: str) -> None:
    """The thing will not come: its money goes back. A failed domain takes the mailboxes on it along."""
    if line.is_final:
        _learn_reason(line, reason)
        return
    was_started = line.state != State.WAITING
    failures.note_reason(line, reason)
    _finish(line, State.FAILED)
    ledger.resolve(line.customer, released={line.money_reference: f"Not delivered: {line.name}"})
    if was_started:
        hooks_of(line.item).failed(line)
    if line.item == Item.DOMAIN:
        for mailbox in lines_of(line.part).filter(item=Item.MAILBOX, domain_name=line.domain_name):
            fail(mailbox, failures.reason_for_mailboxes(line))
    finish_order(line.order)


def _learn_reason(line: OrderLine, reason: str) -> None:
    """An event may come after the look that found the line failed, and know why."""
    if line.state == State.FAILED and line.said in VAGUE and reason not in VAGUE:
        failures.note_reason(line, reason)
        line.save(update_fields=failures.FIELDS)
        if line.item == Item.DOMAIN:
            failures.settle_mailboxes(line)


def fail_part(part: OrderPart, reason: str) -> None:
    for line in lines_of(part):
        line.refresh_from_db(fields=["state"])
        fail(line, reason)


def look_at(part: OrderPart) -> None:
    """Let the engine ask the upstream at once how the order of this part stands."""
    for operation in Operation.objects.filter(customer=part.customer, kind=PROCESS, key=str(part.pk)):
        engine.look_now(operation)


def note_cost(line: OrderLine, cost_minor: int) -> None:
    """What the upstream took for this line. A cost that was booked on expectation is corrected by a new entry."""
    line.cost_minor = cost_minor
    line.save(update_fields=["cost_minor"])
    if line.cost_booked_minor or line.state == State.FAILED:
        _book(line)
    if line.cost_booked_minor and line.state == State.FAILED:
        failures.note_charged(line)


def finish_order(order: Order) -> None:
    """End what has no open line any more: the operation of each part, then the order itself."""
    for part in order.parts.all():
        if not part.lines.exclude(state__in=[State.DELIVERED, State.FAILED]).exists():
            _close_processing(part)
    if order.lines.exclude(state__in=[State.DELIVERED, State.FAILED]).exists():
        return
    states = set(order.lines.values_list("state", flat=True))
    outcome = Order.State.PARTLY
    if len(states) == 1:
        outcome = Order.State.DELIVERED if State.DELIVERED in states else Order.State.FAILED
    ended = Order.objects.filter(pk=order.pk, state=Order.State.WORKING)
    if ended.update(state=outcome, finished_at=timezone.now()):
        record(actor=portal_actor(order.customer), action=f"order.{outcome}", subject=order)
        tell_end(order)


def _start(line: OrderLine) -> None:
    line.state = State.WORKING
    line.save(update_fields=["state"])
    hooks_of(line.item).started(line)


def _finish(line: OrderLine, state: str) -> None:
    line.state = state
    line.finished_at = timezone.now()
    line.save(update_fields=["state", "finished_at", *failures.FIELDS])


def _book(line: OrderLine) -> None:
    """Bring the cost account to the line's cost: the difference is one entry, whatever came before."""
    difference = line.cost_minor - line.cost_booked_minor
    reference = f"{line.money_reference}-{line.cost_booked_minor}-{line.cost_minor}"
    move = ledger.cost(reference=reference, description=f"Cost of {line.name}", change_minor=difference)
    ledger.post(line.customer, [move])
    line.cost_booked_minor = line.cost_minor
    line.save(update_fields=["cost_booked_minor"])


def _close_processing(part: OrderPart) -> None:
    open_ones = Operation.objects.filter(customer=part.customer, kind=PROCESS, key=str(part.pk))
    for operation in open_ones.exclude(state__in=[Operation.State.DONE, Operation.State.FAILED]):
        engine.close(operation, state=Operation.State.DONE)
