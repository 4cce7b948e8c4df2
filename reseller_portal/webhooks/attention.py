"""Events that staff should know of (`jobs.attention`)."""

from django.db.models import QuerySet
from django.urls import reverse

from accounts.job_steps import JobSteps
from reseller_portal.jobs.attention import IS_LATE, NEEDS, Case, Source, nothing, oldest_first, overdue, slow, why_late
from reseller_portal.jobs.rules import NORMALLY
from reseller_portal.webhooks.models import Event
from reseller_portal.webhooks.waking import wake

State = Event.State
NEXT_STEPS = JobSteps(
    needs="webhooks.change_event",
    open_states={State.DUE, State.FAILED},
    again={"state": State.DUE},
    away={"state": State.PUT_AWAY, "secrets": ""},
    effect_of_again="It is handled once more, with all its tries. What was done already is not done again.",
    effect_of_away="Nothing more comes of it. What it told is read from the upstream with the next survey.",
    wake=wake,
)


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
        next_step="Mend what it misses and try it again, or put it away."
        if how == NEEDS
        else "It is tried again by itself.",
        since=event.received_at,
    )


SOURCE = Source(needs=needs_attention, late=late, on_purpose=nothing(Event.objects.all()), tell=tell)
