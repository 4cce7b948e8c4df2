"""Tell a worker that there is work: one message in each queue is enough, because whoever takes it looks for all rows.

A message may be lost or refused: the schedule finds the rows anyway. The broker never holds more than a few messages,
however long no worker runs. A broker that is silent keeps nobody waiting for longer than `PATIENCE_SECONDS`.
"""

import logging
import threading
from typing import Any

from celery import Celery
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
# A wake-up that no worker took by then says nothing that the schedule does not say too.
EXPIRES_SECONDS = 60
# Such lines are written once a minute (`reseller_portal.core.outages`).
AWAY = {"cause": "the broker is away"}


# So long whoever wakes waits for the broker in all, which a page does within its answer. A healthy one takes some
# milliseconds; the time limits of the connection are the worker's, which polls, and hold for each command anew.
PATIENCE_SECONDS = 0.8
_silent: set[threading.Thread] = set()


def wake(task: Any) -> None:
    """Put a message for this task in its queue, unless one is waiting there for a worker.

    While an earlier message of this process is stuck at the broker, nobody waits for another one.
    """
    if _is_silent():
        return
    sender = threading.Thread(target=_send, args=[task], name="wake-up", daemon=True)
    sender.start()
    sender.join(PATIENCE_SECONDS)
    if sender.is_alive():
        _silent.add(sender)
        logger.warning(
            "the broker is silent, so nobody was woken for %s; the schedule will find the work", task.name, extra=AWAY
        )


def _send(task: Any) -> None:
    try:
        if not count_waiting(task.app, task.name):
            task.apply_async(retry=False, expires=EXPIRES_SECONDS)
    except (OperationalError, KombuError, RedisError, OSError):
        logger.warning(
            "the broker did not take a wake-up of %s; the schedule will find the work", task.name, extra=AWAY
        )


def _is_silent() -> bool:
    _silent.difference_update([sender for sender in _silent.copy() if not sender.is_alive()])
    return bool(_silent)


def count_waiting(app: Celery, task: str) -> int:
    """How many messages wait in the queue of a task and are with no worker yet."""
    queue = app.amqp.router.route({}, task)["queue"]
    with app.producer_or_acquire() as producer:
        return int(queue(producer.channel).queue_declare()[1])
