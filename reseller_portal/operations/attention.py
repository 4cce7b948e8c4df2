"""Operations that staff should know of (`jobs.attention`)."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from reseller_portal.jobs.attention import IS_LATE, NEEDS, Case, Source, oldest_first, why_late
from reseller_portal.jobs.rules import LATE, end_of
from reseller_portal.operations import circuit
from reseller_portal.operations.models import Circuit, Operation
from reseller_portal.operations.registry import kinds, normally_of, patience_of

State = Operation.State
PARKED = Q(dependents__state=State.WAITING, dependents__due_at=None)
STEPS = {
    NEEDS: "Check it again, or say how it ended.",
    IS_LATE: "See that a worker runs for the queue “calls”; then check it again.",
}


def needs_attention() -> QuerySet[Operation]:
    """Asked of a person, or failed while others are parked behind it."""
    behind = Operation.objects.filter(state=State.WAITING, due_at=None, after__state=State.FAILED).values("after")
    rows = Operation.objects.filter(Q(state=State.NEEDS_PERSON) | Q(state=State.FAILED, pk__in=behind))
    rows = rows.select_related("customer").annotate(parked=Count("dependents", filter=PARKED))
    return oldest_first(rows, "placed_at")


def on_purpose() -> QuerySet[Operation]:
    """Waits for something known, or for an answer that was lost to show itself."""
    known = Q(on_purpose=True, state__in=[State.WAITING, State.SENDING])
    rows = Operation.objects.filter(due_at__isnull=False).filter(known | Q(state=State.UNKNOWN))
    return oldest_first(rows.exclude(_is_late()).select_related("customer"), "placed_at")


def late() -> QuerySet[Operation]:
    rows = Operation.objects.filter(due_at__isnull=False)
    return oldest_first(rows.filter(_is_late()).select_related("customer"), "due_at")


def tell(operation: Operation, how: str) -> Case:
    parked = getattr(operation, "parked", 0)
    step = STEPS.get(how, "Nothing: it goes on by itself, or needs attention in the end.")
    if operation.state == State.FAILED:
        step = "Correct what was refused; it is sent again then."
    waiting = f" {parked} more wait for it." if parked else ""
    return Case(
        how=how,
        subject=operation,
        what=str(operation),
        url=reverse("admin:operations_operation_change", args=[operation.pk]),
        customer=operation.customer.company,
        reason=(why_late(operation) if how == IS_LATE else operation.last_error or "Nobody can tell.") + waiting,
        next_step=step,
        since=operation.placed_at,
        until=None if how == NEEDS else end_of(operation, patience_of(operation.kind)),
    )


def _is_late() -> Q:
    """Due for an hour, or worked on for an hour longer than its kind calls normal."""
    by_time: dict[timedelta, list[str]] = defaultdict(list)
    for kind in kinds():
        by_time[normally_of(kind)].append(kind)
    now = _judged_at()
    slow = [Q(kind__in=names, begun_at__lt=now - LATE - normally) for normally, names in by_time.items()]
    # What waits on purpose is told as that, however long; it is late only where nobody comes for it.
    is_slow = reduce(or_, slow, Q(pk=None)) & Q(on_purpose=False)
    nobody_came = Q(due_at__lt=now - LATE) | Q(without_call=True, due_at__lt=timezone.now() - LATE)
    return nobody_came | is_slow


def _judged_at() -> datetime:
    """Nothing that makes calls gets later while the upstream serves nobody: that is told once (`outage`)."""
    state = circuit.current()
    return timezone.now() if state is None else min(state.opened_at, timezone.now())


def outage() -> Case | None:
    """The one line for all that waits while the circuit is open."""
    row = Circuit.objects.filter(opened_at__isnull=False).first()
    if row is None or row.opened_at is None:
        return None
    return Case(
        how=NEEDS,
        subject=row,
        what="The upstream does not serve the portal",
        url=reverse("admin:operations_operation_changelist"),
        customer="",
        reason=f"{row.reason} Operations that wait for it: {waiting_for_the_upstream().count():,}.",
        next_step=f"{row.advice} All goes on by itself when it answers.",
        since=row.opened_at,
    )


def waiting_for_the_upstream() -> QuerySet[Operation]:
    """What makes calls and would be carried out by now; nothing while the upstream serves the portal."""
    rows = Operation.objects.filter(without_call=False, due_at__lte=timezone.now())
    return rows if circuit.current() else rows.none()


SOURCE = Source(
    needs=needs_attention, late=late, on_purpose=on_purpose, tell=tell, under_a_line=waiting_for_the_upstream
)
