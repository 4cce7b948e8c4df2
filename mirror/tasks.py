"""What keeps the mirror true in the background. Messages mean nothing but *have a look*."""

import time

from celery import shared_task

from accounts.tenancy import staff_scope
from mirror import books, surveys, walking
from reseller_portal.jobs import waking
from reseller_portal.jobs.lanes import Lane

# One task works this long at most, so that a stop of the worker never waits for a long survey.
WORK_SECONDS = 20.0
LANE = Lane(1)


@shared_task(name="mirror.work")
def work() -> None:
    """Whoever has more to do than fits tells the next one at once; until the schedule comes round time would pass."""
    LANE.run(_walk)


@shared_task(name="mirror.sweep")
def sweep() -> None:
    """Begin the next survey of a customer, when one is due and nothing else runs: one after the other, for a while.

    One in each run would be 1,440 customers a day, however many there are.
    """
    with staff_scope("surveys: what is due"):
        surveys.forget_old_surveys()
    end = time.monotonic() + WORK_SECONDS
    while _begin_one():
        LANE.run(_walk)
        if time.monotonic() >= end:
            return


def _begin_one() -> bool:
    with staff_scope("surveys: what is due"):
        return surveys.begin_what_is_due() is not None


@shared_task(name="mirror.check_books")
def check_books() -> None:
    """Once a day, however often the schedule is started anew."""
    with staff_scope("books: is a check due"):
        is_due = books.is_due()
    if is_due:
        books.check()


def wake() -> None:
    """Tell a worker to go on with a survey. The message may be lost: the schedule finds it some seconds later."""
    waking.wake(work)


def _walk() -> None:
    if walking.work(WORK_SECONDS):
        wake()
