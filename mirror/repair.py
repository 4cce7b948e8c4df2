"""What staff decide about drift: it is right there, or our value goes back."""

from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from accounts.audit import record_by_staff
from accounts.models import Customer, User
from billing.models import Subscription
from domains.models import Domain
from domains.services.refreshing import JUST_NOW, WHOLE
from mailboxes.models import Mailbox
from mailboxes.services.refreshing import ONE
from mirror.drift import REPAIRABLE
from mirror.models import Drift
from reseller_portal.core.errors import DomainError
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import place

State, Kind = Drift.State, Drift.Kind
REPAIR = "mirror.repair"
REMOVED = "REMOVED"


class AlreadyDecided(DomainError):
    """Somebody was here before, or the difference went away by itself."""


class CannotBeRepaired(DomainError):
    """The upstream has no call that would set this back."""


@transaction.atomic
def accept(*, user: User, drift: Drift) -> None:
    """The upstream is right. In a staff scope. Raises `AlreadyDecided`."""
    locked = _open(drift)
    subject = subject_of(locked)
    if locked.kind == Kind.MISSING and subject is not None:
        subject.state = REMOVED
        subject.save(update_fields=["state"])
    elif locked.kind == Kind.CHANGED and isinstance(subject, Customer):
        setattr(subject, locked.field, locked.there)
        subject.save(update_fields=[locked.field])
    _settle(locked, State.ACCEPTED, user)
    record_by_staff(user=user, customer=locked.customer, action="drift.accepted", subject=locked, **_values(locked))


@transaction.atomic
def repair(*, user: User, drift: Drift) -> None:
    """Send our value back; what is missing is looked for once more. In a staff scope.

    Raises `AlreadyDecided`, `CannotBeRepaired`.
    """
    locked = _open(drift)
    if locked.kind == Kind.MISSING:
        _look_for(locked)
    else:
        why_not = why_not_repairable(locked)
        if why_not:
            raise CannotBeRepaired(why_not)
        _send_back(locked)
    record_by_staff(user=user, customer=locked.customer, action="drift.repaired", subject=locked, **_values(locked))


def why_not_repairable(drift: Drift) -> str:
    """A sentence for staff; empty when our value can be sent back."""
    if drift.kind == Kind.MISSING:
        return ""
    if drift.kind != Kind.CHANGED or drift.field not in REPAIRABLE.get(drift.subject_type, frozenset()):
        return "This is a fact at the upstream, and no call sets it back. Accept it, or ask the upstream's support."
    if drift.here in ("", None):
        return "There was nothing here, and the upstream has no call that takes it away. Accept it."
    return ""


def subject_of(drift: Drift) -> Any:
    """The row that it speaks of; None when there is no such row any more. In a scope that sees it."""
    model = apps.get_model(drift.subject_type)
    return model._default_manager.filter(pk=drift.subject_id).first()


def _open(drift: Drift) -> Drift:
    locked = Drift.objects.select_for_update(of=("self",)).select_related("customer").get(pk=drift.pk)
    if locked.state != State.OPEN:
        raise AlreadyDecided(f"This is {locked.get_state_display().lower()} already.")
    return locked


def _settle(drift: Drift, state: str, user: User) -> None:
    drift.state, drift.settled_at, drift.settled_by = state, timezone.now(), user
    drift.save()


def reading_of(subject: Any) -> tuple[str, str] | None:
    """The kind and the key of the question that reads it; None for what only a survey reads."""
    match subject:
        case Mailbox() if subject.upstream_id:
            return ONE, subject.upstream_id
        case Mailbox():
            return WHOLE, subject.domain.name
        case Domain():
            return WHOLE, subject.name
        case Subscription():
            return WHOLE, subject.domain_name
    return None


def _look_for(drift: Drift) -> None:
    """A reading that finds it takes the drift away by itself."""
    if reading := reading_of(subject_of(drift)):
        kind, key = reading
        lookups.ask(customer=drift.customer, kind=kind, keys=[key], fresh=JUST_NOW)
    drift.problem = f"Looked for again at {timezone.now():%H:%M} UTC."
    drift.save(update_fields=["problem"])


def _send_back(drift: Drift) -> None:
    """Each attempt is an operation of its own."""
    before = Operation.objects.filter(customer=drift.customer, kind=REPAIR, key__startswith=f"{drift.pk}.").count()
    place(
        customer=drift.customer,
        kind=REPAIR,
        key=f"{drift.pk}.{before + 1}",
        priority=Operation.Priority.EDIT,
        payload={"drift": drift.pk},
    )
    drift.state, drift.problem = State.REPAIRING, ""
    drift.save(update_fields=["state", "problem"])


def _values(drift: Drift) -> dict[str, dict[str, Any]]:
    field = drift.field or "state"
    return {"before": {field: drift.here}, "after": {field: drift.there}}
