"""What staff decide about one line of an order while the others go on: it came, or it will not come."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q

from accounts.audit import record_by_staff
from accounts.models import User
from accounts.steps import NoSuchStep, Step, allowed_step
from accounts.tenancy import scope
from billing import failures, settlement
from billing.handlers.processing import said_by_staff
from billing.leaving_out import leave_out, lonely_domains, set_apart, with_mailboxes
from billing.locks import lock_part
from billing.models import Item, Order, OrderLine, OrderPart
from billing.services.orders import DRAFT, PROCESS, place_draft
from reseller_portal.core.errors import DomainError
from reseller_portal.operations import engine
from reseller_portal.operations.deciding import SETTLE, lock_open
from reseller_portal.operations.models import Operation

DONE = Step("done", "Settle as delivered", "This line counts as delivered, and is charged to the customer.", SETTLE)
FAILED = Step(
    "failed",
    "Settle as failed",
    "This line fails, and its money goes back to the customer; with a domain fail its mailboxes. The rest of the order"
    " goes on. What the upstream took for it, if it did, stays a cost of yours: compare the order there first.",
    SETTLE,
)


class HasNoDomain(DomainError):
    """A mailbox stands on a domain that is not there yet."""


def steps_of_line(line: OrderLine, operation: Operation | None) -> list[Step]:
    """None once it has ended, nor while nothing buys it: `operation` is what does (`buying`)."""
    if line.is_final or operation is None:
        return []
    is_sent = operation.kind == PROCESS and not operation.is_known_not_to_have_happened
    return [DONE, FAILED] if is_sent else [FAILED]


def buying(order: Order) -> Mapping[int, Operation]:
    """What buys each part of the order and has not ended, by the key of the part. In a scope that sees it."""
    parts = list(order.parts.values_list("pk", flat=True))
    ended = Q(state__in=[Operation.State.DONE, Operation.State.FAILED])
    rows = Operation.objects.filter(customer=order.customer_id, kind__in=[DRAFT, PROCESS], payload__part__in=parts)
    return {each.payload["part"]: each for each in rows.exclude(ended).order_by("pk")}


@transaction.atomic
def decide_line(*, user: User, line: OrderLine, verb: str, reason: str) -> None:
    """Take the step with this line alone, through the usual settlement. In a staff scope.

    Raises `NoSuchStep`, `NotAllowed`, `HasNoDomain`, `IsBeingCalled`; then nothing has changed.
    """
    operation = buying(line.order).get(line.part_id)
    allowed_step(steps_of_line(line, operation), verb=verb, user=user)
    with scope(line.customer_id):
        locked = _settle(line, operation, verb, reason)
    record_by_staff(
        user=user,
        customer=line.customer,
        action=f"order_line.settled_{verb}",
        subject=line,
        before={"state": locked.state},
        after={"order": line.order.reference, "reason": reason},
    )


def _settle(line: OrderLine, operation: Operation | None, verb: str, reason: str) -> OrderLine:
    """The operation is locked first, as everybody locks. Returns the line as it was before."""
    if operation is None:
        raise NoSuchStep("Nothing buys this line at this moment. Look at the page of its order again.")
    operation = lock_open(operation)
    part = lock_part(line.part_id)
    row = settlement.lines_of(part).get(pk=line.pk)
    before = OrderLine.objects.get(pk=line.pk)
    allowed = [each.verb for each in steps_of_line(row, operation)]
    if verb not in allowed:
        raise NoSuchStep("This line has ended meanwhile, and needs no such decision any more.")
    if verb == DONE.verb:
        _insist_on_domain(row)
        settlement.settle(part, {row: said_by_staff(operation, row)})
    else:
        _fail(part, row, operation, reason)
    return before


def _insist_on_domain(line: OrderLine) -> None:
    same = OrderLine.objects.filter(order=line.order_id, item=Item.DOMAIN, domain_name=line.domain_name)
    if line.item == Item.MAILBOX and same.exclude(state=OrderLine.State.DELIVERED).exists():
        raise HasNoDomain(f"{line.domain_name} is not delivered. Settle the domain first.")


def _fail(part: OrderPart, row: OrderLine, operation: Operation, reason: str) -> None:
    """What was not bought yet is bought without it: nothing of it may come, nor may it share the cost of the others."""
    with settlement.money_last():
        if operation.kind == DRAFT:
            leave_out(part, [row], reason, is_said_by_staff=True)
            _end_empty_draft(part, operation, reason)
            return
        if operation.is_known_not_to_have_happened:
            _draft_without(part, row)
            # What is left of the draft may end some lines at a time, and none of them is bought meanwhile.
            engine.close(operation, state=Operation.State.DONE)
        settlement.settle(part, {row: settlement.News(reason=reason, is_said_by_staff=True)})


def _draft_without(part: OrderPart, row: OrderLine) -> None:
    """The draft that waits to be paid for holds the line, so the others leave it; its purchase ends with the line."""
    still_open = list(settlement.lines_of(part).filter(state__in=settlement.OPEN))
    going = with_mailboxes(still_open, [row])
    left = [line for line in still_open if line not in going]
    lonely = lonely_domains(left, going)
    if others := [line for line in left if line not in lonely]:
        place_draft(set_apart(part, others, still_open))
    settlement.settle(part, dict.fromkeys(lonely, settlement.News(reason=failures.NO_MAILBOX_LEFT.words)))


def _end_empty_draft(part: OrderPart, operation: Operation, reason: str) -> None:
    """A draft of nothing is not made."""
    if not part.lines.filter(state__in=settlement.OPEN).exists():
        engine.close(operation, state=Operation.State.FAILED, error=reason, is_said_by_staff=True)
