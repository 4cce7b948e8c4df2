"""What events mean for mailboxes, beside what the order says."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from accounts.models import Customer
from billing.deliveries import moment
from mailboxes.models import Mailbox
from reseller_portal.webhooks.registry import NotYet, Received


def owner(data: Mapping[str, Any]) -> Customer | None:
    """Whose mailbox it is, for events that name no user (contract, quirk 33). In a staff scope."""
    living = Mailbox.objects.select_related("customer").exclude(upstream_id="").exclude(state__in=Mailbox.GONE)
    found = living.filter(upstream_id=str(data.get("mailboxId") or "-")).first()
    return found.customer if found else None


def exported(event: Received) -> None:
    """`mailbox.exported`: the newest one counts, in whatever order they come. No reading tells of it later."""
    at = moment(event.data.get("exportedAt")) or event.received_at
    rows = Mailbox.objects.filter(customer=event.customer, upstream_id=str(event.data.get("mailboxId") or "-"))
    if not rows.exists():
        raise NotYet("the mailbox is not known here yet")
    rows = rows.filter(Q(exported_at=None) | Q(exported_at__lt=at))
    rows.update(exported_at=at, exported_to=str(event.data.get("app") or "")[:120])
