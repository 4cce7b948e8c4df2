"""When to try again, and when to stop trying: one table and one rule for every queue."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from reseller_portal.jobs.models import Job

# Seconds until the next try, by how many there were; the last one goes on.
DELAYS = (2, 5, 15, 60, 300, 900, 1800, 3600)
# What is due for so long, or was worked on for so long beyond what its kind calls normal, is shown to staff. When a
# worker comes as late as that, the time until it came is not held against the row.
LATE = timedelta(hours=1)
# Most work takes seconds; a kind that takes longer when all is well says so.
NORMALLY = timedelta(minutes=10)
NO_OUTCOME = "There was no outcome after {tries} tries and {time}."


@dataclass(frozen=True)
class Patience:
    """How long a kind of work is tried: whichever ends first. None means that it does not end by that."""

    tries: int | None = 20
    time: timedelta | None = timedelta(hours=72)


PATIENCE = Patience()


def pause_after(count: int, *, at_most: float = DELAYS[-1]) -> float:
    """Seconds: growing pauses with jitter, so that many failed tries do not come back together."""
    pause = DELAYS[min(max(count, 1), len(DELAYS)) - 1]
    return min(pause, at_most) * random.uniform(0.8, 1.2)  # noqa: S311  # no secret


def is_out_of_tries(tries: int, patience: Patience = PATIENCE) -> bool:
    return patience.tries is not None and tries >= patience.tries


def is_out_of_time(job: Job, patience: Patience = PATIENCE) -> bool:
    end = end_of(job, patience)
    return end is not None and timezone.now() >= end


def end_of(job: Job, patience: Patience = PATIENCE) -> datetime | None:
    """When it is given to a person if nothing comes of it; None when work has not begun, or has no end by time."""
    return None if job.begun_at is None or patience.time is None else job.begun_at + patience.time


def begin(job: Job, now: datetime) -> datetime:
    """Since when the work counts, seen from a worker that takes the row now."""
    if job.begun_at is None:
        return now
    alone = now - job.due_at if job.due_at else timedelta(0)
    return job.begun_at + alone if alone > LATE else job.begun_at


def why_given_up(job: Job) -> str:
    """For staff: what went wrong last, or that nothing came."""
    hours = (timezone.now() - job.begun_at).total_seconds() / 3600 if job.begun_at else 0
    time = f"{hours:.0f} h" if hours >= 1 else "less than an hour"
    return job.last_error or NO_OUTCOME.format(tries=job.tries, time=time)
