"""Carry operations out: claim, call, write the outcome down. A lost answer is looked up, never sent again blindly."""

import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone

from accounts.tenancy import scope, staff_scope
from reseller_portal.operations import budget, pauses
from reseller_portal.operations.claiming import Claim, claim_next
from reseller_portal.operations.crash_points import reach
from reseller_portal.operations.gateway import client_for_one_call
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import (
    Accepted,
    CannotTell,
    Failed,
    Happened,
    NotHappened,
    Seen,
    StillOpen,
    Wait,
    handler_of,
)
from reseller_portal.upstream.errors import Malformed, Refused, Throttled, Unreachable

logger = logging.getLogger(__name__)
State = Operation.State

# Seconds until the next try or look, by how many there were.
RHYTHM = (2, 5, 15, 60, 300)
# After this long without an answer to our looking, a person decides.
PATIENCE = timedelta(hours=72)
NO_OUTCOME = "The upstream gave no outcome for three days."
FAULTS_BEFORE_A_PERSON = 8


@dataclass(frozen=True)
class Change:
    """What becomes of the row. `due_in` None means final, or up to a person."""

    state: str
    due_in: float | None = None
    answer: Mapping[str, Any] | None = None
    error: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def run_one() -> bool:
    """Carry out the next due operation; False when nothing is due. Raises `budget.NoneLeft`."""
    claim = claim_next()
    if claim is None:
        return False
    try:
        change = _look(claim) if claim.must_look else _send(claim)
        _write_down(claim, change)
    except Exception:
        logger.exception("operation %s (%s) met a fault of ours", claim.operation.pk, claim.operation.kind)
        _note_fault(claim)
    reach("after settlement")
    return True


def close(operation: Operation, *, state: str, answer: Mapping[str, Any] | None = None, error: str = "") -> None:
    """End an operation from outside the engine: an event told the outcome, or a person did.

    Runs in the caller's transaction and scope; a worker that holds the row finds its lease gone and steps back.
    """
    locked = Operation.objects.select_for_update().get(pk=operation.pk)
    if not locked.is_final:
        _apply(locked, Change(state, answer=answer, error=error))


def look_now(operation: Operation) -> None:
    """Make a row that is not final due at once; one that a person was asked about is looked at again."""
    waiting_for_us = [State.ACCEPTED, State.UNKNOWN, State.NEEDS_PERSON]
    Operation.objects.filter(pk=operation.pk, state__in=waiting_for_us).update(
        state=State.UNKNOWN, due_at=Now(), faults=0
    )
    Operation.objects.filter(pk=operation.pk, state=State.WAITING).update(due_at=Now())


def _send(claim: Claim) -> Change:
    operation, handler = claim.operation, handler_of(claim.operation.kind)
    try:
        with client_for_one_call(claim.call) as client:
            reach("before call")
            outcome = handler.send(operation, client)
            reach("after call")
    except Wait as wait:
        return Change(State.WAITING, wait.seconds, error=str(wait), extra={"attempts": operation.attempts - 1})
    except Throttled as throttled:
        seconds = pauses.note_throttled(throttled)
        return Change(State.WAITING, seconds, error=str(throttled), extra={"attempts": operation.attempts - 1})
    except budget.NoneLeft as none_left:
        # Of several calls the first ones may have been made.
        state = State.UNKNOWN if none_left.calls_made and not handler.repeatable else State.WAITING
        uncounted = {} if none_left.calls_made else {"attempts": operation.attempts - 1}
        return Change(state, none_left.seconds, error=str(none_left), extra=uncounted)
    except Refused as refused:
        return Change(State.FAILED, error=refused.reason)
    except (Unreachable, Malformed) as lost:
        state = State.WAITING if handler.repeatable else State.UNKNOWN
        return Change(state, _pause_after(operation.attempts), error=str(lost))
    return _as_change(outcome, operation)


