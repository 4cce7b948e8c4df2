"""What people decide about an operation: how it ended, that it is tried again, that it is not wanted any more."""

from collections.abc import Mapping
from typing import Any, Literal

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.audit import record_by_staff
from accounts.models import User
from accounts.steps import refuse_while_called
from accounts.tenancy import scope
from reseller_portal.core.errors import DomainError, NotAllowed
from reseller_portal.operations.engine import Transition, apply
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import may_reopen
from reseller_portal.operations.waking import wake

State = Operation.State
SETTLE = "operations.settle_operation"
WITHDRAWN = "It was withdrawn before it was sent."


class HasEnded(DomainError):
    """The outcome is known already."""


class CannotReopen(DomainError):
    """What its failure settled cannot be taken back by sending it again."""


def settle_as(
    *,
    user: User,
    operation: Operation,
    outcome: Literal["done", "failed"],
    reason: str,
    answer: Mapping[str, Any] | None = None,
) -> None:
    """Staff say how an operation ended; what follows is what follows of the same outcome from the upstream.

    The handler's own `settle` runs, in the same transaction, with `reason` as what went wrong (`failed`) and `answer`
    added to what is known (`done`: what the kind's `settle` needs, such as the ids that the upstream gave). Works on a
    row in any state that is not final, parked ones too. In a staff scope. Raises `NotAllowed`, `HasEnded`,
    `IsBeingCalled`; then nothing has changed.
    """
    if not user.has_perm(SETTLE):
        raise NotAllowed("You may not say how an operation ended. Ask somebody of the admin group.")
    with transaction.atomic():
        before = operation.state
        with scope(operation.customer_id):
            locked = lock_open(operation)
            before = locked.state
            error = "" if outcome == "done" else reason
            apply(locked, Transition(State(outcome), answer=answer, error=error, is_said_by_staff=True))
        record_by_staff(
            user=user,
            customer=locked.customer,
            action="operation.settled",
            subject=locked,
            before={"state": before},
            after={"state": outcome, "reason": reason},
        )
    operation.refresh_from_db()


def reopen(operation: Operation) -> bool:
    """Send an operation that failed once more, with all its tries. False when it did not fail.

    For kinds whose failure settled nothing (`may_reopen`): an account that was refused, once the contact record is
    corrected. What is parked behind it goes on when it is done. One that a person was asked about is checked instead
    (`engine.look_now`), because it may have been sent. In a scope that sees it. Raises `CannotReopen` for other kinds.
    """
    if not may_reopen(operation.kind):
        raise CannotReopen("This cannot be opened again: its end was settled. Make a new order for it.")
    fresh = {"attempts": 0, "looks": 0, "faults": 0, "begun_at": None, "finished_at": None, "on_purpose": False}
    rows = _row(operation).filter(state=State.FAILED)
    if not rows.update(**fresh, state=State.WAITING, due_at=Now(), lease="", last_error="", is_said_by_staff=False):
        return False
    transaction.on_commit(wake)
    return True


def withdraw(operation: Operation) -> bool:
    """End an operation that still waits; what it wanted is settled as failed. False when it was sent, or has ended.

    In the customer's scope.
    """
    with transaction.atomic():
        locked = _row(operation).select_for_update().filter(state=State.WAITING).first()
        if locked is None:
            return False
        apply(locked, Transition(State.FAILED, error=WITHDRAWN))
    return True


def lock_open(operation: Operation) -> Operation:
    """The row, for who decides about it. In the customer's scope. Raises `HasEnded`, `IsBeingCalled`."""
    locked = _row(operation).select_for_update(of=("self",)).select_related("customer").get()
    if locked.is_final:
        raise HasEnded(f"This is {locked.get_state_display().lower()} already.")
    refuse_while_called(locked)
    return locked


def _row(operation: Operation) -> QuerySet[Operation]:
    return Operation.objects.filter(pk=operation.pk)
