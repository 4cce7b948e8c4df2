"""Outages, and refusals that are about us: then every call waits, nobody's order fails, and all goes on by itself.

Whether a refusal, or several calls in a row without an answer, are about us or about those calls is found out by a call
that needs the key alone; one at a time makes it. While the circuit is open, whoever has work makes such a call now and
then, until it is answered. What is decided by an answer is decided for the state that was asked about, and no other.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from time import monotonic
from typing import Any

from django.db import connection, transaction

from reseller_portal.operations import alarms, budget, pauses, refusals, silence
from reseller_portal.operations.silence import Caller
from reseller_portal.operations.waking import wake
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Malformed, Refused, UnknownRoute, Unreachable, UpstreamError

logger = logging.getLogger(__name__)

# Seconds between two tries, by how many there were. A try costs one call, so a night costs some hundreds.
TRY_AFTER = (2, 5, 15, 30, 60)
# So long finding out may take before somebody else does it: two calls that nobody answers, with their places.
TRY_SECONDS = 75
# An answer so young proves that the key works, where a route is not known: readers try such places again and again.
FRESH_SECONDS = 60.0
# How long to wait where neither was proved.
UNDECIDED_SECONDS = 15.0
ROUTE_SHOWN_SECONDS = 3600.0
# An upstream that comes and goes is told once in so many seconds, unless for another reason.
TOLD_FOR_SECONDS = 1800

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
    WHERE operations_circuit.opened_at IS NULL AND operations_circuit.silent >= %(silent)s
    RETURNING id
"""
TOLD = """
    UPDATE operations_circuit SET told_at = clock_timestamp(), told = %(advice)s
    WHERE told_at IS NULL OR told <> %(advice)s OR told_at < clock_timestamp() - make_interval(secs => %(seconds)s)
    RETURNING id
"""
TAKE_THE_TRY = """
    UPDATE operations_circuit
    SET tries = tries + 1, next_try_at = clock_timestamp() + make_interval(secs => %s)
    WHERE opened_at IS NOT NULL AND next_try_at <= clock_timestamp() RETURNING opened_at, tries
"""
NOTE_TRY = """
    UPDATE operations_circuit
    SET next_try_at = clock_timestamp() + make_interval(secs => %(seconds)s), reason = %(reason)s, advice = %(advice)s
    WHERE opened_at = %(opened_at)s AND tries = %(tries)s
"""
CLOSE = """
    UPDATE operations_circuit SET opened_at = NULL, next_try_at = NULL, silent = 0 WHERE opened_at = %s RETURNING id
"""
TAKE_THE_PROBE = """
    INSERT INTO operations_circuit (id, reason, advice, tries, probing_until)
    VALUES (1, '', '', 0, clock_timestamp() + make_interval(secs => %(seconds)s))
    ON CONFLICT (id) DO UPDATE SET probing_until = EXCLUDED.probing_until
    WHERE operations_circuit.opened_at IS NULL
      AND (operations_circuit.probing_until IS NULL OR operations_circuit.probing_until <= clock_timestamp())
    RETURNING probing_until
"""
PROBE_ENDED = "UPDATE operations_circuit SET probing_until = NULL WHERE probing_until = %s"


class Open(budget.NoneLeft):
    """The upstream does not serve us, so no call is made; the next try comes in `seconds`."""

    is_outage = True


class Verdict(Enum):
    """What the call that needs the key alone told."""

    ANSWERED = auto()
    REFUSED = auto()
    SILENT = auto()
    UNDECIDED = auto()


@dataclass(frozen=True)
class State:
    """Of an open circuit. `seconds` until the next try; below zero when it is due."""

    opened_at: datetime
    reason: str
    advice: str
    tries: int
    seconds: float


@dataclass(frozen=True)
class Try:
    """The right to find out whether it may close, of that opening alone."""

    opened_at: datetime
    number: int


Ask = Callable[[], Client]


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


def pass_or_wait(ask: Ask) -> None:
    """Raises `Open` while the circuit is open. Whoever comes when a try is due makes it, outside any transaction."""
    state = current()
    if state is None:
        return
    mine = _take_the_try() if state.seconds <= 0 else None
    if mine is None:
        raise Open(max(state.seconds, 1.0), state.reason)
    # One call for each try. By turns, so that a wallet that is out of order alone keeps nobody waiting.
    verdict, error = _ask_once(ask, QUESTIONS[mine.number % len(QUESTIONS)])
    if verdict == Verdict.ANSWERED:
        _close(mine)
        if (state := current()) is None:
            return
        raise Open(max(state.seconds, 1.0), state.reason)
    seconds = float(TRY_AFTER[min(mine.number, len(TRY_AFTER) - 1)])
    _note_try(mine, error, seconds)
    raise Open(seconds, state.reason)


