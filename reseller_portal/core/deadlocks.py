"""Two transactions that wait for each other: PostgreSQL ends one of them, and that one is simply run again."""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import connection
from django.db.utils import OperationalError
from django.http import HttpRequest

logger = logging.getLogger(__name__)
T = TypeVar("T")
# deadlock_detected, serialization_failure
VICTIM = frozenset({"40P01", "40001"})
# The other one goes on meanwhile: run again at once, this one may take its first lock back before that one wakes up,
# and meet it in the same circle.
PAUSE_SECONDS = (0.05, 0.25)


def retry_after_deadlock(work: Callable[[], T], *, request: HttpRequest | None = None) -> T:
    """What `work` returns, run once more if its transaction was the victim of a deadlock.

    For the edge of a request or a task: `work` opens its transaction itself and does nothing that a rollback cannot
    take back. Inside a transaction the error rises, as only whoever opened it can begin again. What the first run read
    of the files of the `request` is read from the beginning; where that cannot be, the error rises.
    """
    try:
        return work()
    except OperationalError as error:
        if connection.in_atomic_block or getattr(error.__cause__, "sqlstate", None) not in VICTIM:
            raise
        if request is not None and not _rewind(request):
            raise
        logger.warning("a transaction met a deadlock and is run again")
    time.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311  # no secret
    return work()


def _rewind(request: HttpRequest) -> bool:
    """Whether every file that came with it stands at its beginning."""
    try:
        for _, files in request.FILES.lists():
            for each in files:
                each.seek(0)
    except ValueError:  # closed
        return False
    return True
