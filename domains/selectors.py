"""Reading domains."""

from collections.abc import Sequence

from django.db.models import Count, Q

from accounts.models import Customer
from domains.models import Domain
from reseller_portal.core.pages import Search, Window, window, window_containing

STATES = {
    "active": ["ACTIVE"],
    "working": ["PENDING", "RENEWING"],
    "attention": ["GRACE_PERIOD", "EXPIRED", "FAILED"],
}
ORDER = ("name", "id")


def list_domains(*, customer: Customer, contains: str = "", state: str = "", after: str = "") -> Window[Domain]:
    """One window of a customer's domains by name; `state` is a key of STATES, anything else means all."""
    rows, states = Domain.objects.filter(customer=customer), STATES.get(state)
    needle = contains.strip().lower()
    if needle:
        found = window_containing(rows, Search("domains_containing", needle, states), order=ORDER, after=after)
    else:
        rows = rows.filter(state__in=states) if states else rows.exclude(state=Domain.State.REMOVED)
        found = window(rows, order=ORDER, after=after)
    return Window(_with_mailbox_count(found.rows, customer), found.next_key)


def _with_mailbox_count(domains: Sequence[Domain], customer: Customer) -> list[Domain]:
    """Counted for the rows of one window only: counted in their query, all rows of the customer would be grouped."""
    living = ~Q(mailboxes__state__in=["FAILED", "REMOVED"])
    rows = Domain.objects.filter(customer=customer).annotate(mailbox_count=Count("mailboxes", filter=living))
    counted = rows.in_bulk([domain.pk for domain in domains])
    return [counted[domain.pk] for domain in domains]


def get_domain(*, customer: Customer, name: str) -> Domain | None:
    """The newest row of that name: an earlier failure or loss of it is history."""
    return Domain.objects.filter(customer=customer, name=name).order_by("-id").first()
