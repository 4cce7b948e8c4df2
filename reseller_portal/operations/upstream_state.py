"""What staff see of the upstream: that it does not serve us, and which calls wait for how long and why."""

from dataclasses import dataclass
from datetime import datetime

from accounts.admin_site import Notice, Section
from reseller_portal.operations import circuit, paces, pauses
from reseller_portal.operations.models import Operation
from reseller_portal.upstream.routes import ROUTES

GROUPS = {
    "search": "Searches for domains",
    "workspaces": "Checks for a workspace",
    "orders": "Orders",
    "users": "Accounts of customers",
    "wallet": "The wallet",
    "edits": "Changes",
    "reads": "Readings",
}
MINUTE = 60
PACE = "At most {} calls a minute are made, as the upstream allowed no more."


@dataclass(frozen=True)
class Waiting:
    """One line of what waits. `until` is when it is tried again."""

    what: str
    why: str
    since: datetime
    until: datetime


def notice() -> Notice | None:
    """For every page of the admin, while the upstream does not serve us."""
    state = circuit.current()
    if state is None:
        return None
    waiting = Operation.objects.filter(due_at__isnull=False).count()
    return Notice(
        "The upstream does not serve the portal, so every call waits",
        f"{state.advice} No order fails for it. Operations that wait: {waiting:,}; they go on by themselves. "
        "The upstream is tried again at least once a minute.",
    )


def paused_calls() -> Section:
    """Drawn only while something is paused."""
    rows = [
        Waiting(GROUPS.get(pause.group, pause.operation), why_of(pause), pause.since, pause.until)
        for pause in pauses.current()
    ]
    rows += [
        Waiting(GROUPS.get(each.group, each.group), PACE.format(each.per_minute), each.since, each.until)
        for each in paces.learnt()
    ]
    return Section("operations/admin/paused.html", {"rows": rows}, is_aside=True)


def short_state() -> tuple[str, str] | None:
    """(value, note) for the tile, or None while nothing waits for the upstream."""
    if circuit.current():
        return "No service", "Every call waits; see above what to do"
    paused = pauses.current()
    if not paused:
        return None
    names = ", ".join(GROUPS.get(pause.group, pause.operation) for pause in paused)
    return "Paused", f"{names}; tried again within a minute"


def why_of(pause: pauses.Current) -> str:
    if pause.said_seconds is None:
        return pause.reason
    asked = _length(pause.said_seconds)
    return (
        f"{pause.operation} was called too often (429); the upstream asks for {asked}. {ROUTES[pause.operation].place}"
    )


def _length(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * MINUTE else f"{seconds / MINUTE:.0f} min"
