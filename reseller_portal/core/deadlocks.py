"""Two transactions that wait for each other: PostgreSQL ends one of them, and that one is simply run again."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db import connection
from django.db.utils import OperationalError

logger = logging.getLogger(__name__)
T = TypeVar("T")
# deadlock_detected, serialization_failure
VICTIM = frozenset({"40P01", "40001"})


def retry_after_deadlock(work: Callable[[], T]) -> T:
    """What `work` returns, run once more if its transaction was the victim of a deadlock.

    For the edge of a request or a task: `work` opens its transaction itself and does nothing that a rollback cannot
    take back. Inside a transaction the error rises, as only whoever opened it can begin again.
    """
    try:
        return work()
    except OperationalError as error:
        if connection.in_atomic_block or getattr(error.__cause__, "sqlstate", None) not in VICTIM:
            raise
        logger.warning("a transaction met a deadlock and is run again")
    return work()
