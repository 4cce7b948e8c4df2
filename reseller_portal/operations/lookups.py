"""Questions that pages ask: put as rows, answered by the engine first of all, kept while they are fresh."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Customer
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import wake

FRESH = timedelta(minutes=10)
State = Operation.State


@transaction.atomic
def ask(*, customer: Customer, kind: str, keys: Iterable[str]) -> list[Operation]:
    """The lookups of these keys, in their order; new or stale ones are put to the upstream. Never waits."""
    wanted = list(dict.fromkeys(keys))
    Operation.objects.bulk_create(
        [
            Operation(customer=customer, kind=kind, key=key, priority=Operation.Priority.LOOKUP, payload={"key": key})
            for key in wanted
        ],
        ignore_conflicts=True,
    )
    _ask_again_what_is_stale(customer, kind, wanted)
    transaction.on_commit(wake)
    return find(customer=customer, kind=kind, keys=wanted)


def find(*, customer: Customer, kind: str, keys: Iterable[str]) -> list[Operation]:
    """The lookups of these keys that exist, in the order of the keys."""
    wanted = list(keys)
    found = {row.key: row for row in Operation.objects.filter(customer=customer, kind=kind, key__in=wanted)}
    return [found[key] for key in wanted if key in found]


def _ask_again_what_is_stale(customer: Customer, kind: str, keys: list[str]) -> None:
    Operation.objects.filter(
        Q(finished_at__lt=timezone.now() - FRESH) | Q(state=State.FAILED),
        customer=customer,
        kind=kind,
        key__in=keys,
        state__in=[State.DONE, State.FAILED],
    ).update(state=State.WAITING, due_at=Now(), attempts=0, finished_at=None, answer={})
