"""What wakes the sending of mail, and what the accounts do by the clock."""

import time

from celery import shared_task
from django.core.management import call_command

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


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    """Sessions that ended are of no use to anyone, and hold who signed in."""
    call_command("clearsessions")
