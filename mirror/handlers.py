"""`mirror.repair`: send a value of ours back to the upstream, and see that it is there."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django.utils import timezone

from accounts.models import Customer
from accounts.services.adoption import comparable, contact_of, country_code
from accounts.tenancy import scope
from billing.handlers.accounts import draft_of
from billing.models import Subscription
from domains.models import Domain
from mailboxes.models import Mailbox
from mirror.models import Drift
from mirror.repair import reading_of, subject_of
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Accepted, Failed, Happened, NotHappened, Seen, Sent, StillOpen
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.mailboxes import MailboxChange
from reseller_portal.upstream.models.users import OPTIONAL, WIRE_NAMES

LOOK_IN = 5.0
# An accepted change that does not show after so many looks has not been made.
LOOKS = 8
NO_SUBJECT = "The thing is not here any more."
# Fields of the contact record that have another name there.
NAMES_THERE = {"region": "state"}
NOT_SET = "The upstream took the change and did not make it."


class RepairDrift:
    """Some of these calls may flip instead of set, so a lost answer is looked at first."""

    repeatable: ClassVar[bool] = False
    if_done: ClassVar[str] = "The value that was here counts as restored at the upstream."
    if_failed: ClassVar[str] = "The difference waits for a decision again."

    def answer_if_done(self, operation: Operation) -> dict[str, Any]:
        return {"unseen": True}

    def send(self, operation: Operation, client: Client) -> Sent:
        drift, subject = _read(operation)
        if subject is None:
            return Failed(NO_SUBJECT)
        SENDERS[drift.subject_type](client, operation.customer, subject, {drift.field: drift.here})
        return Accepted(look_in=LOOK_IN)

    def look(self, operation: Operation, client: Client) -> Seen:
        drift, subject = _read(operation)
        if subject is None:
            return Failed(NO_SUBJECT)
        there = READERS[drift.subject_type](client, operation.customer, subject).get(drift.field)
        if comparable(drift.field, there) == comparable(drift.field, drift.here):
            return Happened()
        if operation.state != Operation.State.ACCEPTED:
            return NotHappened()
        return StillOpen() if operation.looks < LOOKS else Failed(NOT_SET)

    def settle(self, operation: Operation) -> None:
        drift = Drift.objects.select_for_update(of=("self",)).get(pk=operation.payload["drift"])
        if operation.state == Operation.State.DONE:
            subject = subject_of(drift)
            setattr(subject, drift.field, drift.here)
            subject.save(update_fields=[drift.field])
            drift.state, drift.settled_at = Drift.State.REPAIRED, timezone.now()
            _read_if_unseen(operation, subject)
        elif operation.state == Operation.State.FAILED:
            drift.state, drift.problem = Drift.State.OPEN, operation.last_error[:300]
        drift.save()


def _read_if_unseen(operation: Operation, subject: Any) -> None:
    """Staff said that it was restored: what is really there is read at once."""
    reading = reading_of(subject) if operation.answer.get("unseen") else None
    if reading:
        kind, key = reading
        lookups.ask_anew(customer=operation.customer, kind=kind, keys=[key])


def _read(operation: Operation) -> tuple[Drift, Any]:
    with scope(operation.customer_id):
        drift = Drift.objects.get(pk=operation.payload["drift"])
        return drift, subject_of(drift)


def _send_customer(client: Client, customer: Customer, subject: Customer, change: Mapping[str, Any]) -> None:
    """The upstream replaces every field (contract, quirk 11), so all others go as it has them at this moment.

    Ours stand in where it says nothing and wants something.
    """
    told = client.users.get(customer.upstream_id)
    there = {name: getattr(told, name) for name, wire in WIRE_NAMES.items() if wire not in told.unread}
    there["country"] = country_code(told.country.strip())
    known = {name: value for name, value in there.items() if value or name in OPTIONAL}
    wanted = {NAMES_THERE.get(name, name): value for name, value in change.items()}
    client.users.update(customer.upstream_id, replace(draft_of(subject), **{**known, **wanted}))


def _send_domain(client: Client, customer: Customer, subject: Domain, change: Mapping[str, Any]) -> None:
    names = [subject.name]
    if "auto_renew" in change:
        client.domains.set_auto_renew(customer.upstream_id, names, is_on=change["auto_renew"])
    if "forward_to" in change:
        to, masked = change["forward_to"], subject.is_masked
        client.domains.forward(customer.upstream_id, names, forward_to=to, is_masked=masked)
    if "catch_all" in change:
        client.domains.forward_mail(customer.upstream_id, names, email=change["catch_all"])


def _send_subscription(client: Client, customer: Customer, subject: Subscription, change: Mapping[str, Any]) -> None:
    client.subscriptions.set_auto_renew(subject.upstream_id, is_on=change["auto_renew"])


def _send_mailbox(client: Client, customer: Customer, subject: Mailbox, change: Mapping[str, Any]) -> None:
    client.mailboxes.update(customer.upstream_id, MailboxChange(mailbox_id=subject.upstream_id, **change))


def _read_customer(client: Client, customer: Customer, subject: Customer) -> Mapping[str, Any]:
    return contact_of(client.users.get(customer.upstream_id))


def _read_domain(client: Client, customer: Customer, subject: Domain) -> Mapping[str, Any]:
    told = client.domains.get(customer.upstream_id, subject.name)
    to = told.forwarding.forward_to if told.forwarding else ""
    return {"auto_renew": told.auto_renew, "forward_to": to, "catch_all": told.catch_all}


def _read_subscription(client: Client, customer: Customer, subject: Subscription) -> Mapping[str, Any]:
    found = client.subscriptions.list(subscription_id=subject.upstream_id).items
    return {"auto_renew": found[0].auto_renew} if found else {}


def _read_mailbox(client: Client, customer: Customer, subject: Mailbox) -> Mapping[str, Any]:
    told = client.mailboxes.get(subject.upstream_id)
    return {"first_name": told.first_name, "last_name": told.last_name}


SENDERS: Mapping[str, Callable[[Client, Customer, Any, Mapping[str, Any]], None]] = {
    "accounts.customer": _send_customer,
    "domains.domain": _send_domain,
    "billing.subscription": _send_subscription,
    "mailboxes.mailbox": _send_mailbox,
}
READERS: Mapping[str, Callable[[Client, Customer, Any], Mapping[str, Any]]] = {
    "accounts.customer": _read_customer,
    "domains.domain": _read_domain,
    "billing.subscription": _read_subscription,
    "mailboxes.mailbox": _read_mailbox,
}
