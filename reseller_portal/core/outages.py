"""Log lines of something that is away for everybody: one for each cause and minute, without a traceback.

While the database is stopped every request fails for the same reason; a traceback each would fill the disk that the
database may be waiting for. Requests that Django refuses are told of likewise, since strangers choose how many there
are. Faults of our own keep their traceback, each of them.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator

from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer

MINUTE = 60.0
# By what a server says of itself while it stops, starts or has no room; without a code it said nothing at all.
STATES_OF_AWAY = ("08", "57P", "53")
DATABASE, BROKER = "the database is away", "the broker or the cache is away"


class OncePerMinute(logging.Filter):
    """For a handler. `left_out` on the next line says how many were not written."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        # (when the last line was written, how many were not since then); there are few causes.
        self._known: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        cause = getattr(record, "cause", "") or cause_of(record)
        if not cause:
            return True
        with self._lock:
            written_at, left_out = self._known.get(cause, (-MINUTE, 0))
            now = self._clock()
            if now - written_at < MINUTE:
                self._known[cause] = written_at, left_out + 1
                return False
            self._known[cause] = now, 0
        _shorten(record, cause, left_out)
        return True


def cause_of(record: logging.LogRecord) -> str:
    """What is away, or nothing: then the line is about something else."""
    error = record.exc_info[1] if record.exc_info else None
    for each in _chain(error):
        if isinstance(each, OperationalError | InterfaceError) and _is_of_a_server_that_is_away(each):
            return DATABASE
        if isinstance(each, NoConnection | NoAnswer | BrokerError):
            return BROKER
    if getattr(record, "status_code", 0) == 503:
        return "not ready"
    # A request that Django itself refuses: anybody can send those, as many as they like.
    return record.name if record.name.startswith("django.security.") else ""


def _is_of_a_server_that_is_away(error: Exception) -> bool:
    """Not a deadlock, a lock or a statement that took too long: those are about one request."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(STATES_OF_AWAY)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """What it was raised from. What merely happened while an outage was dealt with is a fault of its own."""
    while error is not None:
        yield error
        error = error.__cause__


def _shorten(record: logging.LogRecord, cause: str, left_out: int) -> None:
    error = record.exc_info[1] if record.exc_info else None
    words = record.getMessage().partition("\n")[0]
    if error is not None:
        words += f" ({str(error).partition(chr(10))[0] or type(error).__name__})"
    record.msg, record.args, record.exc_info, record.exc_text = words, (), None, None
    record.cause = cause
    if left_out:
        record.left_out = left_out
