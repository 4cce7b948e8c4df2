"""Reading mailboxes. Credentials are never part of it."""

from accounts.models import Customer
from mailboxes.models import Mailbox
from reseller_portal.core.pages import Window, window

SHOWN = ("customer_id", "address", "first_name", "last_name", "state", "provider", "expires_at")
STATES = {
    "active": ["ACTIVE"],
    "working": ["IN_PROGRESS", "CREATING_PASSWORD"],
    "attention": ["EXPIRED", "FAILED"],
}


def list_mailboxes(*, customer: Customer, contains: str = "", state: str = "", after: str = "") -> Window[Mailbox]:
    """One window of a customer's mailboxes by address; `state` is a key of STATES, anything else means all."""
    rows = Mailbox.objects.filter(customer=customer).only(*SHOWN)
    rows = rows.filter(state__in=STATES[state]) if state in STATES else rows.exclude(state="REMOVED")
    if contains:
        rows = rows.filter(address__contains=contains.strip().lower())
    return window(rows, order=("address", "id"), after=after)


def get_mailbox(*, customer: Customer, number: int) -> Mailbox | None:
    return Mailbox.objects.select_related("domain", "line__order").filter(customer=customer, pk=number).first()
