"""The calls that the upstream allows, handed out to all processes by one row in PostgreSQL.

The database's own clock decides, so machines whose clocks differ still share one pace. A call that was paid for and
not made is given back.
"""

from time import sleep

from django.conf import settings
from django.db import connection, transaction

from accounts.tenancy import staff_scope
from reseller_portal.operations import turns

# However long the upstream says to wait: so soon it is tried again, because what it says may be wrong or have changed.
LONGEST_PAUSE = 60.0
# Up to this many seconds a refusal is about the calls per second; beyond, about a quota.
SHORT_PAUSE = 2.0
# The slower pace that a quota of the key taught is kept so long, then the full one is tried again.
LEARNT_FOR_SECONDS = 3600
SLOWEST_PER_MINUTE = 6
# A reader in the background that asked in vain within so many seconds is let go first on its turn.
BACKGROUND_WAITS_SECONDS = 2
# The same for work that has begun; it asks again within the distance of two calls.
HALFWAY_WAITS_SECONDS = 1

# Calls keep one distance, which holds both windows: so many a second, and so many a minute where that is known. The
# last two minutes are counted, so that a quota of the key can be told from what was called before it struck.
TAKE = """
    UPDATE operations_budget
    SET next_at = GREATEST(next_at, clock_timestamp()) + make_interval(secs => GREATEST(
            %(spacing)s, CASE WHEN learnt_until > clock_timestamp() THEN 60.0 / learnt_per_minute ELSE 0 END)),
        calls = calls + 1,
        minute_at = CASE WHEN clock_timestamp() < minute_at + interval '1 minute' THEN minute_at
                         WHEN clock_timestamp() < minute_at + interval '2 minutes' THEN minute_at + interval '1 minute'
                         ELSE clock_timestamp() END,
        calls_before = CASE WHEN clock_timestamp() < minute_at + interval '1 minute' THEN calls_before
                            WHEN clock_timestamp() < minute_at + interval '2 minutes' THEN calls_of_minute
                            ELSE 0 END,
        calls_of_minute = CASE WHEN clock_timestamp() < minute_at + interval '1 minute' THEN calls_of_minute + 1
                               ELSE 1 END
    WHERE next_at <= clock_timestamp()
    RETURNING calls
"""
# The time is only given back while nobody has the place behind it: two calls must not meet in one place.
GIVE_BACK = """
    UPDATE operations_budget
    SET next_at = CASE WHEN calls = %(number)s THEN LEAST(next_at, clock_timestamp()) ELSE next_at END,
        unused = unused + 1, calls_of_minute = GREATEST(calls_of_minute - 1, 0)
"""
WAIT = "SELECT GREATEST(EXTRACT(EPOCH FROM next_at - clock_timestamp()), 0)::float FROM operations_budget"
PAUSE = "UPDATE operations_budget SET next_at = GREATEST(next_at, clock_timestamp() + make_interval(secs => %s))"
LEARN = """
    UPDATE operations_budget
    SET learnt_per_minute = GREATEST(%(least)s, calls_of_minute + calls_before * GREATEST(
            0, 1 - EXTRACT(EPOCH FROM clock_timestamp() - minute_at) / 60)),
        learnt_until = clock_timestamp() + make_interval(secs => %(kept)s)
    WHERE learnt_until IS NULL OR learnt_until < clock_timestamp() + make_interval(secs => %(kept)s - 60)
"""
BACKGROUND_ASKS = "UPDATE operations_budget SET background_at = clock_timestamp()"
HALFWAY_ASKS = "UPDATE operations_budget SET halfway_at = clock_timestamp()"
HALFWAY_GOES_ON = "UPDATE operations_budget SET halfway_at = NULL WHERE halfway_at IS NOT NULL"
IS_ANYBODY_HALFWAY = """
    SELECT COALESCE(halfway_at > clock_timestamp() - make_interval(secs => %s), false) FROM operations_budget
"""
DOES_THE_BACKGROUND_WAIT = """
    SELECT COALESCE(background_at > clock_timestamp() - make_interval(secs => %s), false) FROM operations_budget
"""


class NoneLeft(Exception):
    """The next call may start in `seconds`.

    `calls_made` counts those of the same work that were made before, and `writes_made` those of them that may have
    changed something. `is_outage`: the upstream serves nobody, or nobody's calls of one operation, so the row that
    met it is not to blame.
    """

    is_outage = False

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason or f"the next call may start in {seconds:.2f} s")
        self.seconds = seconds
        self.calls_made = self.writes_made = 0


def take() -> int:
    """Take the right to one call and return the number of it. Raises `NoneLeft`."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"spacing": spacing()})
        row = cursor.fetchone()
        if row:
            return int(row[0])
        cursor.execute(WAIT)
        raise NoneLeft(cursor.fetchone()[0])


def give_back(number: int) -> None:
    """The call of this number is not made."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, {"number": number})


def spacing() -> float:
    """Seconds between two calls by the settings: a steady pace that neither window sees too often."""
    per_minute = settings.UPSTREAM_CALLS_PER_MINUTE
    return max(1 / settings.UPSTREAM_CALLS_PER_SECOND, 60 / per_minute if per_minute else 0.0)


def take_patiently(*, limit: float = 20.0, goes_first: bool = False) -> None:
    """Wait for the right to one more call, at most `limit` seconds; for work that needs several calls.

    With `goes_first` nothing new is claimed meanwhile: for work of few calls that people wait for and that has begun.
    """
    waited = 0.0
    while True:
        try:
            with transaction.atomic():
                take()
                if goes_first:
                    _execute(HALFWAY_GOES_ON)
            return
        except NoneLeft as none_left:
            if goes_first:
                _execute(HALFWAY_ASKS)
            waited += _wait_for(none_left, limit - waited)


def take_in_the_background(*, limit: float = 20.0) -> None:
    """Like `take_patiently`, for work that nobody waits for: what is due and more urgent goes first."""
    waited = 0.0
    while True:
        try:
            with staff_scope("budget: is anything more urgent due"):
                number = take()
                if turns.is_turn_of_the_background(number) or not _is_anything_urgent():
                    return
                raise NoneLeft(spacing())  # the scope's end takes the call back
        except NoneLeft as none_left:
            _execute(BACKGROUND_ASKS)
            waited += _wait_for(none_left, limit - waited)


def is_anybody_halfway() -> bool:
    """Whether work that goes first waits for one more call."""
    with connection.cursor() as cursor:
        cursor.execute(IS_ANYBODY_HALFWAY, [HALFWAY_WAITS_SECONDS])
        return bool(cursor.fetchone()[0])


def does_the_background_wait() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(DOES_THE_BACKGROUND_WAIT, [BACKGROUND_WAITS_SECONDS])
        return bool(cursor.fetchone()[0])


def pause(seconds: float) -> None:
    """Nobody calls for a while: the upstream said so."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PAUSE, [min(seconds, LONGEST_PAUSE)])


def learn_calls_per_minute() -> None:
    """The key has a quota: from now on keep to what was called in the minute before it struck, for an hour."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LEARN, {"least": SLOWEST_PER_MINUTE, "kept": LEARNT_FOR_SECONDS})


def _execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def _wait_for(none_left: NoneLeft, patience: float) -> float:
    """Sleep a second at most; how long it was. Raises it where waiting would not help."""
    if none_left.seconds > patience:
        raise none_left
    seconds = min(max(none_left.seconds, 0.01), 1.0)
    sleep(seconds)
    return seconds


def _is_anything_urgent() -> bool:
    return any(head.is_due and head.priority != turns.SYNC for head in turns.heads())
