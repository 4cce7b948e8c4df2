"""The calls per second that the upstream allows, handed out to all processes by one row in PostgreSQL.

The database's own clock decides, so machines whose clocks differ still share one pace.
"""

import time

from django.conf import settings
from django.db import connection, transaction

from accounts.tenancy import staff_scope

# What is urgent goes first, but every fourth call is for the rest, so that nothing waits for ever.
SHARE_OF_THE_REST = 4
TAKE = """
    UPDATE operations_budget
    SET next_at = GREATEST(next_at, clock_timestamp()) + make_interval(secs => %s), calls = calls + 1
    WHERE next_at <= clock_timestamp()
    RETURNING calls
"""
WAIT = "SELECT GREATEST(EXTRACT(EPOCH FROM next_at - clock_timestamp()), 0)::float FROM operations_budget"
URGENT = """
    SELECT EXISTS (
        SELECT 1 FROM operations_operation
        WHERE due_at <= clock_timestamp() AND priority < 3
    )
"""
PAUSE = "UPDATE operations_budget SET next_at = GREATEST(next_at, clock_timestamp() + make_interval(secs => %s))"


class NoneLeft(Exception):
    """The next call may start in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the next call may start in {seconds:.2f} s")
        self.seconds = seconds


def take() -> int:
    """Take the right to one call and return the number of it. Raises `NoneLeft`."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [1 / settings.UPSTREAM_CALLS_PER_SECOND])
        row = cursor.fetchone()
        if row:
            return int(row[0])
        cursor.execute(WAIT)
        raise NoneLeft(cursor.fetchone()[0])


def take_patiently(*, limit: float = 20.0) -> None:
    """Wait for the right to one more call, at most `limit` seconds; for work that needs several calls."""
    waited = 0.0
    while True:
        try:
            with transaction.atomic():
                take()
            return
        except NoneLeft as none_left:
            if waited >= limit:
                raise
            pause_for = max(none_left.seconds, 0.01)
            time.sleep(min(pause_for, 1.0))
            waited += pause_for


def take_in_the_background(*, limit: float = 20.0) -> None:
    """Like `take_patiently`, for work that nobody waits for: what is due and more urgent goes first."""
    waited = 0.0
    while True:
        pause_for = 1 / settings.UPSTREAM_CALLS_PER_SECOND
        try:
            with staff_scope("budget: is anything more urgent due"):
                if is_the_turn_of_the_rest() or not _is_anything_urgent():
                    take()
                    return
        except NoneLeft as none_left:
            pause_for = max(none_left.seconds, 0.01)
        if waited >= limit:
            raise NoneLeft(pause_for)
        time.sleep(min(pause_for, 1.0))
        waited += pause_for


def is_the_turn_of_the_rest() -> bool:
    return calls_so_far() % SHARE_OF_THE_REST == SHARE_OF_THE_REST - 1


def _is_anything_urgent() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(URGENT)
        return bool(cursor.fetchone()[0])


def pause(seconds: float) -> None:
    """Nobody calls for a while: the upstream said so."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PAUSE, [seconds])


def calls_so_far() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT calls FROM operations_budget")
        return int(cursor.fetchone()[0])
