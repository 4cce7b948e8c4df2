"""What changes about how a person signs in stands in the trail of each of their companies, and in the security log."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from accounts.audit import record_by_staff
from accounts.models import Customer, Membership, User
from accounts.security_log import log
from accounts.tenancy import staff_scope


@transaction.atomic
def note(
    person: User,
    action: str,
    *,
    request: HttpRequest | None = None,
    by: User | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """One row for each company of the person, or one without a company. `by` is who did it, else the person."""
    log(action, request=request, user=by or person, person=person.pk)
    with staff_scope("person: note how they sign in"):
        memberships = Membership.objects.filter(user=person).select_related("customer")
        companies: list[Customer | None] = [each.customer for each in memberships]
        for customer in companies or [None]:
            record_by_staff(
                user=by or person, action=action, subject=person, customer=customer, before=before, after=after
            )
