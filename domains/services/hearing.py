"""What is heard of domains and their records, taken over."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.hearing import Heard, Match, lock_what_is_free, take_in
from accounts.models import Customer
from billing.models import Item, OrderLine
from domains.models import DnsRecord, Domain
from domains.services.ownership import make_room
from reseller_portal.core.hostnames import ascii_name
from reseller_portal.upstream.models.dns import DnsRecord as ToldRecord
from reseller_portal.upstream.models.dns import Zone
from reseller_portal.upstream.models.domains import Domain as Told

Pair = tuple[Customer, Told]
UNDER_WAY = (OrderLine.State.WAITING, OrderLine.State.WORKING)


def hear_of_domains(told: Sequence[Pair], *, at: datetime) -> Heard:
    """Take over what was read at `at`. In the scope of these customers and in the caller's transaction.

    A domain of an order that is under way is left to the order, which alone ends its lines.
    """
    known = _Known(told)
    return take_in((_match(pair, known) for pair in told), noun="domain", at=at, make_room=make_room)


def hear_of_records(domain: Domain, zone: Zone, *, at: datetime) -> bool:
    """The records of one domain as they were read at `at`; False when they were heard of since then."""
    locked = Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)
    if locked.records_seen_at is not None and locked.records_seen_at > at:
        return False
    told = {**_by_id(zone.disabled_records, is_served=False), **_by_id(zone.records, is_served=True)}
    DnsRecord.objects.filter(customer_id=domain.customer_id, domain=domain).exclude(upstream_id__in=told).delete()
    DnsRecord.objects.bulk_create(
        (DnsRecord(customer_id=domain.customer_id, domain=domain, upstream_id=key, **told[key]) for key in told),
        update_conflicts=True,
        unique_fields=["customer", "domain", "upstream_id"],
        update_fields=["host", "kind", "value", "priority", "ttl", "is_served"],
    )
    locked.records_seen_at = at
    locked.save(update_fields=["records_seen_at"])
    return True


class _Known:
    """The rows of each customer that a reading may be about, and the names that he orders."""

    def __init__(self, told: Sequence[Pair]) -> None:
        ids = [each.id for _, each in told]
        names = [ascii_name(each.name) for _, each in told]
        living = Q(name__in=names) & ~Q(state__in=Domain.GONE)
        rows = Domain.objects.select_related("line", "customer").filter(living | Q(upstream_id__in=ids))
        ours, busy = lock_what_is_free(rows.filter(customer__in={customer.pk for customer, _ in told}))
        self._by_id = {(row.customer_id, row.upstream_id): row for row in ours if row.upstream_id}
        self._by_name = {(row.customer_id, row.name): row for row in ours if row.state not in Domain.GONE}
        self.busy = {(row.customer_id, row.name) for row in busy}
        ordered = OrderLine.objects.filter(item=Item.DOMAIN, name__in=names, state__in=UNDER_WAY)
        self.ordered = set(ordered.values_list("customer_id", "name"))

    def row_of(self, customer: Customer, told: Told) -> Domain | None:
        return self._by_name.get((customer.pk, ascii_name(told.name))) or self._by_id.get((customer.pk, told.id))


def _match(pair: Pair, known: _Known) -> Match:
    customer, told = pair
    home, values = ascii_name(told.name), _values(told)
    if (customer.pk, home) in known.ordered:
        return Match(customer, home, values)
    if (customer.pk, home) in known.busy:
        return Match(customer, home, values, is_busy=True)
    row = known.row_of(customer, told)
    if row is None:
        return Match(customer, home, values, make=lambda: _row(customer, told, values))
    return Match(customer, home, values, row=row)


def _row(customer: Customer, told: Told, values: dict[str, Any]) -> Domain:
    said = {name: value for name, value in values.items() if value is not None}
    return Domain(customer=customer, name=ascii_name(told.name), **said)


def _values(told: Told) -> dict[str, Any]:
    forwarding = told.forwarding
    return {
        "upstream_id": told.id,
        "state": told.status[:30],
        "provider": told.provider[:12],
        "subscription_id": told.subscription_id,
        "registered_at": told.registered_at,
        "expires_at": told.expires_at,
        "auto_renew": told.auto_renew,
        "forward_to": forwarding.forward_to[:500] if forwarding else "",
        "is_masked": forwarding.is_masked if forwarding else None,
        "catch_all": told.catch_all,
    }


def _by_id(records: Iterable[ToldRecord], *, is_served: bool) -> dict[str, dict[str, Any]]:
    return {
        each.id: {
            "host": each.host,
            "kind": each.type[:10],
            "value": each.value,
            "priority": each.priority,
            "ttl": each.ttl,
            "is_served": is_served,
        }
        for each in records
    }
