"""What staff should know of: rows that need attention, that are late, or that wait on purpose. One list for all queues.

Each app registers where its rows are found. In a staff scope.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Model, QuerySet
from django.utils import timezone

from reseller_portal.jobs.models import Job
from reseller_portal.jobs.rules import LATE

NEEDS, IS_LATE, ON_PURPOSE = "needs attention", "late", "on purpose"
# Nobody reads more; what is beyond is said as "and more".
COUNTED = 1000


@dataclass(frozen=True)
class Case:
    """One row. `until` is when it ends by itself as `at_end` says, or None where that is not known."""

    how: str
    subject: Model
    what: str
    url: str
    customer: str
    reason: str
    next_step: str
    since: datetime
    until: datetime | None = None
    at_end: str = "Needs attention"


@dataclass(frozen=True)
class Source:
    """The rows of one queue, oldest first, and how each is told. No row is in two of the three."""

    needs: Callable[[], QuerySet[Any]]
    late: Callable[[], QuerySet[Any]]
    on_purpose: Callable[[], QuerySet[Any]]
    tell: Callable[[Any, str], Case]

    def rows(self, how: str) -> QuerySet[Any]:
        return {NEEDS: self.needs, IS_LATE: self.late, ON_PURPOSE: self.on_purpose}[how]()


_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def find_cases(limit: int) -> list[Case]:
    """What needs attention first, then what is late, then what waits on purpose; the oldest of each first."""
    found: list[Case] = []
    for how in (NEEDS, IS_LATE, ON_PURPOSE):
        cases = [source.tell(row, how) for source in _sources for row in source.rows(how)[:limit]]
        found += sorted(cases, key=lambda case: case.since)
    return found[:limit]


def unseen(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the rows of one queue that stand in none of the three."""
    for source in _sources:
        for told in (source.needs(), source.late(), source.on_purpose()):
            if told.model is rows.model:
                rows = rows.exclude(pk__in=told.order_by().values("pk"))
    return rows


def count_cases() -> dict[str, int]:
    """By how they stand; each queue counts to `COUNTED` at most."""
    return {how: sum(source.rows(how)[:COUNTED].count() for source in _sources) for how in (NEEDS, IS_LATE, ON_PURPOSE)}


def overdue(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows that were due for an hour and that no worker took."""
    return rows.filter(due_at__lt=timezone.now() - LATE)


def slow(rows: QuerySet[Any], normally: timedelta) -> QuerySet[Any]:
    """Rows that are worked on for an hour longer than is normal."""
    return rows.filter(due_at__isnull=False, begun_at__lt=timezone.now() - LATE - normally)


def why_late(job: Job) -> str:
    """For staff."""
    if job.due_at and job.due_at < timezone.now() - LATE:
        return "It is due, and no worker has taken it."
    return job.last_error or "It takes longer than it should."


def nothing(rows: QuerySet[Any]) -> Callable[[], QuerySet[Any]]:
    return rows.none


def oldest_first(rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    return rows.order_by(F(field).asc(nulls_first=True), "pk")
