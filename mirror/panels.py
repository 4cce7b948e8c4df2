"""How true the mirror is, on the admin's first page. Each is read inside the admin's staff scope."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone

from accounts.admin_site import Panel
from accounts.models import Customer
from mirror import books, surveys
from mirror.adoption_page import stage_of
from mirror.models import Drift, Survey
from mirror.report import counted_noun

WORDS = {
    "never": ("Not looked at", "Start with a dry run", ""),
    "looking": ("Dry run", "Under way", "working"),
    "looked": ("Dry run", "Done: read what it found", "done"),
    "old": ("Dry run", "More than a day old", ""),
    "adopting": ("Adopting", "Under way", "working"),
    "adopted": ("Adopted", "Kept true from now on", "done"),
    "halted": ("Halted", "Go on with it, or look again", "unknown"),
}


def account() -> Panel:
    """How far the adoption of the upstream account is."""
    value, note, state = WORDS[stage_of(surveys.newest_adoption())]
    return Panel("Upstream account", value, note, state, reverse("admin:mirror_adoption"))


def mirror() -> Panel:
    """What differs and waits for a decision, and whether every customer was read lately."""
    number = Drift.objects.filter(state=Drift.State.OPEN).count()
    url = reverse("admin:mirror_drift_changelist")
    unread = _count_unread()
    note = f"{counted_noun(unread, 'customer')} not read for two days" if unread else _newest()
    return Panel("Drift", f"{number:,}", note, "unknown" if number or unread else "done", url)


def checked_books() -> Panel:
    """Whether ledger, holds, orders and operations were as they must be when they were last asked."""
    url, latest = reverse("admin:mirror_bookscheck_changelist"), books.newest()
    if latest is None:
        return Panel("Books", "Not checked yet", "Checked once a day", "", url)
    minutes = int((timezone.now() - latest.checked_at).total_seconds() // 60)
    is_late = timezone.now() - latest.checked_at > 2 * books.EVERY
    state = "needs_person" if latest.differences else "unknown" if is_late else "done"
    return Panel("Books", str(latest), f"Checked {_ago(minutes)} ago", state, url)


def _count_unread() -> int:
    """Customers whom neither a survey nor the adoption read in twice the time that a sweep should take."""
    since = timezone.now() - 2 * timedelta(hours=settings.SWEEP_HOURS)
    rows = Customer.objects.exclude(upstream_id="").filter(created_at__lt=since)
    read = rows.annotate(last=Max("survey__began_at", filter=Q(survey__is_dry=False)))
    return read.filter(Q(last=None) | Q(last__lt=since)).exclude(adopted_at__gt=since).count()


def _newest() -> str:
    """When a survey came to its end for the last time."""
    done = Survey.objects.filter(state=Survey.State.DONE, is_dry=False).aggregate(at=Max("finished_at"))["at"]
    if done is None:
        return "Nothing was read yet"
    minutes = int((timezone.now() - done).total_seconds() // 60)
    return "Read just now" if minutes < 1 else f"Read {_ago(minutes)} ago"


def _ago(minutes: int) -> str:
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
