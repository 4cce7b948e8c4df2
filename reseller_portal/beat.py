"""The schedule: however many beats are started, one ticks, because one holds a lock in PostgreSQL."""

from typing import Any

from celery.beat import Scheduler
from django.db import connection
from django.db.utils import Error as DatabaseError

from reseller_portal.jobs.waking import count_waiting

LOCK = 7_741_100
LOOK_AGAIN_SECONDS = 5.0


class OneBeat(Scheduler):  # type: ignore[misc]  # Celery has no types
    """Keeps its entries in memory: they are static, and every task looks at the database anyway."""

    _is_ours = False

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if not self._holds_the_lock():
            return LOOK_AGAIN_SECONDS
        return float(super().tick(*args, **kwargs))

    def apply_async(self, entry: Any, *args: Any, **kwargs: Any) -> Any:
        """Nothing where messages wait already: a night without a worker must not fill the broker."""
        queue = self._queue_of(entry.task)
        of_queue = sum(self._queue_of(each.task) == queue for each in self.schedule.values())
        if count_waiting(self.app, entry.task) >= of_queue:
            return None
        return super().apply_async(entry, *args, **kwargs)

    def _queue_of(self, task: str) -> str:
        return str(self.app.amqp.router.route({}, task)["queue"].name)

    def _holds_the_lock(self) -> bool:
        """The lock belongs to the connection: when that is lost, so is the lock."""
        try:
            with connection.cursor() as cursor:
                if not self._is_ours:
                    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
                    self._is_ours = bool(cursor.fetchone()[0])
                else:
                    cursor.execute("SELECT 1")
        except DatabaseError:
            connection.close()
            self._is_ours = False
        return self._is_ours
