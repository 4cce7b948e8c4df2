"""Credentials: written encrypted, read only here, after the password was asked again, and never without a trace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from accounts.audit import record
from mailboxes.models import Credential, Mailbox
from reseller_portal.core.crypto import Undecipherable, decrypt, encrypt
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


def differ(mailbox: Mailbox, secrets: Mapping[str, str]) -> bool:
    """Does the mailbox have other credentials than these, or none."""
    sealed = Credential.objects.filter(customer=mailbox.customer, mailbox=mailbox).first()
    said = {kind: secrets[kind] for kind in KINDS if secrets.get(kind)}
    return bool(said) and (sealed is None or _is_other(sealed, said))


def has_credentials(mailbox: Mailbox) -> bool:
    return Credential.objects.filter(customer_id=mailbox.customer_id, mailbox=mailbox).exists()


def keep_newest(found: Sequence[tuple[Mailbox, Mapping[str, str]]], *, at: datetime) -> None:
    """Store what was read of many mailboxes at `at`; credentials that came since then stay."""
    mailboxes = [mailbox.pk for mailbox, _ in found]
    known = {each.mailbox_id: each for each in Credential.objects.filter(mailbox__in=mailboxes)}
    new: list[Credential] = []
    changed: list[Credential] = []
    for mailbox, secrets in found:
        said = {kind: secrets[kind] for kind in KINDS if secrets.get(kind)}
        row = known.get(mailbox.pk) or Credential(customer_id=mailbox.customer_id, mailbox=mailbox)
        if row.pk and (row.received_at > at or not _is_other(row, said)):
            continue
        for kind, value in said.items():
            setattr(row, kind, encrypt(value))
        row.received_at = at
        (changed if row.pk else new).append(row)
    Credential.objects.bulk_create(new, ignore_conflicts=True)
    Credential.objects.bulk_update(changed, [*KINDS, "received_at"])


@transaction.atomic
def reveal(*, actor: Actor, mailbox: Mailbox) -> Revealed:
    """The credentials in clear. The caller has just confirmed the person's password. Raises `NoCredentials`."""
    actor.require("mailboxes.reveal")
    sealed = Credential.objects.filter(customer=actor.customer, mailbox=mailbox).first()
    if sealed is None:
        raise NoCredentials("The credentials of this mailbox have not arrived yet. They come when it is active.")
    try:
        revealed = Revealed(*(_opened(sealed, kind) for kind in KINDS))
    except Undecipherable:
        raise NoCredentials("What was stored cannot be opened any more. Press Refresh now: it is read anew.") from None
    record(actor=actor, action="mailbox.revealed", subject=mailbox)
    return revealed


def _opened(sealed: Credential, kind: str) -> str:
    value: str = getattr(sealed, kind)
    return decrypt(value) if value else ""


def _is_other(sealed: Credential, said: Mapping[str, str]) -> bool:
    """What fits no key any more is other than whatever was read: it is written anew, and stops no reading."""
    try:
        return any(_opened(sealed, kind) != value for kind, value in said.items())
    except Undecipherable:
        return True
