"""Take the next due operation, with the right to one call, in one transaction."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now

from accounts.tenancy import staff_scope
from reseller_portal.operations import budget
from reseller_portal.operations.crash_points import reach
from reseller_portal.operations.models import Operation

LEASE = timedelta(seconds=120)
State = Operation.State

PICK = """
    SELECT o.id FROM operations_operation o
    LEFT JOIN operations_turn t ON t.customer_id = o.customer_id AND t.priority = o.priority
    WHERE o.due_at <= statement_timestamp()
    ORDER BY (o.priority + %s) %% 4, t.served_at NULLS FIRST, o.due_at, o.id
    LIMIT 1 FOR UPDATE OF o SKIP LOCKED
"""
SERVED = """
    INSERT INTO operations_turn (customer_id, priority, served_at) VALUES (%s, %s, clock_timestamp())
    ON CONFLICT (customer_id, priority) DO UPDATE SET served_at = EXCLUDED.served_at
"""
NEXT = """
    SELECT EXTRACT(EPOCH FROM MIN(due_at) - clock_timestamp())::float FROM operations_operation
    WHERE due_at IS NOT NULL
"""


@dataclass(frozen=True)
class Claim:
    """An operation that is ours until the lease ends. `must_look`: it may have been sent before."""

    operation: Operation
    must_look: bool


def claim_next() -> Claim | None:
    """The next due operation, or None. Raises `budget.NoneLeft` when no call may start yet."""
    with staff_scope("engine: claim the next operation"):
        operation = _pick()
        if operation is None:
            return None
        budget.take()
        must_look = operation.state != State.WAITING
        _lease(operation)
        with connection.cursor() as cursor:
            cursor.execute(SERVED, [operation.customer_id, operation.priority])
        reach("before claim")
    reach("after claim")
    return Claim(operation, must_look)


def seconds_to_next() -> float | None:
    """How long until something is due; None when nothing is."""
    with staff_scope("engine: when is the next due"), connection.cursor() as cursor:
        cursor.execute(NEXT)
        row = cursor.fetchone()
    return None if row[0] is None else max(float(row[0]), 0.0)


def _pick() -> Operation | None:
    # Lookups go first, but in turn they go last, so that a flood of questions never stops the purchases.
    shift = 3 if budget.is_the_turn_of_the_rest() else 0
    with connection.cursor() as cursor:
        cursor.execute(PICK, [shift])
        row = cursor.fetchone()
    return Operation.objects.select_related("customer").get(pk=row[0]) if row else None


def _lease(operation: Operation) -> None:
    """Mark it ours. The lease is checked again when the outcome is written down."""
    operation.lease = uuid.uuid4().hex
    if operation.state == State.WAITING:
        operation.state = State.SENDING
        operation.attempts += 1
    else:
        operation.looks += 1
        if operation.state == State.SENDING:
            operation.state = State.UNKNOWN
    Operation.objects.filter(pk=operation.pk).update(
        lease=operation.lease,
        state=operation.state,
        attempts=operation.attempts,
        looks=operation.looks,
        due_at=Now() + LEASE,
        **({"sent_at": Now()} if operation.state == State.SENDING else {}),
    )
