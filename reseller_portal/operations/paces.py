"""The pace of one group of the upstream's operations, learnt from a quota that belongs to this group alone.

Each call of a group is counted by the minute. When the group is throttled, what it was called in the minute before is
what its quota allows: from then on its calls keep that distance, and other groups their own. After an hour the full
pace is tried again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from time import sleep
from typing import Any

from django.db import connection, transaction

# A quota smaller than that is left to pauses: one wrong 429 must not slow a group down by more.
SLOWEST_PER_MINUTE = 6
LEARNT_FOR_SECONDS = 3600
# Within a minute it is learnt once: the calls after it are few because of it.
LEARN_EVERY_SECONDS = 60

# One row for each group. No row comes back where the group has to wait.
TAKE = """
    INSERT INTO operations_grouppace AS pace ("group", next_at, minute_at, calls_of_minute, calls_before)
    VALUES (%s, clock_timestamp(), clock_timestamp(), 1, 0)
    ON CONFLICT ("group") DO UPDATE SET
        next_at = GREATEST(pace.next_at, clock_timestamp()) + make_interval(secs =>
            CASE WHEN pace.learnt_until > clock_timestamp() THEN 60.0 / pace.learnt_per_minute ELSE 0 END),
        minute_at = CASE WHEN clock_timestamp() < pace.minute_at + interval '1 minute' THEN pace.minute_at
                         WHEN clock_timestamp() < pace.minute_at + interval '2 minutes'
                         THEN pace.minute_at + interval '1 minute' ELSE clock_timestamp() END,
        calls_before = CASE WHEN clock_timestamp() < pace.minute_at + interval '1 minute' THEN pace.calls_before
                            WHEN clock_timestamp() < pace.minute_at + interval '2 minutes' THEN pace.calls_of_minute
                            ELSE 0 END,
        calls_of_minute = CASE WHEN clock_timestamp() < pace.minute_at + interval '1 minute'
                               THEN pace.calls_of_minute + 1 ELSE 1 END
    WHERE pace.next_at <= clock_timestamp()
    RETURNING "group"
"""
# The throttled call itself was one too many.
LEARN = """
    UPDATE operations_grouppace SET learnt_per_minute = calls - 1,
        learnt_until = clock_timestamp() + make_interval(secs => %(kept)s),
        next_at = clock_timestamp() + make_interval(secs => 60.0 / (calls - 1))
    FROM (SELECT id AS of_group, floor(calls_of_minute + calls_before * GREATEST(
              0, 1 - EXTRACT(EPOCH FROM clock_timestamp() - minute_at) / 60))::int AS calls
          FROM operations_grouppace WHERE "group" = %(group)s) AS counted
    WHERE id = of_group AND calls > %(slowest)s
      AND (learnt_until IS NULL OR learnt_until < clock_timestamp() + make_interval(secs => %(kept)s - %(every)s))
"""
FORGET = 'UPDATE operations_grouppace SET learnt_until = NULL, next_at = LEAST(next_at, now()) WHERE "group" = ANY(%s)'
WAITING = """
    SELECT "group", EXTRACT(EPOCH FROM next_at - clock_timestamp())::float
    FROM operations_grouppace WHERE next_at > clock_timestamp()
"""
LEARNT = """
    SELECT "group", learnt_per_minute, learnt_until - make_interval(secs => %s), learnt_until
    FROM operations_grouppace WHERE learnt_until > clock_timestamp() ORDER BY "group"
"""


@dataclass(frozen=True)
class Learnt:
    """So many calls a minute are made of this group, from its throttling until the full pace is tried again."""

    group: str
    per_minute: int
    since: datetime
    until: datetime


def take(group: str, *, patience: float = 0.0) -> float:
    """Take the right to call this group now, after `patience` seconds at most; how long to wait where that is more."""
    waited = 0.0
    while not _take(group):
        left = waiting().get(group, 0.0)
        if waited + left > patience:
            return left
        waited += _sleep(left)
    return 0.0


def learn(group: str) -> None:
    """The group was throttled, and no other one."""
    values: dict[str, Any] = {
        "group": group, "kept": LEARNT_FOR_SECONDS, "slowest": SLOWEST_PER_MINUTE, "every": LEARN_EVERY_SECONDS,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LEARN, values)


def forget(groups: Collection[str]) -> None:
    """What was taken for the quota of a group was the key's."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FORGET, [list(groups)])


def waiting() -> dict[str, float]:
    """The groups whose next call keeps its distance, with the seconds until then."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return dict(cursor.fetchall())


def learnt() -> list[Learnt]:
    """For staff."""
    with connection.cursor() as cursor:
        cursor.execute(LEARNT, [LEARNT_FOR_SECONDS])
        return [Learnt(*row) for row in cursor.fetchall()]


def _take(group: str) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE, [group])
        return cursor.fetchone() is not None


def _sleep(seconds: float) -> float:
    """A second at most; how long it was."""
    wait = min(max(seconds, 0.01), 1.0)
    sleep(wait)
    return wait
