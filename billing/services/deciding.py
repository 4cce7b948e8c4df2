"""What staff decide about a whole order: how everything that is open in it ended, through the usual settlement."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from accounts.actors import staff_actor
from accounts.audit import record_by_staff
from accounts.models import User
from accounts.steps import Step, allowed_step
from accounts.tenancy import scope
from billing import settlement
from billing.availability import PRICE
from billing.locks import lock_all_of, lock_operations
from billing.models import Order, OrderLine
from billing.price_changes import asked_lines, decline
from billing.services.orders import DRAFT, OPEN_ACCOUNT, PROCESS
from reseller_portal.core.errors import DomainError
from reseller_portal.operations.deciding import SETTLE
from reseller_portal.operations.models import Operation
from reseller_portal.operations.steps import CHECK, take_step

OPEN = (OrderLine.State.WAITING, OrderLine.State.WORKING)
STEPS = (
    Step("check", "Check again", "The upstream is asked how everything that is open stands.", CHECK, is_final=False),
    Step("done", "Settle as delivered", "Every open line counts as delivered, and is charged to the customer.", SETTLE),
    Step(
        "failed",
        "Give the money back",
        "Every open line fails, and its money goes back to the customer. What the upstream took for it, if it did,"
        " stays a cost of yours: compare the order there first.",
        SETTLE,
    ),
)


LEAVE_OUT = Step(
    "leave_out",
    "Leave out what became dearer",
    "What waits for the customer's answer to a risen price fails, and its money goes back.",
    SETTLE,
)


class NotBoughtYet(DomainError):
    """What was never bought cannot have been delivered."""


def steps_of_order(order: Order) -> list[Step]:
    """None once it has ended."""
    if order.is_final:
        return []
    may_be_delivered = _may_be_delivered(order, open_operations(order))
    steps = [each for each in STEPS if may_be_delivered or each.verb != "done"]
    return [*([LEAVE_OUT] if asked_lines(order).exists() else []), *steps]


def operations_of(order: Order) -> list[Operation]:
    """What buys for this order, and the opening of the account that it may wait for. In a scope that sees it."""
    parts = list(order.parts.values_list("pk", flat=True))
    buying = Q(kind__in=[DRAFT, PRICE, PROCESS], payload__part__in=parts)
    account = Q(kind=OPEN_ACCOUNT) & ~Q(state=Operation.State.DONE)
    rows = Operation.objects.filter(buying | account, customer=order.customer_id)
    return list(rows.select_related("customer").order_by("pk"))


def open_operations(order: Order) -> list[Operation]:
    """What buys for this order and has not ended. In a scope that sees it."""
    return [each for each in operations_of(order) if each.kind != OPEN_ACCOUNT and not each.is_final]


@transaction.atomic
def decide_order(*, user: User, order: Order, verb: str, reason: str) -> None:
    """Take the step with everything that is open. In a staff scope.

    Raises `NoSuchStep`, `NotAllowed`, `NotBoughtYet`, and what `take_step` raises; then nothing has changed.
    """
    allowed_step(steps_of_order(order), verb=verb, user=user)
    if verb == LEAVE_OUT.verb:
        _leave_out(user, order, reason)
        return
    operations = _locked(order)
    if verb == "done" and not _may_be_delivered(order, operations):
        raise NotBoughtYet("Some of it was never bought, so it was not delivered. Give the money back instead.")
    with settlement.money_last():
        for operation in operations:
            take_step(user=user, operation=operation, verb=verb, reason=reason)
        if verb == "failed":
            _fail_the_rest(order, reason)
    record_by_staff(
        user=user, customer=order.customer, action=f"order.decided_{verb}", subject=order, after={"reason": reason}
    )


def _locked(order: Order) -> list[Operation]:
    """What is open, with all that any of it settles (`billing.locks`)."""
    with scope(order.customer_id):
        lock_operations(open_operations(order))
        lock_all_of(order)
        return open_operations(order)


def _leave_out(user: User, order: Order, reason: str) -> None:
    with scope(order.customer_id):
        decline(actor=staff_actor(order.customer, user), order=order)
    record_by_staff(
        user=user, customer=order.customer, action="order.decided_leave_out", subject=order, after={"reason": reason}
    )


def _may_be_delivered(order: Order, operations: Iterable[Operation]) -> bool:
    """Each open line belongs to a purchase under way, which this step settles.

    A line without one waits for an answer about its price, or for an operation that is not made yet.
    """
    bought = {each.payload["part"] for each in operations if not _was_not_bought(each)}
    waiting = set(order.parts.filter(lines__state__in=OPEN).values_list("pk", flat=True))
    return bool(waiting) and waiting <= bought and not any(_was_not_bought(each) for each in operations)


def _was_not_bought(operation: Operation) -> bool:
    return operation.kind in {DRAFT, PRICE} or operation.is_known_not_to_have_happened


def _fail_the_rest(order: Order, reason: str) -> None:
    """Lines that no operation answers for any more."""
    with scope(order.customer_id):
        for part in order.parts.order_by("pk"):
            if part.lines.filter(state__in=OPEN).exists():
                settlement.fail_part(part, reason, is_said_by_staff=True)
