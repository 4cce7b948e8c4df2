"""What keeps the mirror true in the background. Messages mean nothing but *have a look*."""

import logging

from celery import shared_task
from kombu.exceptions import KombuError, OperationalError

from accounts.tenancy import staff_scope
from mirror import surveys, walking

logger = logging.getLogger(__name__)
# One task works this long at most, so that a stop of the worker never waits for a long survey.
WORK_SECONDS = 20.0


@shared_task(name="mirror.work")
def work() -> None:
    """Whoever has more to do than fits tells the next one at once; until the schedule comes round time would pass."""
    if walking.work(WORK_SECONDS):
        wake()


@shared_task(name="mirror.sweep")
def sweep() -> None:
    """Begin the next survey of a customer, when one is due and nothing else runs."""
    with staff_scope("surveys: what is due"):
        surveys.forget_old_surveys()
        begun = surveys.begin_what_is_due()
    if begun and walking.work(WORK_SECONDS):
        wake()


def wake() -> None:
    """Tell a worker to go on with a survey. The message may be lost: the schedule finds it some seconds later."""
    try:
        work.apply_async(retry=False)
    except (OperationalError, KombuError, OSError):
        logger.warning("the broker did not take a wake-up; the schedule will find the survey")
