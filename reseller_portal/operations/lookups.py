"""Questions that pages ask: put as rows, answered by the engine first of all, kept while they are fresh."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Customer
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import wake

FRESH = timedelta(minutes=10)
State = Operation.State


@transaction.atomic
def ask(*, customer: Customer, kind: str, keys: Iterable[str], fresh: timedelta = FRESH) -> list[Operation]:
    """The lookups of these keys, in their order; new ones and those not `fresh` are put to the upstream. Never waits.

    A person waits for the answer, so what was asked in the background before comes first now.
    """
    wanted = list(dict.fromkeys(keys))
    _make(customer, kind, wanted, Operation.Priority.LOOKUP)
    rows = _rows(customer, kind, wanted)
    rows.filter(priority__gt=Operation.Priority.LOOKUP).update(priority=Operation.Priority.LOOKUP)
    stale = Q(state=State.DONE, finished_at__lt=timezone.now() - fresh)
    rows.filter(stale | Q(state__in=[State.FAILED, State.NEEDS_PERSON])).update(**_ASKED_ANEW, due_at=Now())
    transaction.on_commit(wake)
    return find(customer=customer, kind=kind, keys=wanted)


@transaction.atomic
def ask_anew(*, customer: Customer, kind: str, keys: Iterable[str], after: timedelta = timedelta(0)) -> None:
    """Something changed: whatever is known of these keys is out of date. Asked in the background, in `after` at least.

    What is being asked at this moment is asked once more, because its answer may be from before the change.
    """
    wanted = list(dict.fromkeys(keys))
    _make(customer, kind, wanted, Operation.Priority.SYNC, due_at=Now() + after)
    _rows(customer, kind, wanted).exclude(state=State.WAITING).update(
        **_ASKED_ANEW, due_at=Now() + after, priority=Operation.Priority.SYNC
    )
    transaction.on_commit(wake)


@transaction.atomic
def ask_once_more(
    *, customer: Customer, kinds: Iterable[str], keys: Iterable[str], since: datetime, after: timedelta = timedelta(0)
) -> None:
    """What was read since that moment, or is being read, was read too early. What nobody asked for is not asked."""
    rows = Operation.objects.filter(customer=customer, kind__in=list(kinds), key__in=list(keys))
    rows = rows.exclude(state=State.WAITING).filter(Q(finished_at=None) | Q(finished_at__gte=since))
    if rows.update(**_ASKED_ANEW, due_at=Now() + after, priority=Operation.Priority.SYNC):
        transaction.on_commit(wake)


def lock(*, customer: Customer, kind: str, keys: Iterable[str]) -> None:
    """Hold the questions until the caller's transaction ends: no answer is written down before what waits for it is."""
    list(_rows(customer, kind, keys).order_by("key").select_for_update(no_key=True).values_list("pk"))


def forget(*, customer: Customer, kinds: Iterable[str], keys: Iterable[str]) -> None:
    """Drop answers that may no longer be true. What is being asked at this moment is asked once more."""
    rows = Operation.objects.filter(customer=customer, kind__in=list(kinds), key__in=list(keys))
    rows.filter(state__in=[State.DONE, State.FAILED]).delete()
    rows.exclude(state=State.WAITING).update(**_ASKED_ANEW, due_at=Now())
    transaction.on_commit(wake)


def find(*, customer: Customer, kind: str, keys: Iterable[str]) -> list[Operation]:
    """The lookups of these keys that exist, in the order of the keys."""
    wanted = list(keys)
    found = {row.key: row for row in Operation.objects.filter(customer=customer, kind=kind, key__in=wanted)}
    return [found[key] for key in wanted if key in found]


_ASKED_ANEW: dict[str, Any] = {
    "state": State.WAITING, "attempts": 0, "looks": 0, "finished_at": None, "answer": {}, "lease": "", "last_error": "",
    "faults": 0,
}  # fmt: skip


def _make(customer: Customer, kind: str, keys: Iterable[str], priority: int, **more: Any) -> None:
    rows = [
        Operation(customer=customer, kind=kind, key=key, priority=priority, payload={"key": key}, **more)
        for key in keys
    ]
    Operation.objects.bulk_create(rows, ignore_conflicts=True)


def _rows(customer: Customer, kind: str, keys: Iterable[str]) -> QuerySet[Operation]:
    return Operation.objects.filter(customer=customer, kind=kind, key__in=keys)
