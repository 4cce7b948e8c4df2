"""Reading domains."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q

from accounts.models import Customer
from domains.models import Domain
from reseller_portal.core.pages import Search, Window, window, window_containing, window_readable

STATES = {
    "active": ["ACTIVE"],
    "working": ["PENDING", "RENEWING"],
    "attention": ["GRACE_PERIOD", "EXPIRED"],
}
ORDER = ("name", "id")
MOST_NAMED = 100


class DomainRow(NamedTuple):
    """What a list says of a domain."""

    id: int
    name: str
    state: str
    provider: str
    expires_at: datetime | None
    missing_since: datetime | None
    seen_at: datetime


def list_domains(*, customer: Customer, contains: str = "", state: str = "", after: str = "") -> Window[DomainRow]:
    """One window of a customer's domains by name; `state` is a key of STATES, anything else means all.

    What failed is no domain of theirs: it stands in its order alone.
    """
    rows = Domain.objects.filter(customer=customer).values_list(*DomainRow._fields, named=True)
    states, needle = STATES.get(state), contains.strip().lower()
    if needle:
        look = window_containing if needle.isascii() else window_readable
        return look(rows, Search("domains_containing", needle, states), order=ORDER, after=after)
    rows = rows.filter(state__in=states) if states else rows.exclude(state__in=Domain.UNLISTED)
    return window(rows, order=ORDER, after=after)


def active_names(*, customer: Customer) -> list[str]:
    """The first names that mailboxes can be ordered on, for choosing one."""
    rows = Domain.objects.filter(customer=customer, state=Domain.State.ACTIVE).exclude(upstream_id="")
    return list(rows.order_by("name", "id").values_list("name", flat=True)[:MOST_NAMED])


def mailbox_counts(*, customer: Customer, domains: Sequence[int]) -> dict[int, int]:
    """Of one window's rows alone: counted in their query, all rows of the customer would be grouped."""
    living = ~Q(mailboxes__state__in=["FAILED", "REMOVED"])
    rows = Domain.objects.filter(customer=customer, pk__in=domains)
    return dict(rows.values_list("pk").annotate(living=Count("mailboxes", filter=living)))


def get_domain(*, customer: Customer, name: str) -> Domain | None:
    """The newest row of that name: an earlier failure or loss of it is history."""
    return Domain.objects.filter(customer=customer, name=name).order_by("-id").first()
