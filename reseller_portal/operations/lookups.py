"""Questions that pages ask: put as rows, answered by the engine in their turn, kept while they are fresh."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Customer
from reseller_portal.core.errors import DomainError
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import WaitForAnswers
from reseller_portal.operations.turns import URGENCY
from reseller_portal.operations.waking import wake

FRESH = timedelta(minutes=10)
State = Operation.State


class TooManyQuestions(DomainError):
    """So many of this customer's questions wait for an answer that no more are taken. Nothing was asked."""


@transaction.atomic
def ask(
    *,
    customer: Customer,
    kind: str,
    keys: Iterable[str],
    fresh: timedelta = FRESH,
    priority: Operation.Priority = Operation.Priority.SEARCH,
) -> list[Operation]:
    """The lookups of these keys, in their order; new ones and those not `fresh` are put to the upstream. Never waits.

    A person waits for the answer, so what was asked in the background before, or waits for its next try, is asked now.
    `priority` is PURCHASE for what a paid order waits for, QUOTE for what a price waits for, and SEARCH for all else.
    Raises `TooManyQuestions`, but not for PURCHASE.
    """
    wanted = list(dict.fromkeys(keys))
    _one_at_a_time(customer)
    rows = _rows(customer, kind, wanted)
    known = rows.exclude(_to_ask_again(fresh)).values_list("key", flat=True)
    _refuse_too_many(customer, kind, priority, new=len(set(wanted) - set(known)))
    _make(customer, kind, wanted, priority)
    waiting = rows.filter(state=State.WAITING, due_at__isnull=False)
    waiting.filter(priority__in=URGENCY[URGENCY.index(priority) + 1 :]).update(priority=priority)
    waiting.filter(due_at__gt=Now()).update(due_at=Now())
    rows.filter(_to_ask_again(fresh)).update(**_ASKED_ANEW, due_at=Now(), priority=priority)
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
    _one_at_a_time(customer)
    list(_rows(customer, kind, keys).order_by("key").select_for_update(no_key=True).values_list("pk"))


def are_open(customer: Customer, waited_for: WaitForAnswers) -> bool:
    """Whether one of these questions has no end yet. In the transaction that puts the one who waits to sleep.

    Whoever ends the last question holds its row and then wakes who waits: neither can miss what the other is about to
    commit.
    """
    rows = _rows(customer, waited_for.kind, waited_for.keys).order_by("key").select_for_update(no_key=True)
    return any(due_at is not None for due_at in list(rows.values_list("due_at", flat=True)))


def forget(*, customer: Customer, kinds: Iterable[str], keys: Iterable[str]) -> None:
    """Drop answers that may no longer be true. What is being asked at this moment is asked once more."""
    _one_at_a_time(customer)
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
    "faults": 0, "begun_at": None, "is_said_by_staff": False,
}  # fmt: skip


def _to_ask_again(fresh: timedelta) -> Q:
    return Q(state=State.DONE, finished_at__lt=timezone.now() - fresh) | Q(state__in=[State.FAILED, State.NEEDS_PERSON])


def _one_at_a_time(customer: Customer) -> None:
    """Two lists of one customer never wait for each other's names, and both are counted. Until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('open questions'), %s::int)", [customer.pk % 2**31])


def _refuse_too_many(customer: Customer, kind: str, priority: int, *, new: int) -> None:
    """A quote asks two questions of each name, and is limited by its names, so each kind of them counts by itself.

    What an order asks that is paid is never refused: the order limits it.
    """
    if priority == Operation.Priority.PURCHASE:
        return
    most = settings.MAX_OPEN_QUESTIONS
    rows = Operation.objects.filter(customer=customer, due_at__isnull=False)
    if priority == Operation.Priority.QUOTE:
        still_open = rows.filter(priority=priority, kind=kind).count()
    else:
        classes = [Operation.Priority.QUOTE, Operation.Priority.SEARCH]
        still_open = rows.filter(priority__in=classes).count()
    if new and still_open + new > most:
        raise TooManyQuestions(
            f"Questions of yours that still wait for an answer: {still_open:,} of at most {most:,}. "
            "Your list is kept: ask again when some answers have come, or ask for fewer names."
        )


def _make(customer: Customer, kind: str, keys: Iterable[str], priority: int, **more: Any) -> None:
    # In the order of their keys, so that two lists in other orders never wait for each other in a circle.
    rows = [
        Operation(customer=customer, kind=kind, key=key, priority=priority, payload={"key": key}, **more)
        for key in sorted(keys)
    ]
    Operation.objects.bulk_create(rows, ignore_conflicts=True)


def _rows(customer: Customer, kind: str, keys: Iterable[str]) -> QuerySet[Operation]:
    return Operation.objects.filter(customer=customer, kind=kind, key__in=keys)
