"""Reading mailboxes. Credentials are never part of it."""

from accounts.models import Customer
from mailboxes.models import Mailbox
from reseller_portal.core.pages import Search, Window, window, window_containing

COLUMNS = (
    "customer_id",
    "address",
    "first_name",
    "last_name",
    "state",
    "provider",
    "expires_at",
    "missing_since",
    "seen_at",
)
STATES = {
    "active": ["ACTIVE"],
    "working": ["IN_PROGRESS", "CREATING_PASSWORD"],
    "attention": ["EXPIRED", "FAILED"],
}
ORDER = ("address", "id")


def list_mailboxes(*, customer: Customer, contains: str = "", state: str = "", after: str = "") -> Window[Mailbox]:
    """One window of a customer's mailboxes by address; `state` is a key of STATES, anything else means all."""
    rows, states = Mailbox.objects.filter(customer=customer).only(*COLUMNS), STATES.get(state)
    needle = contains.strip().lower()
    if needle:
        return window_containing(rows, Search("mailboxes_containing", needle, states), order=ORDER, after=after)
    rows = rows.filter(state__in=states) if states else rows.exclude(state=Mailbox.State.REMOVED)
    return window(rows, order=ORDER, after=after)


def get_mailbox(*, customer: Customer, number: int) -> Mailbox | None:
    return Mailbox.objects.select_related("domain", "line__order").filter(customer=customer, pk=number).first()
