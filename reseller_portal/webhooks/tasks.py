"""What wakes the processing of events. A message means nothing but *have a look*."""

import time

from celery import shared_task

from reseller_portal.jobs.lanes import Lane
from reseller_portal.webhooks.processing import process_due

# One task works this long at most, so that a stop of the worker never waits for a long queue.
WORK_SECONDS = 20.0
LANE = Lane(2)


@shared_task(name="webhooks.process")
def process() -> None:
    """Work through what is due. Also on the beat, because a wake-up may be lost."""
    LANE.run(_work)


def _work() -> None:
    end = time.monotonic() + WORK_SECONDS
    while time.monotonic() < end:
        if not process_due(limit=50):
            return
