"""What events mean for domains, beside what the order says."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Customer
from billing import settlement, webhooks
from billing.webhooks import names_of
from domains.models import Domain
from domains.services.deliveries import note_workspace
from reseller_portal.core.hostnames import ascii_name
from reseller_portal.webhooks.registry import Received


def owner(data: Mapping[str, Any]) -> Customer | None:
    """Whose domain it is, for events that name no user (contract, quirk 34). In a staff scope."""
    rows = Domain.objects.filter(name__in=names_of(data)).exclude(state__in=Domain.GONE).select_related("customer")
    customers = {row.customer_id: row.customer for row in rows}
    return next(iter(customers.values())) if len(customers) == 1 else None


def workspace_delivered(event: Received) -> None:
    """`mailbox.order.success` names the subscription of the domain's workspace, beside what the order makes of it."""
    with settlement.money_last():
        webhooks.workspace_delivered(event)
        note_workspace(
            customer=event.customer,
            name=ascii_name(str(event.data.get("domainName", ""))),
            subscription_id=str(event.data.get("subscriptionId") or ""),
            upstream_id=str(event.data.get("domainId") or ""),
        )
