"""What wakes the sending of mail. A message means nothing but *have a look*."""

import time

from celery import shared_task

from accounts.posting import forget_old_mail, send_due
from reseller_portal.jobs.lanes import Lane

# One task works this long at most, so that a stop of the worker never waits for a long queue.
WORK_SECONDS = 20.0
LANE = Lane(1)


@shared_task(name="accounts.send_mail")
def send_mail() -> None:
    """Send what is due. Also on the beat, because a wake-up may be lost."""
    LANE.run(_work)


def _work() -> None:
    end = time.monotonic() + WORK_SECONDS
    while time.monotonic() < end and send_due(limit=20):
        pass


@shared_task(name="accounts.forget_mail")
def forget_mail() -> None:
    forget_old_mail()
