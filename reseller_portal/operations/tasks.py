"""What wakes the engine. A message means nothing but *have a look*."""

import time
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.tenancy import staff_scope
from reseller_portal.jobs.lanes import Lane
from reseller_portal.operations import budget, engine
from reseller_portal.operations.claiming import seconds_to_next
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import lookup_kinds

# One task works this long at most, so that a stop of the worker never waits for a long queue.
WORK_SECONDS = 20.0
LANE = Lane(5)
LOOKUPS_KEPT_HOURS = 24


@shared_task(name="operations.work")
def work() -> None:
    """Carry out what is due, until nothing is or the time is up."""
    LANE.run(_work)


def _work() -> None:
    end = time.monotonic() + WORK_SECONDS
    while time.monotonic() < end:
        try:
            if not engine.run_one():
                return
        except budget.NoneLeft as none_left:
            if none_left.seconds > end - time.monotonic():
                return
            time.sleep(max(none_left.seconds, 0.01))


@shared_task(name="operations.sweep")
def sweep() -> None:
    """Find what no message told of: rows that became due, and rows of workers that died."""
    wait = seconds_to_next()
    if wait == 0:
        work()


@shared_task(name="operations.forget_lookups")
def forget_lookups() -> None:
    """Old answers are of no use to anyone."""
    with staff_scope("forget old lookups"):
        Operation.objects.filter(
            kind__in=lookup_kinds(),
            due_at=None,
            finished_at__lt=timezone.now() - timedelta(hours=LOOKUPS_KEPT_HOURS),
        ).delete()
