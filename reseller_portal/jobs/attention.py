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
    """The rows of one queue, oldest first, and how each is told. No row is in two of the three.

    `under_a_line` are rows that are not told one by one, as one line (`register_line`) stands for all of them.
    """

    needs: Callable[[], QuerySet[Any]]
    late: Callable[[], QuerySet[Any]]
    on_purpose: Callable[[], QuerySet[Any]]
    tell: Callable[[Any, str], Case]
    under_a_line: Callable[[], QuerySet[Any]] | None = None

    def rows(self, how: str) -> QuerySet[Any]:
        return {NEEDS: self.needs, IS_LATE: self.late, ON_PURPOSE: self.on_purpose}[how]()


# One case that stands for all rows that wait for the same thing, or None.
Line = Callable[[], Case | None]
_sources: list[Source] = []
_lines: list[Line] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def register_line(line: Line) -> None:
    if line not in _lines:
        _lines.append(line)


def find_cases(limit: int) -> list[Case]:
    """First what stands for many, then what needs attention, is late, or waits on purpose; the oldest of each first."""
    found = _found_lines()
    for how in (NEEDS, IS_LATE, ON_PURPOSE):
        cases = [source.tell(row, how) for source in _sources for row in source.rows(how)[:limit]]
        found += sorted(cases, key=lambda case: case.since)
    return found[:limit]


def unseen(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the rows of one queue that stand in none of the three, and for which no line stands."""
    for source in _sources:
        told = [source.needs(), source.late(), source.on_purpose()]
        told += [source.under_a_line()] if source.under_a_line else []
        for each in told:
            if each.model is rows.model:
                rows = rows.exclude(pk__in=each.order_by().values("pk"))
    return rows


def count_cases() -> dict[str, int]:
    """By how they stand; each queue counts to `COUNTED` at most."""
    ways = (NEEDS, IS_LATE, ON_PURPOSE)
    found = {how: sum(source.rows(how)[:COUNTED].count() for source in _sources) for how in ways}
    for line in _found_lines():
        found[line.how] += 1
    return found


def _found_lines() -> list[Case]:
    return [case for line in _lines if (case := line()) is not None]


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
