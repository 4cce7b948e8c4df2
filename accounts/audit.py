"""The one way to write an audit row: in the transaction of the change it speaks of."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from accounts.actors import Actor
from accounts.models import AuditEntry, Customer, User

MASK = "•••"
SECRET_WORDS = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "key",
    "credential",
    "authenticator",
    "otp",
    "seed",
    "recoverycode",
    "backupcode",
)


def record(
    *,
    actor: Actor,
    action: str,
    subject: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Note who did what to what. Values under secret-sounding keys are masked, at any depth."""
    return _write(_of(actor, action), subject=subject, before=before, after=after)


def record_by_staff(
    *,
    user: User,
    action: str,
    subject: models.Model,
    customer: Customer | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Note what staff did, in a staff scope, to what may belong to no customer: a brand, a person, an event."""
    return _write(
        AuditEntry(customer=customer, actor=user, actor_label=user.get_full_name(), action=action),
        subject=subject,
        before=before,
        after=after,
    )


def record_all(*, entries: Iterable[tuple[Actor, str, models.Model, Mapping[str, Any], Mapping[str, Any]]]) -> None:
    """`record` for many at once, each as (actor, action, subject, before, after)."""
    AuditEntry.objects.bulk_create(
        _filled(_of(actor, action), subject=subject, before=before, after=after)
        for actor, action, subject, before, after in entries
    )


def masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: MASK if is_secret(str(key)) else masked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(item) for item in value]
    return value


def is_secret(key: str) -> bool:
    """Whether what stands under this key is likely to be a secret. Rather one too many than one too few."""
    plain = key.lower().replace("_", "").replace("-", "")
    return any(word in plain for word in SECRET_WORDS)


def _of(actor: Actor, action: str) -> AuditEntry:
    return AuditEntry(customer=actor.customer, actor=actor.user, actor_label=actor.label, action=action)


def _write(
    entry: AuditEntry,
    *,
    subject: models.Model,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> AuditEntry:
    filled = _filled(entry, subject=subject, before=before, after=after)
    filled.save(force_insert=True)
    return filled


def _filled(
    entry: AuditEntry,
    *,
    subject: models.Model,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> AuditEntry:
    entry.subject_type = subject._meta.label_lower
    entry.subject_id = str(subject.pk)
    entry.subject_label = str(subject)[:300]
    entry.before = masked(before or {})
    entry.after = masked(after or {})
    return entry
