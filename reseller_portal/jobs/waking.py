"""Tell a worker that there is work: one message in each queue is enough, because whoever takes it looks for all rows.

A message may be lost or refused: the schedule finds the rows anyway. The broker never holds more than a few messages,
however long no worker runs.
"""

import logging
from typing import Any

from celery import Celery
from kombu.exceptions import KombuError, OperationalError

logger = logging.getLogger(__name__)
# A wake-up that no worker took by then says nothing that the schedule does not say too.
EXPIRES_SECONDS = 60


def wake(task: Any) -> None:
    """Put a message for this task in its queue, unless one is waiting there for a worker."""
    try:
        if not count_waiting(task.app, task.name):
            task.apply_async(retry=False, expires=EXPIRES_SECONDS)
    except (OperationalError, KombuError, OSError):
        logger.warning("the broker did not take a wake-up of %s; the schedule will find the work", task.name)


def count_waiting(app: Celery, task: str) -> int:
    """How many messages wait in the queue of a task and are with no worker yet."""
    queue = app.amqp.router.route({}, task)["queue"]
    with app.producer_or_acquire() as producer:
        return int(queue(producer.channel).queue_declare()[1])
