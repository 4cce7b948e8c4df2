"""What is heard of mailboxes, taken over; credentials that came along go under lock."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.actors import portal_actor
from accounts.audit import record_all
from accounts.hearing import Heard, Match, lock_what_is_free, take_in
from accounts.models import Customer
from billing.models import Item, OrderLine
from domains.models import Domain
from domains.services.hearing import UNDER_WAY
from mailboxes.models import Mailbox
from mailboxes.services.ownership import make_room
from mailboxes.services.secrets import keep_newest
from reseller_portal.core.hostnames import ascii_address, ascii_name
from reseller_portal.upstream.models.mailboxes import Mailbox as Told

Pair = tuple[Customer, Told]


def hear_of_mailboxes(told: Sequence[Pair], *, at: datetime) -> Heard:
    """Take over what was read at `at`. In the scope of these customers and in the caller's transaction.

    A mailbox of an order that is under way is left to the order. Credentials that came along are kept.
    """
    known = _Known(told)
    heard = take_in((_match(pair, known) for pair in told), noun="mailbox", at=at, make_room=make_room)
    _keep_secrets(told, at)
    return heard


class _Known:
    """The rows of each customer that a reading may be about, their domains, and the addresses that he orders."""

    def __init__(self, told: Sequence[Pair]) -> None:
        ids = [each.id for _, each in told]
        addresses = [ascii_address(each.address) for _, each in told]
        living = Q(address__in=addresses) & ~Q(state__in=Mailbox.GONE)
        rows = Mailbox.objects.select_related("line", "customer").filter(living | Q(upstream_id__in=ids))
        ours, busy = lock_what_is_free(rows.filter(customer__in={customer.pk for customer, _ in told}))
        self._by_id = {(row.customer_id, row.upstream_id): row for row in ours if row.upstream_id}
        self._by_address = {(row.customer_id, row.address): row for row in ours if row.state not in Mailbox.GONE}
        self._busy = {(row.customer_id, key) for row in busy for key in (row.address, row.upstream_id) if key}
        ordered = OrderLine.objects.filter(item=Item.MAILBOX, name__in=addresses, state__in=UNDER_WAY)
        self.ordered = set(ordered.values_list("customer_id", "name"))
        names = {domain_name_of(each) for _, each in told}
        homes = Domain.objects.filter(name__in=names).exclude(state__in=Domain.GONE)
        self._homes = {(row.customer_id, row.name): row for row in homes}

    def is_busy(self, customer: Customer, told: Told) -> bool:
        return bool({(customer.pk, ascii_address(told.address)), (customer.pk, told.id)} & self._busy)

    def row_of(self, customer: Customer, told: Told) -> Mailbox | None:
        """By id first: an address changes with the user name. A living row comes before one that was given up."""
        by_id = self._by_id.get((customer.pk, told.id))
        by_address = self._by_address.get((customer.pk, ascii_address(told.address)))
        return by_id if by_id and (by_id.state not in Mailbox.GONE or by_address is None) else by_address

    def home_of(self, customer: Customer, told: Told) -> Domain | None:
        return self._homes.get((customer.pk, domain_name_of(told)))


def domain_name_of(told: Told) -> str:
    return ascii_name(told.domain_name or told.address.partition("@")[2])


def _match(pair: Pair, known: _Known) -> Match:
    customer, told = pair
    name, values = domain_name_of(told), _values(told)
    if (customer.pk, ascii_address(told.address)) in known.ordered:
        return Match(customer, name, values)
    if known.is_busy(customer, told):
        return Match(customer, name, values, is_busy=True)
    row, home = known.row_of(customer, told), known.home_of(customer, told)
    if row is None and home is None:
        return Match(customer, name, values, note=f"{told.address} is on a domain that is not known here.")
    if row is None:
        return Match(customer, name, values, make=lambda: _row(customer, home, values))
    return Match(customer, name, values, row=row)


def _row(customer: Customer, home: Domain | None, values: dict[str, Any]) -> Mailbox:
    said = {name: value for name, value in values.items() if value is not None}
    return Mailbox(customer=customer, domain=home, **{"provider": home.provider if home else "", **said})


def _values(told: Told) -> dict[str, Any]:
    return {
        "upstream_id": told.id,
        "address": ascii_address(told.address),
        "first_name": told.first_name[:80],
        "last_name": told.last_name[:80],
        "state": told.status[:30],
        "provider": told.provider[:12],
        "subscription_id": told.subscription_id,
        "is_admin": told.is_admin,
        "warmup_state": told.warmup_status[:30],
        "picture_url": told.profile_picture[:500],
        "expires_at": told.expires_at,
    }


def end_with_subscriptions(upstream_ids: Collection[str], *, at: datetime) -> None:
    """A cancelled subscription takes its workspace along at once (contract, section 3)."""
    rows = Mailbox.objects.select_related("customer").filter(subscription_id__in=upstream_ids, seen_at__lt=at)
    gone = list(
        rows.exclude(state__in=Mailbox.GONE).exclude(subscription_id="").select_for_update(no_key=True, of=("self",))
    )
    record_all(
        entries=[
            (portal_actor(row.customer), "mailbox.removed_upstream", row, {"state": row.state}, {"state": "REMOVED"})
            for row in gone
        ]
    )
    Mailbox.objects.filter(pk__in=[row.pk for row in gone]).update(state=Mailbox.State.REMOVED, seen_at=at)


def secrets_of(told: Told) -> dict[str, str]:
    return {
        "password": told.password,
        "app_password": told.app_password,
        "authenticator": told.authenticator_secret,
    }


def _keep_secrets(told: Sequence[Pair], at: datetime) -> None:
    """Of rows of the very customer whose mailbox it is, in the order of their keys, so that no two readings wait.

    One page may hold several customers, and a row of another one may still bear the number of a mailbox that moved.
    """
    secrets = {(customer.pk, each.id): secrets_of(each) for customer, each in told if each.password}
    ids, owners = {number for _, number in secrets}, {owner for owner, _ in secrets}
    rows = Mailbox.objects.filter(upstream_id__in=ids, customer__in=owners).order_by("pk")
    found = [(row, secrets.get((row.customer_id, row.upstream_id))) for row in rows]
    keep_newest([(row, said) for row, said in found if said], at=at)
