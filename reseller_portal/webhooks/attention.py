"""Events that staff should know of (`jobs.attention`)."""

from django.db.models import QuerySet
from django.urls import reverse

from reseller_portal.jobs.attention import IS_LATE, NEEDS, Case, Source, nothing, oldest_first, overdue, slow, why_late
from reseller_portal.jobs.rules import NORMALLY
from reseller_portal.webhooks.models import Event

State = Event.State


def needs_attention() -> QuerySet[Event]:
    return oldest_first(Event.objects.filter(state=State.FAILED).defer("secrets", "payload"), "received_at")


def late() -> QuerySet[Event]:
    rows = Event.objects.filter(state=State.DUE).defer("secrets", "payload")
    return oldest_first(overdue(rows) | slow(rows, NORMALLY), "received_at")


def tell(event: Event, how: str) -> Case:
    return Case(
        how=how,
        subject=event,
        what=event.name,
        url=reverse("admin:webhooks_event_change", args=[event.pk]),
        customer="",
        reason=why_late(event) if how == IS_LATE else event.last_error,
        next_step="Mend what it misses, then replay it." if how == NEEDS else "It is tried again; replay it to hurry.",
        since=event.received_at,
    )


SOURCE = Source(needs=needs_attention, late=late, on_purpose=nothing(Event.objects.all()), tell=tell)
