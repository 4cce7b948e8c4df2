"""The words for moments: how long ago, a date, a time of day; always with the exact time and its zone on hover."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

A_WEEK = 7 * 24 * 3600
UNITS = ((24 * 3600, "d"), (3600, "h"), (60, "min"))


@dataclass(frozen=True)
class Times:
    """Moments as the rows of one page say them: all against the same minute and in the same zone.

    Asking for the zone of a page costs more than all else about a row, so it is asked once.
    """

    zone: str
    minute: datetime

    def day(self, moment: datetime | None) -> SafeString:
        """A date; None is one that nobody told yet."""
        return SafeString('<span class="faint">not known yet</span>') if moment is None else _day(moment, self.zone)

    def as_of(self, moment: datetime) -> SafeString:
        """How long ago, to the minute."""
        return _as_of(moment.replace(second=0, microsecond=0), self.minute, self.zone)


def times_of_page() -> Times:
    return Times(timezone.get_current_timezone_name(), timezone.now().replace(second=0, microsecond=0))


def since(moment: datetime | None) -> SafeString:
    """How long ago for a week, then the date."""
    if moment is None:
        return SafeString('<span class="faint">unknown</span>')
    return _time(moment, _distance(moment))


def time_of_day(moment: datetime) -> SafeString:
    """With its zone, for what ends today."""
    return _time(moment, f"{timezone.localtime(moment):%H:%M} {timezone.get_current_timezone_name()}")


def _distance(moment: datetime) -> str:
    seconds = (timezone.now() - moment).total_seconds()
    if abs(seconds) < 60:
        return "now"
    for size, name in UNITS if abs(seconds) < A_WEEK else ():
        if abs(seconds) >= size:
            number = int(abs(seconds) // size)
            return f"{number} {name} ago" if seconds > 0 else f"in {number} {name}"
    local = timezone.localtime(moment)
    return f"{local.day} {local:%b %Y}"


@lru_cache(maxsize=4096)
def _as_of(moment: datetime, _minute: datetime, _zone: str) -> SafeString:
    return since(moment)


@lru_cache(maxsize=4096)
def _day(moment: datetime, _zone: str) -> SafeString:
    local = timezone.localtime(moment)
    return _time(moment, f"{local.day} {local:%b %Y}")


def _time(moment: datetime, words: str) -> SafeString:
    local = timezone.localtime(moment)
    exact = f"{local.day} {local:%b %Y, %H:%M:%S} {timezone.get_current_timezone_name()}"
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, words)
