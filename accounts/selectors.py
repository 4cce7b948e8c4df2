"""Reading the audit trail, and who owns what."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models

from accounts.models import AuditEntry, Customer, Membership
from accounts.roles import Role
from reseller_portal.core.phrases import PHRASES, icon_of


def history_of(*, customer: Customer, subject: models.Model, limit: int = 50) -> list[AuditEntry]:
    """The newest rows about one thing."""
    rows = AuditEntry.objects.filter(
        customer=customer, action__in=PHRASES, subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
    )
    return with_icons(list(rows.order_by("-at", "-id")[:limit]))


def recent_activity(*, customer: Customer, limit: int = 8) -> list[AuditEntry]:
    """What a customer may read of: what only staff have a sentence for stays with them."""
    rows = AuditEntry.objects.filter(customer=customer, action__in=PHRASES)
    return with_icons(list(rows.order_by("-at", "-id")[:limit]))


def with_icons(entries: list[AuditEntry]) -> list[AuditEntry]:
    for entry in entries:
        entry.icon = icon_of(entry.action)  # type: ignore[attr-defined]  # for the timeline's template
    return entries


def owners_who_sign_in() -> models.QuerySet[Membership]:
    """Owners of all customers that accepted and have a password; the others were invited and have not come yet."""
    owners = Membership.objects.filter(role=Role.OWNER, accepted_at__isnull=False)
    return owners.exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
