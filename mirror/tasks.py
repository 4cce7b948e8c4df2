"""What keeps the mirror true in the background. Messages mean nothing but *have a look*."""

from celery import shared_task

from accounts.tenancy import staff_scope
from mirror import surveys, walking

# One task works this long at most, so that a stop of the worker never waits for a long survey.
WORK_SECONDS = 20.0


@shared_task(name="mirror.work")
def work() -> None:
    walking.work(WORK_SECONDS)


@shared_task(name="mirror.sweep")
def sweep() -> None:
    """Begin the next survey of a customer, when one is due and nothing else runs."""
    with staff_scope("surveys: what is due"):
        surveys.forget_old_surveys()
        begun = surveys.begin_what_is_due()
    if begun:
        walking.work(WORK_SECONDS)
