"""What the upstream throttles: a limit belongs to what it limits.

Only the operations of the same group wait. When two groups are told so at once, the limit is the key's. A short wait
is about the calls per second, and then everybody waits as long. A long one is about a quota, from which the pace of
the key learns, or that of the group.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from reseller_portal.operations import budget, paces
from reseller_portal.upstream.errors import Throttled
from reseller_portal.upstream.routes import ROUTES

NOTE = """
    INSERT INTO operations_pause ("group", operation, reason, since, until, said_seconds, kinds)
    VALUES (%(group)s, %(operation)s, %(reason)s, clock_timestamp(),
            clock_timestamp() + make_interval(secs => %(seconds)s), %(said)s, to_jsonb(%(kinds)s::text[]))
    ON CONFLICT ("group") DO UPDATE SET
        operation = EXCLUDED.operation, reason = EXCLUDED.reason, said_seconds = EXCLUDED.said_seconds,
        kinds = EXCLUDED.kinds,
        until = GREATEST(operations_pause.until, EXCLUDED.until),
        since = CASE WHEN operations_pause.until < clock_timestamp() - interval '1 minute'
                     THEN EXCLUDED.since ELSE operations_pause.since END
"""
NOW = """
    SELECT "group", operation, reason, since, until, said_seconds,
           ARRAY(SELECT jsonb_array_elements_text(kinds)), EXTRACT(EPOCH FROM until - clock_timestamp())::float
    FROM operations_pause WHERE until > clock_timestamp() ORDER BY "group"
"""
# Before the name of an operation of the upstream that answers nobody: it pauses alone, and not its group.
SILENT = "silent: "


class Paused(budget.NoneLeft):
    """Calls of this group or operation wait; nothing was sent, or the upstream said that there were too many."""

    def __init__(self, seconds: float, reason: str = "", *, is_outage: bool = False) -> None:
        super().__init__(seconds, reason)
        self.is_outage = is_outage


@dataclass(frozen=True)
class Current:
    """A pause of this moment; it ends in `seconds`, however long the upstream wanted it (`said_seconds`)."""

    group: str
    operation: str
    reason: str
    since: datetime
    until: datetime
    said_seconds: float | None
    kinds: list[str]
    seconds: float


def current() -> list[Current]:
    with connection.cursor() as cursor:
        cursor.execute(NOW)
        return [Current(*row) for row in cursor.fetchall()]


def waiting_groups() -> set[str]:
    """Those that are paused, and those whose next call keeps its distance."""
    return {pause.group for pause in current()} | paces.waiting().keys()


def paused_kinds() -> set[str]:
    """The kinds of our own operations that are known to need what is paused."""
    return {kind for pause in current() for kind in pause.kinds}


def check(operation: str) -> None:
    """Raises `Paused` while calls of this operation of the upstream wait."""
    silent = SILENT + operation
    for pause in current():
        if pause.group in {ROUTES[operation].limited_with, silent}:
            raise Paused(pause.seconds, pause.reason, is_outage=pause.group == silent)


def keep_pace(operation: str, *, patience: float = 0.0) -> None:
    """Before a call: waits for the pace of its group, and raises `Paused` where that takes longer than the patience."""
    group = ROUTES[operation].limited_with
    if seconds := paces.take(group, patience=patience):
        raise Paused(seconds, f"Calls like {operation} are made at the pace that the upstream allowed.")


def note_throttled(throttled: Throttled) -> float:
    """The upstream said 429. How many seconds to wait before this call is tried again, `LONGEST_PAUSE` at most.

    Only `gateway` calls it, for whoever made the call.
    """
    seconds = min(throttled.retry_after, budget.LONGEST_PAUSE)
    group = ROUTES[throttled.operation].limited_with
    others = {pause.group for pause in current() if pause.said_seconds is not None} - {group}
    pause(group, throttled.operation, "Too many calls.", seconds=seconds, said_seconds=throttled.retry_after)
    if throttled.retry_after <= budget.SHORT_PAUSE:
        if others:
            budget.pause(seconds)
    elif others:
        budget.learn_calls_per_minute()
        paces.forget([group, *others])
    else:
        paces.learn(group)
    return seconds


def pause(
    group: str,
    operation: str,
    reason: str,
    *,
    seconds: float,
    said_seconds: float | None = None,
    kinds: Collection[str] = (),
) -> None:
    """Calls of this group wait, and rows of these kinds. A pause is never shortened by a later one."""
    values: dict[str, Any] = {"group": group, "operation": operation, "reason": reason[:300], "kinds": list(kinds)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NOTE, {**values, "seconds": seconds, "said": said_seconds})
