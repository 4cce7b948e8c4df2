"""The one way to write an audit row: in the transaction of the change it speaks of."""

from collections.abc import Mapping
from typing import Any

from django.db import models

from accounts.actors import Actor
from accounts.models import AuditEntry

MASK = "•••"
SECRET_WORDS = ("password", "secret", "token", "key", "credential")


def record(
    *,
    actor: Actor,
    action: str,
    subject: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Note who did what to what. Values under secret-sounding keys are masked, at any depth."""
    return AuditEntry.objects.create(
        customer=actor.customer,
        actor=actor.user,
        actor_label=actor.label,
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=str(subject),
        before=masked(before or {}),
        after=masked(after or {}),
    )


def masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: MASK if _is_secret(str(key)) else masked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(item) for item in value]
    return value


def _is_secret(key: str) -> bool:
    return any(word in key.lower() for word in SECRET_WORDS)