def _look(claim: Claim) -> Change:
    operation, handler = claim.operation, handler_of(claim.operation.kind)
    try:
        with client_for_one_call(claim.call) as client:
            reach("before call")
            seen: Seen = NotHappened() if handler.repeatable else handler.look(operation, client)
            reach("after call")
    except Throttled as throttled:
        return Change(operation.state, pauses.note_throttled(throttled), error=str(throttled))
    except budget.NoneLeft as none_left:
        return Change(operation.state, none_left.seconds, error=str(none_left))
    except (Unreachable, Malformed, Refused) as silent:
        return _ask_again(operation, str(silent))
    return _as_change(seen, operation)


def _as_change(seen: Seen, operation: Operation) -> Change:  # noqa: PLR0911  # one answer for each outcome
    match seen:
        case Happened(answer):
            return Change(State.DONE, answer=answer)
        case Accepted(answer, look_in) if not _is_out_of_patience(operation):
            return Change(State.ACCEPTED, max(look_in, _pause_after(operation.looks)), answer=answer)
        case NotHappened():
            return Change(State.WAITING, 0)
        case Accepted(answer, _):
            return Change(State.NEEDS_PERSON, answer=answer, error=NO_OUTCOME)
        case StillOpen(look_in):
            return _ask_again(operation, operation.last_error, look_in)
        case Failed(reason):
            return Change(State.FAILED, error=reason)
        case CannotTell(reason):
            return Change(State.NEEDS_PERSON, error=reason)


def _ask_again(operation: Operation, error: str, look_in: float | None = None) -> Change:
    if _is_out_of_patience(operation):
        return Change(State.NEEDS_PERSON, error=error or NO_OUTCOME)
    return Change(operation.state, _pause_after(operation.looks) if look_in is None else look_in, error=error)


def _is_out_of_patience(operation: Operation) -> bool:
    return operation.sent_at is not None and timezone.now() - operation.sent_at > PATIENCE


def _pause_after(count: int) -> float:
    """Growing pauses with jitter, so that many failed calls do not come back together."""
    return RHYTHM[min(max(count, 1), len(RHYTHM)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311  # no secret


def _write_down(claim: Claim, change: Change) -> None:
    with scope(claim.operation.customer_id):
        locked = Operation.objects.select_for_update().get(pk=claim.operation.pk)
        if locked.lease != claim.operation.lease:
            logger.warning("operation %s was taken over or closed meanwhile", locked.pk)
            return
        _apply(locked, change)
        reach("before settlement commits")


def _apply(operation: Operation, change: Change) -> None:
    """Write the new state and let the app that owns the kind settle it, in one transaction."""
    moved = operation.state != change.state
    operation.state = change.state
    operation.lease = ""
    operation.last_error = change.error[:500]
    if change.answer is not None:
        operation.answer = {**operation.answer, **change.answer}
    if operation.is_final:
        operation.finished_at = timezone.now()
    for name, value in change.extra.items():
        setattr(operation, name, value)
    operation.save()
    if change.due_in is not None:
        Operation.objects.filter(pk=operation.pk).update(due_at=Now() + timedelta(seconds=change.due_in))
    else:
        Operation.objects.filter(pk=operation.pk).update(due_at=None)
    if moved or change.answer is not None:
        handler_of(operation.kind).settle(operation)


def _note_fault(claim: Claim) -> None:
    """A bug of ours must not spin, and must not hide: after a few, a person sees the row."""
    with staff_scope("engine: note a fault of ours"):
        mine = Operation.objects.filter(pk=claim.operation.pk, lease=claim.operation.lease)
        faults = claim.operation.faults + 1
        if faults >= FAULTS_BEFORE_A_PERSON:
            mine.update(state=State.NEEDS_PERSON, due_at=None, faults=faults, last_error="A fault of the portal.")
        else:
            mine.update(due_at=Now() + timedelta(seconds=_pause_after(faults)), faults=faults, lease="")
