"""What events mean for the mirror: something changed, so it is read again.

An event is a hint and never the truth: it may be late, doubled, shuffled or lost. What a reading says is right, and it
says the same whatever the order in which the hints came. Orders of the portal are the exception: their events end
their lines (billing.webhooks), so that an order of any size costs two calls.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from billing.models import OrderPart
from domains.services.refreshing import MAILBOXES, RECORDS, WHOLE
from reseller_portal.operations import lookups
from reseller_portal.webhooks.registry import Received

# A burst of events about one thing costs one reading, and the upstream has time to know what it just told.
SETTLING = timedelta(seconds=3)
OF_DOMAINS = (
    *("domain.renewal.success", "domain.renewal.failed", "domain.grace_period", "domain.expired"),
    *("subscription.renewing", "subscription.renewal.success", "subscription.renewal.failed"),
    *("subscription.past_due", "subscription.cancelled", "subscription.expired", "subscription.updated"),
)
OF_MAILBOXES = ("mailbox.updated", "mailbox.warmup.started", "mailbox.warmup.removed")
OF_ORDERS = (
    *("domain.order.success", "domain.order.failed", "mailbox.order.success", "mailbox.order.failed"),
    "mailbox.created",
)


def domain_changed(event: Received) -> None:
    _read_again(event, WHOLE, [_name(event)])


def records_changed(event: Received) -> None:
    """`dns-record.updated` also tells of forwarding, which the domain shows (contract, section 7)."""
    record = event.data.get("record")
    kind = str(record.get("recordType", "")) if isinstance(record, dict) else ""
    _read_again(event, WHOLE if kind in {"URL", "MX"} else RECORDS, [_name(event)])


def mailboxes_changed(event: Received) -> None:
    _read_again(event, MAILBOXES, [_name(event) or str(event.data.get("email", "")).rpartition("@")[2].lower()])


def order_ended(event: Received) -> None:
    """An order that the portal did not place: whatever it brought is read."""
    if not OrderPart.objects.filter(upstream_order_id=event.order_id or "-").exists():
        _read_again(event, WHOLE, _names(event))


def packages_assigned(event: Received) -> None:
    """`prewarmup.order.success`: domains with their mailboxes, all at once."""
    packages = event.data.get("mailboxDetails")
    found = packages if isinstance(packages, list) else []
    _read_again(event, WHOLE, [str(each.get("domain", "")).lower() for each in found if isinstance(each, dict)])


def packages_refused(event: Received) -> None:
    """`prewarmup.order.failed`: nothing came, so there is nothing to read. The event itself is kept."""


def _read_again(event: Received, kind: str, names: Iterable[str]) -> None:
    lookups.ask_anew(customer=event.customer, kind=kind, keys=[name for name in names if name], after=SETTLING)


def _names(event: Received) -> list[str]:
    """Of an event that may tell of several domains (contract, quirk 34)."""
    listed = event.data.get("domains")
    facts: list[Mapping[str, Any]] = [event.data]
    if isinstance(listed, list):
        facts = [each for each in listed if isinstance(each, dict)]
    return [str(each.get("domainName") or each.get("domain") or "").lower() for each in facts]


def _name(event: Received) -> str:
    return str(event.data.get("domainName") or event.data.get("domain") or "").lower()
