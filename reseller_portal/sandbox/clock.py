"""The sandbox's time: real time shifted, sped up or frozen, the same for every process of one database."""

import calendar
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from reseller_portal.sandbox.models import World

_standing: ContextVar[datetime | None] = ContextVar("sandbox_time", default=None)


def real_now() -> datetime:
    return datetime.now(UTC)


def world() -> World:
    """The one row, made on first use."""
    found = World.objects.first()
    if found is None:
        start = real_now()
        found = World.objects.create(pk=1, real_from=start, sim_from=start)
    return found


def now() -> datetime:
    return _standing.get() or time_of(world())


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """While what is due is carried out, it is one and the same time, and nobody has to ask for it."""
    token = _standing.set(moment)
    try:
        yield
    finally:
        _standing.reset(token)


def time_of(row: World) -> datetime:
    if row.is_frozen:
        return row.sim_from
    return row.sim_from + (real_now() - row.real_from) * row.speed


def advance(step: timedelta) -> None:
    row = world()
    _rebase(row, time_of(row) + step)


def begin(at: datetime) -> None:
    _rebase(world(), at)


def freeze() -> None:
    row = world()
    at = time_of(row)
    row.is_frozen = True
    _rebase(row, at)


def run(speed: float = 1.0) -> None:
    """Let the clock run, `speed` times as fast as real time."""
    row = world()
    at = time_of(row)
    row.speed, row.is_frozen = speed, False
    _rebase(row, at)


def first_speed() -> float:
    """How fast the clock runs in a world that is new."""
    return float(os.environ.get("SANDBOX_SPEED", "1"))


def months_later(moment: datetime, months: int) -> datetime:
    """The same day some months on, or the last day of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _rebase(row: World, sim: datetime) -> None:
    """The time alone: somebody may be paid from the same row's wallet meanwhile."""
    row.real_from, row.sim_from = real_now(), sim
    row.save(update_fields=["real_from", "sim_from", "is_frozen", "speed"])


def as_text(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, as answers carry it."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_event_text(moment: datetime) -> str:
    """Without milliseconds, as events carry it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