def judge(error: UpstreamError, ask: Ask, caller: Caller) -> None:
    """Raises `budget.NoneLeft` where the error is not about its call alone, and returns where it is."""
    if error.is_doubtful:
        _judge_doubt(error, ask)
    elif isinstance(error, Unreachable):
        _judge_silence(error, ask, caller)
    else:
        silence.note_answer(error.operation)


def probe(ask: Ask) -> tuple[Verdict, UpstreamError | None]:
    """Call what needs the key alone. Where the wallet is not found or silent, the list of users tells as much."""
    verdict, error = _ask_once(ask, ask_for_the_wallet)
    if verdict == Verdict.SILENT or isinstance(error, UnknownRoute):
        return _ask_once(ask, ask_for_users)
    return verdict, error


def ask_for_the_wallet(client: Client) -> None:
    client.wallet.get()


def ask_for_users(client: Client) -> None:
    client.users.list(limit=1)


QUESTIONS: tuple[Callable[[Client], None], ...] = (ask_for_users, ask_for_the_wallet)


def _ask_once(ask: Ask, question: Callable[[Client], None]) -> tuple[Verdict, UpstreamError | None]:
    try:
        question(ask())
    except Malformed as error:
        verdict = Verdict.REFUSED if error.is_doubtful else Verdict.ANSWERED
        return _noted(verdict), error
    except budget.NoneLeft:
        return Verdict.UNDECIDED, None
    except Unreachable as error:
        return (Verdict.REFUSED if error.is_doubtful else Verdict.SILENT), error
    except Refused as error:
        return _noted(Verdict.REFUSED if error.is_doubtful else Verdict.ANSWERED), error
    return _noted(Verdict.ANSWERED), None


def _judge_doubt(error: UpstreamError, ask: Ask) -> None:
    if isinstance(error, UnknownRoute) and monotonic() - _proof.answered_at < FRESH_SECONDS:
        _note_route(error)
        return
    verdict, refusal = _find_out(ask)
    if verdict == Verdict.REFUSED or (verdict == Verdict.SILENT and isinstance(error, Unreachable)):
        open_because(refusal or error)
        raise Open(float(TRY_AFTER[0]), str(error))
    if verdict != Verdict.ANSWERED and isinstance(error, Refused):
        raise Open(UNDECIDED_SECONDS, str(error))
    if verdict == Verdict.ANSWERED:
        _note_route(error)


def _judge_silence(error: Unreachable, ask: Ask, caller: Caller) -> None:
    """Of one call without an answer among others with one, the row is told, which counts it as a try."""
    if (state := current()) is not None:
        raise Open(max(state.seconds, 1.0), str(error))
    heard = silence.note(error.operation, caller)
    if heard.in_a_row >= silence.IN_A_ROW:
        verdict, worse = _find_out(ask)
        if verdict in {Verdict.REFUSED, Verdict.SILENT}:
            open_because(worse or error, silent=int(verdict == Verdict.SILENT))
        if current() is not None or verdict == Verdict.UNDECIDED:
            raise Open(float(TRY_AFTER[0]), str(error))
    if heard.is_of_the_operation:
        raise pauses.Paused(silence.pause(error.operation, heard, str(error)), str(error), is_outage=True)


def _find_out(ask: Ask) -> tuple[Verdict, UpstreamError | None]:
    """`probe`, if nobody else is at it: what a second one would learn, the first one learns."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE_THE_PROBE, {"seconds": TRY_SECONDS})
        row = cursor.fetchone()
    if row is None:
        return Verdict.UNDECIDED, None
    try:
        return probe(ask)
    finally:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PROBE_ENDED, row)


def open_because(error: UpstreamError, *, silent: int = 0) -> None:
    """From now on all waits, unless fewer than `silent` calls in a row are without an answer meanwhile.

    Staff are told once when it opens.
    """
    advice = refusals.advice_on(error)[:500]
    said = {"reason": str(error)[:300], "advice": advice}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OPEN, {**said, "seconds": TRY_AFTER[0], "silent": silent})
        is_new = cursor.fetchone() is not None
        if is_new:
            cursor.execute(TOLD, {"advice": advice, "seconds": TOLD_FOR_SECONDS})
            if cursor.fetchone() is not None:
                alarms.queue(**said)
    if is_new:
        logger.error("the upstream does not serve us, so every call waits: %s", advice)


def _take_the_try() -> Try | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE_THE_TRY, [TRY_SECONDS])
        row = cursor.fetchone()
    return Try(*row) if row else None


def _note_try(mine: Try, error: UpstreamError | None, seconds: float) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        state = current()
        if state is None:
            return
        reason, advice = (str(error), refusals.advice_on(error)) if error else (state.reason, state.advice)
        which: dict[str, Any] = {"opened_at": mine.opened_at, "tries": mine.number}
        cursor.execute(NOTE_TRY, {**which, "seconds": seconds, "reason": reason[:300], "advice": advice[:500]})


def _close(mine: Try) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLOSE, [mine.opened_at])
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
