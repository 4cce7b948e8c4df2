"""What is heard of subscriptions, taken over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.displacing import displace
from accounts.hearing import Heard, Match, lock_what_is_free, take_in
from accounts.models import Customer
from billing.availability import to_minor
from billing.models import Subscription
from reseller_portal.core.hostnames import ascii_name
from reseller_portal.upstream.models.subscriptions import Subscription as Told


def hear_of_subscriptions(told: Sequence[tuple[Customer, Told]], *, at: datetime) -> Heard:
    """Take over what was read at `at`. In the scope of these customers and in the caller's transaction."""
    rows = Subscription.objects.select_related("customer").filter(upstream_id__in=[each.id for _, each in told])
    rows = rows.filter(customer__in={customer.pk for customer, _ in told})
    ours, busy = lock_what_is_free(rows)
    known = {(row.customer_id, row.upstream_id): row for row in ours}
    busy_ids = {(row.customer_id, row.upstream_id) for row in busy}
    matches = (_match(pair, known, busy_ids) for pair in told)
    return take_in(matches, noun="subscription", at=at, make_room=make_room)


def make_room(rows: Sequence[Subscription], at: datetime) -> list[Subscription]:
    """Take subscriptions that were shown at `at` to be of these rows' customers off the books of others.

    Returns the rows that must stay out, as another customer was heard to have their subscription after `at`.
    """
    owners = {row.upstream_id: row.customer for row in rows if row.state not in Subscription.GONE}
    if not owners:
        return []
    others = Subscription.objects.exclude(state__in=Subscription.GONE)
    held = displace(others, owners=owners, key="upstream_id", noun="subscription", at=at)
    return [row for row in rows if row.upstream_id in held]


def _match(
    pair: tuple[Customer, Told], known: dict[tuple[int, str], Subscription], busy: set[tuple[int, str]]
) -> Match:
    customer, told = pair
    home, values = ascii_name(told.domain), _values(told)
    row = known.get((customer.pk, told.id))
    if (customer.pk, told.id) in busy:
        return Match(customer, home, values, is_busy=True)
    if row is None:
        made = Subscription(customer=customer, upstream_id=told.id, **values)
        return Match(customer, home, values, make=lambda: made)
    return Match(customer, home, values, row=row)


def _values(told: Told) -> dict[str, Any]:
    return {
        "domain_name": ascii_name(told.domain),
        "provider": told.provider[:12],
        "state": told.status[:30],
        "quantity": max(told.mailbox_quantity, 0),
        "cost_minor": to_minor(told.price_per_mailbox),
        "period_start": told.period_started_at,
        "period_end": told.period_ends_at,
        "auto_renew": told.auto_renew,
    }
