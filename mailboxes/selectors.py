"""Reading mailboxes. Credentials are never part of it."""

from datetime import datetime
from typing import NamedTuple

from accounts.models import Customer
from mailboxes.models import Mailbox
from reseller_portal.core.pages import Search, Window, window, window_containing, window_readable

STATES = {
    "active": ["ACTIVE"],
    "working": ["IN_PROGRESS", "CREATING_PASSWORD"],
    "attention": ["EXPIRED"],
}
ORDER = ("address", "id")


class MailboxRow(NamedTuple):
    """What a list says of a mailbox; fifty models would cost as much again as their query."""

    id: int
    address: str
    first_name: str
    last_name: str
    state: str
    provider: str
    expires_at: datetime | None
    missing_since: datetime | None
    seen_at: datetime


def list_mailboxes(*, customer: Customer, contains: str = "", state: str = "", after: str = "") -> Window[MailboxRow]:
    """One window of a customer's mailboxes by address; `state` is a key of STATES, anything else means all.

    What failed is no mailbox of theirs: it stands in its order alone.
    """
    rows = Mailbox.objects.filter(customer=customer).values_list(*MailboxRow._fields, named=True)
    states, needle = STATES.get(state), contains.strip().lower()
    if needle:
        look = window_containing if needle.isascii() else window_readable
        return look(rows, Search("mailboxes_containing", needle, states), order=ORDER, after=after)
    rows = rows.filter(state__in=states) if states else rows.exclude(state__in=Mailbox.GONE)
    return window(rows, order=ORDER, after=after)


def get_mailbox(*, customer: Customer, number: int) -> Mailbox | None:
    return Mailbox.objects.select_related("domain", "line__order").filter(customer=customer, pk=number).first()
