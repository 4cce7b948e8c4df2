"""Read one thing again: because somebody wants to know now, or because an event told that it changed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.hearing import Heard
from accounts.models import Customer
from accounts.tenancy import scope
from billing.models import Subscription
from domains.models import Domain
from domains.services.hearing import hear_of_domains, hear_of_records
from mailboxes.models import Mailbox
from mailboxes.services.hearing import domain_name_of, hear_of_mailboxes
from mailboxes.services.ownership import is_of
from mirror import drift
from mirror.silence import NOT_OF_AN_OPEN_ORDER, forget_what_came_back
from mirror.taking import hear_of_contracts
from reseller_portal.core.hostnames import ascii_name
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Failed, Happened, Lookup, Sent, wait_while_busy
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Refused, UnknownRoute
from reseller_portal.upstream.models.domains import Domain as ToldDomain
from reseller_portal.upstream.models.subscriptions import Subscription as ToldSubscription

NO_ACCOUNT = "This customer has no account at the upstream yet."
NOT_THERE = (403, 404)
# A thing that is not found is looked for once more, this much later at the earliest, before staff hear of it.
ANOTHER_TIME = timedelta(minutes=10)
# A subscription whose domain is not known here.
CONTRACT = "subscription.refresh"
Part = Callable[[Client, Customer, str], None]


class RefreshDomain(Lookup):
    """The named parts of a domain, one call for each page. The key is its name."""

    def __init__(self, *parts: Part) -> None:
        self.parts = parts

    def send(self, operation: Operation, client: Client) -> Sent:
        if not operation.customer.upstream_id:
            return Failed(NO_ACCOUNT)
        return self.read(operation, client, operation.payload["key"])

    def read(self, operation: Operation, client: Client, name: str) -> Sent:
        try:
            for part in self.parts:
                part(client, operation.customer, name)
        except NotThere as missing:
            return Failed(str(missing))
        except Busy:
            raise wait_while_busy(operation) from None
        return Happened()

    def settle(self, operation: Operation) -> None:
        if operation.state == Operation.State.DONE:
            forget_what_came_back()


class RefreshContract(RefreshDomain):
    """One subscription with the domain that it tells. The key is the upstream's id of the subscription."""

    def send(self, operation: Operation, client: Client) -> Sent:
        customer, upstream_id = operation.customer, operation.payload["key"]
        told = client.subscriptions.all(subscription_id=upstream_id)
        names = {ascii_name(each.domain) for each in told if each.id == upstream_id and _is_of(each, customer)}
        if not names:
            return Failed("The provider does not know this subscription any more.")
        return self.read(operation, client, names.pop())


class NotThere(Exception):
    """The upstream does not know the thing, or not as this customer's."""


class Busy(Exception):
    """Somebody else was writing the same rows; what he writes may be older than what was read."""


class RefreshMailbox(Lookup):
    """One mailbox with its credentials. The key is the upstream's id of it."""

    def send(self, operation: Operation, client: Client) -> Sent:
        customer, upstream_id, at = operation.customer, operation.payload["key"], timezone.now()
        try:
            told = client.mailboxes.get(upstream_id)
        except Refused as refused:
            if isinstance(refused, UnknownRoute) or refused.status not in NOT_THERE:
                raise
            _note_missing(customer, Mailbox, at, upstream_id=upstream_id)
            return Failed("The provider does not know this mailbox any more.")
        if not is_of(client, customer, told):
            return Failed("The mailbox belongs to another user at the upstream.")
        with scope(customer.pk):
            # Written here and not in `settle`: an operation's answer is kept, and must never hold a secret.
            heard = hear_of_mailboxes([(customer, told)], at=at)
        if heard.busy:
            raise wait_while_busy(operation)
        return Happened()

    def settle(self, operation: Operation) -> None:
        if operation.state == Operation.State.DONE:
            forget_what_came_back()


