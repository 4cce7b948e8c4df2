"""The sandbox's time: real time shifted, sped up or frozen, the same for every process of one database."""

import calendar
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from reseller_portal.sandbox.models import World
from reseller_portal.sandbox.router import ALIAS

_standing: ContextVar[datetime | None] = ContextVar("sandbox_time", default=None)
_manners: ContextVar[Mapping[str, Any] | None] = ContextVar("sandbox_manners", default=None)


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


def manners() -> Mapping[str, Any]:
    """How the sandbox was told to behave; asked for once while a portion of steps is carried out."""
    found = _manners.get()
    return world().manners if found is None else found


@contextmanager
def keeping_manners() -> Iterator[None]:
    token = _manners.set(world().manners)
    try:
        yield
    finally:
        _manners.reset(token)


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


def reach(moment: datetime) -> None:
    """Move on to a time; never back, if it is later already."""
    with _set_anew() as row:
        row.sim_from = max(row.sim_from, moment)


def begin(at: datetime) -> None:
    with _set_anew() as row:
        row.sim_from = at


def freeze() -> None:
    with _set_anew() as row:
        row.is_frozen = True


def run(speed: float = 1.0) -> None:
    """Let the clock run, `speed` times as fast as real time."""
    with _set_anew() as row:
        row.speed, row.is_frozen = speed, False


def first_speed() -> float:
    """How fast the clock runs in a world that is new."""
    return float(os.environ.get("SANDBOX_SPEED", "1"))


def months_later(moment: datetime, months: int) -> datetime:
    """The same day some months on, or the last day of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


@contextmanager
def _set_anew() -> Iterator[World]:
    """The one row, locked, with `sim_from` at this moment. Of it the time alone is written: the wallet is others'."""
    world()
    with transaction.atomic(using=ALIAS):
        row = World.objects.select_for_update().get()
        row.sim_from, row.real_from = time_of(row), real_now()
        yield row
        row.save(update_fields=["real_from", "sim_from", "is_frozen", "speed"])


def as_text(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, as answers carry it."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_event_text(moment: datetime) -> str:
    """Without milliseconds, as events carry it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
