"""Reading domains."""

from django.db.models import Count, Q, QuerySet

from accounts.models import Customer
from domains.models import Domain
from reseller_portal.core.pages import Window, window

STATES = {
    "active": ["ACTIVE"],
    "working": ["PENDING", "RENEWING"],
    "attention": ["GRACE_PERIOD", "EXPIRED", "FAILED"],
}


def list_domains(*, customer: Customer, contains: str = "", state: str = "", after: str = "") -> Window[Domain]:
    """One window of a customer's domains by name; `state` is a key of STATES, anything else means all."""
    rows = Domain.objects.filter(customer=customer)
    rows = rows.filter(state__in=STATES[state]) if state in STATES else rows.exclude(state="REMOVED")
    if contains:
        rows = rows.filter(name__contains=contains.strip().lower())
    return window(with_mailbox_count(rows), order=("name", "id"), after=after)


def with_mailbox_count(rows: QuerySet[Domain]) -> QuerySet[Domain]:
    living = ~Q(mailboxes__state__in=["FAILED", "REMOVED"])
    return rows.annotate(mailbox_count=Count("mailboxes", filter=living))


def get_domain(*, customer: Customer, name: str) -> Domain | None:
    """The newest row of that name: an earlier failure or loss of it is history."""
    return Domain.objects.filter(customer=customer, name=name).order_by("-id").first()