def read_domain(client: Client, customer: Customer, name: str) -> None:
    at = timezone.now()
    told = _told(client, customer, name)
    if told is None:
        _prove_user(client, customer)
        _note_missing(customer, Domain, at, name=name)
        raise NotThere("The provider does not know this domain any more.")
    with scope(customer.pk):
        heard = hear_of_domains([(customer, told)], at=at)
    _again_if_busy(heard)


def read_subscriptions(client: Client, customer: Customer, name: str) -> None:
    at = timezone.now()
    own = [each for each in client.subscriptions.all(domain=name) if _is_of(each, customer)]
    with scope(customer.pk):
        heard = hear_of_contracts([(customer, each) for each in own], at=at)
        # One that was made anew has another id, and the old one is no more (contract, quirk 27).
        silent = Subscription.objects.filter(customer=customer, domain_name=name, seen_at__lt=at)
        _mark_missing(silent, at)
    _again_if_busy(heard)


def read_mailboxes(client: Client, customer: Customer, name: str) -> None:
    """The upstream may look for the words anywhere in an address, or pass over them: what is elsewhere is left out."""
    at = timezone.now()
    all_of_them = list(client.mailboxes.all(customer.upstream_id, contains=name))
    on_it = [each for each in all_of_them if domain_name_of(each) == name]
    with scope(customer.pk):
        heard = hear_of_mailboxes([(customer, each) for each in on_it], at=at)
    _again_if_busy(heard)
    of_domain = Mailbox.objects.filter(customer=customer, domain__name=name).exclude(upstream_id="")
    silent = of_domain.filter(NOT_OF_AN_OPEN_ORDER, seen_at__lt=at).exclude(state__in=Mailbox.GONE)
    with scope(customer.pk):
        is_any_silent = silent.exists()
    if is_any_silent:
        _prove_user(client, customer)
        with scope(customer.pk):
            _mark_missing(silent, at)


def read_records(client: Client, customer: Customer, name: str) -> None:
    at = timezone.now()
    zone = client.dns.list(customer.upstream_id, name)
    with scope(customer.pk):
        row = Domain.objects.filter(customer=customer, name=name).exclude(state__in=Domain.GONE).first()
        if row is not None:
            hear_of_records(row, zone, at=at)


def _prove_user(client: Client, customer: Customer) -> None:
    """A wrong user id gives empty lists and no error (contract, quirk 2): then nothing is known to be missing."""
    try:
        client.users.get(customer.upstream_id)
    except Refused as refused:
        if isinstance(refused, UnknownRoute) or refused.status not in NOT_THERE:
            raise
        raise NotThere("The provider does not know this customer any more.") from None


def _again_if_busy(heard: Heard) -> None:
    if heard.busy:
        raise Busy


def _is_of(told: ToldSubscription, customer: Customer) -> bool:
    return told.user_id == customer.upstream_id


def _told(client: Client, customer: Customer, name: str) -> ToldDomain | None:
    """By the call for one domain, or where there is no such call in the list; None when it is not there."""
    try:
        return client.domains.get(customer.upstream_id, name)
    except UnknownRoute:
        found = client.domains.all(customer.upstream_id, contains=name)
        return next((each for each in found if ascii_name(each.name) == name), None)
    except Refused as refused:
        if refused.status in NOT_THERE:
            return None
        raise


def _note_missing(customer: Customer, model: type[Any], at: datetime, **which: str) -> None:
    with scope(customer.pk):
        _mark_missing(model.objects.filter(customer=customer, **which), at)


def _mark_missing(rows: QuerySet[Any], at: datetime) -> None:
    """Once marks them; a second time, long enough after the first, brings them to staff."""
    living = rows.exclude(state__in=rows.model.GONE)
    twice = living.select_related("customer").filter(missing_since__lt=at - ANOTHER_TIME)
    drift.note(drift.missing(row, at) for row in twice)
    living.filter(missing_since=None).update(missing_since=at)
