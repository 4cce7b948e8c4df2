"""What events mean for domains, beside what the order says."""

from domains.services.deliveries import note_workspace
from reseller_portal.webhooks.registry import Received


def workspace_delivered(event: Received) -> None:
    """`mailbox.order.success` names the subscription of the domain's workspace."""
    note_workspace(
        customer=event.customer,
        name=str(event.data.get("domainName", "")).lower(),
        subscription_id=str(event.data.get("subscriptionId") or ""),
        upstream_id=str(event.data.get("domainId") or ""),
    )
