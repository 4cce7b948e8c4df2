"""What is heard of subscriptions, taken over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.hearing import Heard, Match, lock_what_is_free, take_in
from accounts.models import Customer
from billing.availability import to_minor
from billing.models import Subscription
from reseller_portal.upstream.models.subscriptions import Subscription as Told


def hear_of_subscriptions(told: Sequence[tuple[Customer, Told]], *, at: datetime) -> Heard:
    """Take over what was read at `at`. In the scope of these customers and in the caller's transaction."""
    rows = Subscription.objects.filter(upstream_id__in=[each.id for _, each in told])
    ours, busy = lock_what_is_free(rows)
    known = {row.upstream_id: row for row in ours}
    busy_ids = {row.upstream_id for row in busy}
    return take_in((_match(pair, known, busy_ids) for pair in told), noun="subscription", at=at)


def _match(pair: tuple[Customer, Told], known: dict[str, Subscription], busy: set[str]) -> Match:
    customer, told = pair
    home, values = told.domain.lower(), _values(told)
    row = known.get(told.id)
    if told.id in busy:
        return Match(customer, home, values, is_busy=True)
    if row is None:
        made = Subscription(customer=customer, upstream_id=told.id, **values)
        return Match(customer, home, values, make=lambda: made)
    if row.customer_id != customer.pk:
        note = f"The subscription of {told.domain} belongs to another customer here."
        return Match(customer, home, values, note=note)
    return Match(customer, home, values, row=row)


def _values(told: Told) -> dict[str, Any]:
    return {
        "domain_name": told.domain.lower(),
        "provider": told.provider[:12],
        "state": told.status[:30],
        "quantity": max(told.mailbox_quantity, 0),
        "cost_minor": to_minor(told.price_per_mailbox),
        "period_start": told.period_started_at,
        "period_end": told.period_ends_at,
        "auto_renew": told.auto_renew,
    }
