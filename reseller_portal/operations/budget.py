"""The calls per second that the upstream allows, handed out to all processes by one row in PostgreSQL.

The database's own clock decides, so machines whose clocks differ still share one pace.
"""

import time

from django.conf import settings
from django.db import connection, transaction

TAKE = """
    UPDATE operations_budget
    SET next_at = GREATEST(next_at, clock_timestamp()) + make_interval(secs => %s), calls = calls + 1
    WHERE next_at <= clock_timestamp()
    RETURNING calls
"""
WAIT = "SELECT GREATEST(EXTRACT(EPOCH FROM next_at - clock_timestamp()), 0)::float FROM operations_budget"
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


def pause(seconds: float) -> None:
    """Nobody calls for a while: the upstream said so."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PAUSE, [seconds])


def calls_so_far() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT calls FROM operations_budget")
        return int(cursor.fetchone()[0])
