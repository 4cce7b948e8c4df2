"""Take a due row, keep it while work of several calls goes on, put it back. Each queue says in which scope."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from reseller_portal.jobs.models import Job
from reseller_portal.jobs.rules import PATIENCE, Patience, begin, is_out_of_time, is_out_of_tries, pause_after

LEASE = timedelta(seconds=settings.LEASE_SECONDS)
DIED = "Every worker that took it died or was stopped in the middle."
J = TypeVar("J", bound=Job)
# Opens the transaction in which a queue's rows are seen; the argument is the reason, for the log.
Scope = Callable[[str], AbstractContextManager[None]]


class LeaseLost(Exception):
    """Somebody took the row over, or ended it: whoever hears this stops and writes nothing down."""


def take(due: QuerySet[J], *, given_up: str, lease: timedelta = LEASE, patience: Patience = PATIENCE) -> J | None:
    """The first of the due rows that nobody else is taking, leased; None when there is none. In a transaction.

    A row at which one worker after the other died is put into the state `given_up`.
    """
    rows = due.filter(due_at__lte=Now()).select_for_update(skip_locked=True, of=("self",))
    while (job := rows.first()) is not None:
        if not was_died_at(job, patience):
            start(job, lease=lease, attempts=job.attempts + 1)
            return job
        _row(job).update(state=given_up, due_at=None, lease="", last_error=DIED)
    return None


def was_died_at(job: Job, patience: Patience = PATIENCE) -> bool:
    """Whether workers took a row and never gave it back, until the patience was over."""
    return bool(job.lease) and (is_out_of_tries(job.tries, patience) or is_out_of_time(job, patience))


def start(job: Job, *, lease: timedelta = LEASE, **changes: Any) -> None:
    """Mark a row that is locked as ours, with more changes in the same statement. In a transaction."""
    changes |= {"lease": uuid.uuid4().hex, "begun_at": begin(job, timezone.now())}
    for name, value in changes.items():
        setattr(job, name, value)
    _row(job).update(**changes, due_at=Now() + lease)


def renew(job: Job, *, scope: Scope, lease: timedelta = LEASE) -> None:
    """The heartbeat of work that needs several calls: before each. Raises `LeaseLost`."""
    with scope("jobs: renew a lease"):
        if not mine(job).update(due_at=Now() + lease):
            raise LeaseLost(f"{job} was taken over or ended meanwhile")


def mine(job: J) -> QuerySet[J]:
    """The row if it is still ours."""
    rows: QuerySet[J] = _row(job).filter(lease=job.lease)
    return rows


def come_back(job: Job, seconds: float, **changes: Any) -> None:
    """Give a row that is ours back until then. In a transaction; a row that was taken over is left alone."""
    mine(job).update(**changes, lease="", due_at=Now() + timedelta(seconds=seconds))


def try_again_or_give_up(job: Job, error: str, *, state: str, patience: Patience = PATIENCE, **changes: Any) -> bool:
    """A try failed: later again, or when the patience is over to a person, in `state`. True when it was given up.

    In a transaction; a row that was taken over is left alone.
    """
    changes["last_error"] = error[:500]
    if is_out_of_tries(job.tries, patience) or is_out_of_time(job, patience):
        mine(job).update(**changes, state=state, lease="", due_at=None)
        return True
    come_back(job, pause_after(job.tries), **changes)
    return False


def _row(job: J) -> QuerySet[J]:
    rows: QuerySet[J] = type(job)._default_manager.filter(pk=job.pk)
    return rows
