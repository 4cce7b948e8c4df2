"""Refusals that are about us: then every call waits, nobody's order fails, and all goes on by itself.

Whether a refusal is about us or about its call is found out by a call that needs the key alone. While the circuit is
open, whoever has work makes that call now and then, until it is answered.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from time import monotonic

from django.db import connection, transaction

from reseller_portal.operations import alarms, budget, pauses, refusals
from reseller_portal.operations.waking import wake
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Malformed, Refused, Throttled, UnknownRoute, Unreachable, UpstreamError

logger = logging.getLogger(__name__)

# Seconds between two tries, by how many there were. A try costs one call, so a night costs some hundreds.
TRY_AFTER = (2, 5, 15, 30, 60)
# So long a try may take before somebody else makes one.
TRY_SECONDS = 60
# An answer so young proves that the key works, where a route is not known: readers try such places again and again.
FRESH_SECONDS = 60.0
# How long to wait where neither was proved.
UNDECIDED_SECONDS = 15.0
ROUTE_SHOWN_SECONDS = 3600.0

STATE = """
    SELECT opened_at, reason, advice, tries, EXTRACT(EPOCH FROM next_try_at - clock_timestamp())::float
    FROM operations_circuit WHERE opened_at IS NOT NULL
"""
OPEN = """
    INSERT INTO operations_circuit (id, opened_at, reason, advice, tries, next_try_at)
    VALUES (1, clock_timestamp(), %(reason)s, %(advice)s, 0,
            clock_timestamp() + make_interval(secs => %(seconds)s))
    ON CONFLICT (id) DO UPDATE SET
        opened_at = EXCLUDED.opened_at, reason = EXCLUDED.reason, advice = EXCLUDED.advice, tries = 0,
        next_try_at = EXCLUDED.next_try_at
    WHERE operations_circuit.opened_at IS NULL
    RETURNING id
"""
TAKE_THE_TRY = """
    UPDATE operations_circuit
    SET tries = tries + 1, next_try_at = clock_timestamp() + make_interval(secs => %s)
    WHERE opened_at IS NOT NULL AND next_try_at <= clock_timestamp() RETURNING tries
"""
NOTE_TRY = """
    UPDATE operations_circuit
    SET next_try_at = clock_timestamp() + make_interval(secs => %(seconds)s), reason = %(reason)s, advice = %(advice)s
    WHERE opened_at IS NOT NULL
"""
CLOSE = "UPDATE operations_circuit SET opened_at = NULL, next_try_at = NULL WHERE opened_at IS NOT NULL RETURNING id"


class Open(budget.NoneLeft):
    """The upstream refuses us, so no call is made; the next try comes in `seconds`."""


class Verdict(Enum):
    """What the call that needs the key alone told."""

    ANSWERED = auto()
    REFUSED = auto()
    UNDECIDED = auto()


@dataclass(frozen=True)
class State:
    """Of an open circuit. `seconds` until the next try; below zero when it is due."""

    opened_at: datetime
    reason: str
    advice: str
    tries: int
    seconds: float


@dataclass
class _Proof:
    """When this process was last answered, by its own clock."""

    answered_at: float = float("-inf")


_proof = _Proof()


def current() -> State | None:
    """None while it is closed."""
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        row = cursor.fetchone()
    return State(*row) if row else None


def pass_or_wait(ask: Callable[[], Client]) -> None:
    """Raises `Open` while the circuit is open. Whoever comes when a try is due makes it, outside any transaction."""
    state = current()
    if state is None:
        return
    tries = _take_the_try() if state.seconds <= 0 else None
    if tries is None:
        raise Open(max(state.seconds, 1.0))
    verdict, error = probe(ask)
    if verdict == Verdict.ANSWERED:
        _close()
        return
    seconds = float(TRY_AFTER[min(tries, len(TRY_AFTER) - 1)])
    _note_try(error, seconds)
    raise Open(seconds)


def judge(error: UpstreamError, ask: Callable[[], Client]) -> None:
    """Raises `Open` where the error is about us; returns where it is about its call alone."""
    if not error.is_doubtful:
        return
    if isinstance(error, UnknownRoute) and monotonic() - _proof.answered_at < FRESH_SECONDS:
        _note_route(error)
        return
    verdict, refusal = probe(ask)
    if verdict == Verdict.REFUSED:
        open_because(refusal or error)
        raise Open(float(TRY_AFTER[0]))
    if verdict == Verdict.UNDECIDED and isinstance(error, Refused):
        raise Open(UNDECIDED_SECONDS)
    if verdict == Verdict.ANSWERED:
        _note_route(error)


def probe(ask: Callable[[], Client]) -> tuple[Verdict, UpstreamError | None]:
    """Call what needs the key alone. Where nobody knows where the wallet lives, the list of users tells as much."""
    try:
        try:
            ask().wallet.get()
        except UnknownRoute:
            ask().users.list(limit=1)
    except Malformed as error:
        verdict = Verdict.REFUSED if error.is_doubtful else Verdict.ANSWERED
        return _noted(verdict), error
    except (Throttled, budget.NoneLeft):
        return Verdict.UNDECIDED, None
    except Unreachable as error:
        return (Verdict.REFUSED if error.is_doubtful else Verdict.UNDECIDED), error
    except Refused as error:
        return _noted(Verdict.REFUSED if error.is_doubtful else Verdict.ANSWERED), error
    return _noted(Verdict.ANSWERED), None


def open_because(error: UpstreamError) -> None:
    """From now on all waits. Staff are told once for each time that it opens."""
    advice = refusals.advice_on(error)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OPEN, {"reason": str(error)[:300], "advice": advice[:500], "seconds": TRY_AFTER[0]})
        is_new = cursor.fetchone() is not None
        if is_new:
            alarms.queue(advice=advice, reason=str(error)[:300])
    if is_new:
        logger.error("the upstream refuses us, so every call waits: %s", advice)


def _take_the_try() -> int | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE_THE_TRY, [TRY_SECONDS])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _note_try(error: UpstreamError | None, seconds: float) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        state = current()
        if state is None:
            return
        reason, advice = (str(error), refusals.advice_on(error)) if error else (state.reason, state.advice)
        cursor.execute(NOTE_TRY, {"seconds": seconds, "reason": reason[:300], "advice": advice[:500]})


def _close() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLOSE)
        if cursor.fetchone() is None:
            return
        transaction.on_commit(wake)
    logger.warning("the upstream answers again; all goes on")


def _noted(verdict: Verdict) -> Verdict:
    if verdict == Verdict.ANSWERED:
        _proof.answered_at = monotonic()
    return verdict


def _note_route(error: UpstreamError) -> None:
    """The key works, one route does not: nothing else waits for it, but staff see it."""
    if refusals.is_about_the_route(error):
        advice = refusals.advice_on(error)
        logger.error("the upstream refuses one route: %s", advice)
        pauses.pause(error.operation, error.operation, advice, seconds=ROUTE_SHOWN_SECONDS)
