"""Take the next due operation, with the right to one call if it needs one, in one transaction."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from accounts.tenancy import staff_scope
from reseller_portal.jobs import leases
from reseller_portal.jobs.crash_points import reach
from reseller_portal.operations import budget, pauses, turns
from reseller_portal.operations.models import Budget, Operation
from reseller_portal.operations.registry import group_of, is_repeatable, patience_of

# So long the engine lets a reader in the background go first on its turn.
YIELD_SECONDS = 0.05
State = Operation.State

# Asked again under the lock: an event or a person may have ended it since it was picked.
LOCK = """
    SELECT o.id FROM operations_operation o WHERE o.id = %s AND o.due_at <= clock_timestamp()
    FOR UPDATE OF o SKIP LOCKED
"""
SERVED = "UPDATE operations_budget SET served = served || jsonb_build_object(%s::text, %s::bigint)"
NEXT = """
    SELECT EXTRACT(EPOCH FROM MIN(due_at) - clock_timestamp())::float FROM operations_operation
    WHERE due_at IS NOT NULL
"""


@dataclass(frozen=True)
class Claim:
    """An operation that is ours until the lease ends. `must_look`: it may have been sent before.

    `call` is the number of the call that is paid for, None where none is needed. Whoever does not make it gives it
    back.
    """

    operation: Operation
    must_look: bool
    call: int | None

    @property
    def goes_first(self) -> bool:
        """Few calls that somebody waits for: the next one of them comes before anything that has not begun."""
        return self.operation.priority in {Operation.Priority.QUOTE, Operation.Priority.PURCHASE}


def claim_next() -> Claim | None:
    """The next due operation with the right to one call, or None. Raises `budget.NoneLeft` when none may start yet.

    What needs no call goes first, and without one. Then the budget is asked before anything else: its row keeps all
    others from picking at the same time, and whoever gets no call does not look for work either.
    """
    with staff_scope("engine: claim the next operation"):
        claim = _claim_without_call() or _claim_with_call()
    return _claimed(claim)


def claim_without_call() -> Claim | None:
    """The next due operation that asks the upstream nothing, or None. No budget, pause or outage holds it."""
    with staff_scope("engine: claim the next operation without a call"):
        claim = _claim_without_call()
    return _claimed(claim)


def _claim_without_call() -> Claim | None:
    rows = Operation.objects.filter(without_call=True, due_at__lte=Now()).order_by("due_at")
    operation = rows.select_related("customer").select_for_update(skip_locked=True, of=("self",)).first()
    return None if operation is None else _claim(operation, None)


def _claim_with_call() -> Claim | None:
    call = budget.take()
    if budget.is_anybody_halfway():
        raise budget.NoneLeft(YIELD_SECONDS)  # the scope's end takes the call back
    operation = _pick(call)
    claim = None if operation is None else _claim(operation, call)
    if claim is None:
        budget.give_back(call)
    return claim


def _claim(operation: Operation, call: int | None) -> Claim | None:
    """Lease a row that is locked. None where one worker after the other died at it: then it is given up."""
    if leases.was_died_at(operation, patience_of(operation.kind)):
        _give_up(operation)
        return None
    must_look = _must_look(operation)
    _lease(operation, must_look=must_look)
    reach("before claim")
    return Claim(operation, must_look, call)


def _claimed(claim: Claim | None) -> Claim | None:
    """The claim is committed."""
    if claim is not None:
        reach("after claim")
    return claim


def seconds_to_next() -> float | None:
    """How long until something is due; None when nothing is."""
    with staff_scope("engine: when is the next due"), connection.cursor() as cursor:
        cursor.execute(NEXT)
        row = cursor.fetchone()
    return None if row[0] is None else max(float(row[0]), 0.0)


def _pick(call: int) -> Operation | None:
    """The operation whose turn it is, locked. What waits for a pause of the upstream is passed over."""
    paused, helpless = pauses.waiting_groups(), pauses.paused_kinds()
    due: dict[int, list[str]] = defaultdict(list)
    for head in turns.heads():
        if head.is_due and group_of(head.kind) not in paused and head.kind not in helpless:
            due[head.priority].append(head.kind)
    if turns.is_turn_of_the_background(call) and due and budget.does_the_background_wait():
        raise budget.NoneLeft(YIELD_SECONDS)
    for operation in _in_turn(call, due):
        if _lock(operation):
            return Operation.objects.select_related("customer").get(pk=operation)
    return None


def _in_turn(call: int, due: dict[int, list[str]]) -> Iterator[int]:
    """One operation after the other, until one of them can be had."""
    served: dict[str, int] = Budget.objects.values_list("served", flat=True).get()
    for each in turns.classes_of_few(call, due):
        circle = f"few {each}"
        if found := turns.next_of_few(each, due[each], after=served.get(circle, 0)):
            yield _note_served(circle, *found)
    while (priority := turns.class_of_turn(call, due)) is not None:
        circle = str(priority)
        if found := turns.next_of_class(priority, due.pop(priority), after=served.get(circle, 0)):
            yield _note_served(circle, *found)


def _note_served(circle: str, operation: int, customer: int) -> int:
    """The customer to whom the last turn of a circle went; the next one comes after. Returns the operation."""
    with connection.cursor() as cursor:
        cursor.execute(SERVED, [circle, customer])
    return operation


def _lock(operation: int) -> bool:
    """False when somebody else holds the row at this moment, or has ended it: an event or a person."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [operation])
        return cursor.fetchone() is not None


def _give_up(operation: Operation) -> None:
    """No worker lived to write down what became of it, so it is done here; the next claim takes the next one."""
    Operation.objects.filter(pk=operation.pk).update(
        state=State.NEEDS_PERSON, due_at=None, lease="", last_error=leases.DIED
    )


def _must_look(operation: Operation) -> bool:
    """What was accepted is looked at; what may have been sent only where sending it twice would do harm."""
    if operation.state in {State.SENDING, State.UNKNOWN}:
        return not is_repeatable(operation.kind)
    return operation.state != State.WAITING


def _lease(operation: Operation, *, must_look: bool) -> None:
    """Mark it ours. The lease is checked again when the outcome is written down."""
    if not must_look:
        leases.start(operation, state=State.SENDING, attempts=operation.attempts + 1, sent_at=timezone.now())
        return
    state = State.UNKNOWN if operation.state == State.SENDING else operation.state
    leases.start(operation, state=state, looks=operation.looks + 1)
