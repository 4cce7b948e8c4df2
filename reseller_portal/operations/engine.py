"""Carry operations out: claim, call, write the outcome down. A lost answer is looked up, never sent again blindly."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone
from structlog.contextvars import bind_contextvars, unbind_contextvars

from accounts.tenancy import scope, staff_scope
from reseller_portal.jobs.crash_points import reach
from reseller_portal.jobs.leases import LeaseLost, renew, try_again_or_give_up
from reseller_portal.jobs.rules import is_out_of_time, is_out_of_tries, pause_after, why_given_up
from reseller_portal.operations import budget, lookups
from reseller_portal.operations.claiming import Claim, claim_next, claim_without_call
from reseller_portal.operations.gateway import client_for_one_call, pass_or_wait
from reseller_portal.operations.models import Operation
from reseller_portal.operations.parking import go_on_if_done, release_dependents
from reseller_portal.operations.pauses import Paused
from reseller_portal.operations.refusals import advice_on, is_about_the_route
from reseller_portal.operations.registry import (
    Accepted,
    CannotTell,
    Failed,
    Happened,
    NotHappened,
    Seen,
    Sent,
    StillOpen,
    Wait,
    WaitFor,
    WaitForAnswers,
    handler_of,
    is_repeatable,
    makes_calls,
    patience_of,
    pause_by_time,
)
from reseller_portal.operations.silence import Caller
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Malformed, Refused, Unreachable

logger = logging.getLogger(__name__)
State = Operation.State

# What is open upstream is looked at this often at least; events tell the end sooner.
LOOK_EVERY = 300.0


@dataclass(frozen=True)
class Transition:
    """What becomes of the row. `due_in` None means final, parked, or up to a person."""

    state: str
    due_in: float | None = None
    answer: Mapping[str, Any] | None = None
    error: str = ""
    is_said_by_staff: bool = False
    on_purpose: bool = False
    behind: WaitForAnswers | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def run_one() -> bool:
    """Carry out the next due operation; False when nothing is due. Raises `budget.NoneLeft`.

    What asks the upstream nothing goes first: it takes nobody's place, and goes on while the upstream is away.
    """
    unbind_contextvars("operation", "company")
    try:
        pass_or_wait()
    except budget.NoneLeft:
        claim = claim_without_call()
        if claim is None:
            raise
    else:
        claim = claim_next()
    if claim is None:
        return False
    # For the lines of the log that come of it.
    bind_contextvars(operation=claim.operation.pk, company=claim.operation.customer_id)
    try:
        transition = _look(claim) if claim.must_look else _send(claim)
        _write_down(claim, transition)
    except LeaseLost as lost:
        logger.warning("operation %s: %s", claim.operation.pk, lost)
    except Exception:
        logger.exception("operation %s (%s) met a fault of ours", claim.operation.pk, claim.operation.kind)
        _note_fault(claim)
    reach("after settlement")
    return True


def close(operation: Operation, *, state: str, error: str = "", is_said_by_staff: bool = False) -> None:
    """End an operation from outside the engine: an event told the outcome, or a person did.

    Runs in the caller's transaction and scope; a worker that holds the row finds its lease gone and steps back.
    """
    locked = Operation.objects.select_for_update().get(pk=operation.pk)
    if not locked.is_final:
        apply(locked, Transition(state, error=error, is_said_by_staff=is_said_by_staff))


def look_now(operation: Operation) -> None:
    """Make a row that is not final due at once; one that a person was asked about is looked at again.

    Its tries are counted anew, but for the first: that it was sent once is never forgotten, as handlers read the answer
    to a second sending with other eyes. What was never sent is sent. What is parked stays so: its turn comes when the
    first operation is done.
    """
    rows = Operation.objects.filter(pk=operation.pk)
    waiting_for_us = [State.ACCEPTED, State.UNKNOWN, State.NEEDS_PERSON]
    anew = {"looks": 0, "begun_at": None}
    rows.filter(state=State.NEEDS_PERSON, attempts=0).update(**anew, state=State.WAITING, due_at=Now(), faults=0)
    rows.filter(state=State.NEEDS_PERSON).update(**anew, attempts=1)
    rows.filter(state__in=waiting_for_us).update(state=State.UNKNOWN, due_at=Now(), faults=0)
    rows.filter(state=State.WAITING, due_at__isnull=False).update(due_at=Now())


def apply(operation: Operation, transition: Transition) -> None:
    """Write the new state of a locked row down and let the app that owns the kind settle it, in one transaction."""
    moved = operation.state != transition.state
    operation.state = transition.state
    operation.lease = ""
    operation.last_error = transition.error[:500]
    operation.is_said_by_staff = transition.is_said_by_staff
    operation.on_purpose = transition.on_purpose
    operation.without_call = transition.behind is not None or not makes_calls(operation.kind)
    if transition.answer is not None:
        operation.answer = {**operation.answer, **transition.answer}
    if operation.is_final:
        operation.finished_at = timezone.now()
    for name, value in transition.extra.items():
        setattr(operation, name, value)
    # The database's clock says when, also where those of the machines differ.
    operation.due_at = None if transition.due_in is None else Now() + timedelta(seconds=transition.due_in)
    operation.save()
    if moved or transition.answer is not None:
        handler_of(operation.kind).settle(operation)
    if operation.state == State.DONE:
        release_dependents(operation)


def _send(claim: Claim) -> Transition:  # noqa: PLR0911  # one for each outcome
    operation, handler = claim.operation, handler_of(claim.operation.kind)
    try:
        with _client_for(claim) as client:
            reach("before call")
            outcome = handler.send(operation, client)
            reach("after call")
    except Wait as wait:
        return _not_sent(operation, wait)
    except WaitFor as behind:
        return _park(operation, behind)
    except budget.NoneLeft as none_left:
        return _stopped(operation, none_left)
    except Refused as refused:
        if is_about_the_route(refused):
            return _try_again(operation, State.WAITING, advice_on(refused))
        return Transition(State.FAILED, error=refused.reason)
    except (Unreachable, Malformed) as lost:
        state = State.WAITING if handler.repeatable else State.UNKNOWN
        return _try_again(operation, state, str(lost))
    return _as_transition(outcome, operation)


def _look(claim: Claim) -> Transition:
    operation, handler = claim.operation, handler_of(claim.operation.kind)
    try:
        with _client_for(claim) as client:
            reach("before call")
            seen: Seen = handler.look(operation, client)
            reach("after call")
    except budget.NoneLeft as none_left:
        return _come_back(operation, operation.state, none_left.seconds, str(none_left))
    except (Unreachable, Malformed, Refused) as silent:
        operation.faults += 1
        return _try_again(operation, operation.state, str(silent))
    operation.faults = 0
    return _as_transition(seen, operation)


def _as_transition(seen: Sent | Seen, operation: Operation) -> Transition:  # noqa: PLR0911  # one for each outcome
    match seen:
        case Happened(answer):
            return Transition(State.DONE, answer=answer)
        case Accepted(answer, look_in):
            pause = max(look_in, pause_after(operation.looks, at_most=LOOK_EVERY))
            return _come_back(operation, State.ACCEPTED, pause, "", answer=answer)
        case NotHappened() if is_out_of_tries(operation.attempts, patience_of(operation.kind)):
            return _give_up(operation, "It was sent again and again, and did not happen.")
        case NotHappened():
            return _come_back(operation, State.WAITING, 0, operation.last_error)
        case StillOpen(look_in):
            pause = pause_after(operation.looks, at_most=LOOK_EVERY) if look_in is None else look_in
            return _come_back(operation, operation.state, pause, operation.last_error)
        case Failed(reason):
            return Transition(State.FAILED, error=reason)
        case CannotTell(reason):
            return Transition(State.NEEDS_PERSON, error=reason)


def _try_again(operation: Operation, state: str, error: str) -> Transition:
    """A try that brought nothing: later and later, and in the end to a person."""
    if is_out_of_tries(operation.tries, patience_of(operation.kind)):
        return _give_up(operation, error)
    return _come_back(operation, state, pause_after(max(operation.tries, operation.looks)), error)


def _not_sent(operation: Operation, wait: Wait) -> Transition:
    """It counts as no try; the time counts, so that this too has an end."""
    extra = {"attempts": operation.attempts - 1}
    behind = wait if isinstance(wait, WaitForAnswers) else None
    more = {"on_purpose": wait.on_purpose, "behind": behind, "extra": extra}
    return _come_back(operation, State.WAITING, wait.seconds, str(wait), **more)


def _stopped(operation: Operation, none_left: budget.NoneLeft) -> Transition:
    """No call was free, or the upstream serves nobody. Of several calls the first ones may have been made.

    What was sent once stays so: handlers read the answer to a second one with other eyes.
    """
    may_have_happened = none_left.writes_made and not is_repeatable(operation.kind)
    attempts, seconds = operation.attempts, none_left.seconds
    is_throttled = isinstance(none_left, Paused)
    if none_left.is_outage or is_throttled or not none_left.calls_made:
        attempts -= 1
    if is_throttled and none_left.calls_made:
        # The calls before are made again each time.
        seconds = max(seconds, pause_by_time(operation))
    state = State.UNKNOWN if may_have_happened else State.WAITING
    extra = {"attempts": max(attempts, 1) if may_have_happened else attempts}
    return _come_back(operation, state, seconds, str(none_left), extra=extra)


def _park(operation: Operation, behind: WaitFor) -> Transition:
    """Counted as a try: one that goes on waiting for what is done already must end too."""
    if is_out_of_tries(operation.tries, patience_of(operation.kind)):
        return _give_up(operation, str(behind))
    return Transition(State.WAITING, None, error=str(behind), extra={"after": behind.first})


def _come_back(operation: Operation, state: str, seconds: float, error: str, **more: Any) -> Transition:
    if is_out_of_time(operation, patience_of(operation.kind)):
        return _give_up(operation, error, answer=more.get("answer"), extra=more.get("extra", {}))
    return Transition(state, seconds, error=error, **more)


def _give_up(operation: Operation, error: str, **more: Any) -> Transition:
    operation.last_error = error
    return Transition(State.NEEDS_PERSON, error=why_given_up(operation), **more)


def _client_for(claim: Claim) -> AbstractContextManager[Client]:
    operation = claim.operation
    caller = Caller(f"operation {operation.pk}", operation.kind)
    return client_for_one_call(claim.call, _heartbeat(operation), goes_first=claim.goes_first, caller=caller)


def _heartbeat(operation: Operation) -> Callable[[], None]:
    """Before each further call of one piece of work: it is still ours, and for as long again."""
    return lambda: renew(operation, scope=staff_scope)


def _write_down(claim: Claim, transition: Transition) -> None:
    with scope(claim.operation.customer_id):
        locked = Operation.objects.select_for_update().get(pk=claim.operation.pk)
        if locked.lease != claim.operation.lease:
            raise LeaseLost(f"{locked} was taken over or closed meanwhile")
        locked.faults = claim.operation.faults
        apply(locked, transition)
        if locked.is_parked:
            go_on_if_done(locked)
        if transition.behind and not lookups.are_open(locked.customer, transition.behind):
            Operation.objects.filter(pk=locked.pk).update(due_at=Now())
        reach("before settlement commits")


def _note_fault(claim: Claim) -> None:
    """A bug of ours must not spin, and must not hide: after so many tries, a person sees the row."""
    operation = claim.operation
    operation.faults += 1
    with staff_scope("engine: note a fault of ours"):
        try_again_or_give_up(
            operation,
            "A fault of the portal.",
            state=State.NEEDS_PERSON,
            patience=patience_of(operation.kind),
            faults=operation.faults,
        )
