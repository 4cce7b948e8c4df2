"""Credentials: written encrypted, read only here, after the password was asked again, and never without a trace."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from mailboxes.models import Credential, Mailbox
from reseller_portal.core.crypto import decrypt, encrypt
from reseller_portal.core.errors import DomainError

KINDS = ("password", "app_password", "authenticator")


@dataclass(frozen=True)
class Revealed:
    """Credentials in clear, for one answer. Nothing of it shows in a repr."""

    password: str = field(repr=False)
    app_password: str = field(repr=False)
    authenticator: str = field(repr=False)


class NoCredentials(DomainError):
    """They have not arrived yet."""


def keep_credentials(mailbox: Mailbox, secrets: Mapping[str, str]) -> None:
    """Store what came, leaving what is missing as it was."""
    sealed = {kind: encrypt(secrets[kind]) for kind in KINDS if secrets.get(kind)}
    if sealed:
        Credential.objects.update_or_create(
            customer=mailbox.customer, mailbox=mailbox, defaults={**sealed, "received_at": timezone.now()}
        )


def differ(mailbox: Mailbox, secrets: Mapping[str, str]) -> bool:
    """Does the mailbox have other credentials than these, or none."""
    sealed = Credential.objects.filter(customer=mailbox.customer, mailbox=mailbox).first()
    said = {kind: secrets[kind] for kind in KINDS if secrets.get(kind)}
    return bool(said) and (sealed is None or any(_opened(sealed, kind) != value for kind, value in said.items()))


def keep_new(found: Iterable[tuple[Mailbox, Mapping[str, str]]]) -> None:
    """Store the credentials of many mailboxes in one statement; where there are some already, they stay."""
    now = timezone.now()
    rows = [
        Credential(
            customer_id=mailbox.customer_id,
            mailbox=mailbox,
            received_at=now,
            **{kind: encrypt(secrets[kind]) for kind in KINDS if secrets.get(kind)},
        )
        for mailbox, secrets in found
    ]
    Credential.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def reveal(*, actor: Actor, mailbox: Mailbox) -> Revealed:
    """The credentials in clear. The caller has just confirmed the person's password. Raises `NoCredentials`."""
    actor.require("mailboxes.reveal")
    sealed = Credential.objects.filter(customer=actor.customer, mailbox=mailbox).first()
    if sealed is None:
        raise NoCredentials("The credentials of this mailbox have not arrived yet. They come when it is active.")
    record(actor=actor, action="mailbox.revealed", subject=mailbox)
    return Revealed(*(_opened(sealed, kind) for kind in KINDS))


def _opened(sealed: Credential, kind: str) -> str:
    value: str = getattr(sealed, kind)
    return decrypt(value) if value else ""
