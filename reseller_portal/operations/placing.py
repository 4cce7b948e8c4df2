"""Note a wish, in the transaction of the change it belongs to, and wake a worker after commit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Customer
from reseller_portal.operations.models import Operation
from reseller_portal.operations.parking import is_done
from reseller_portal.operations.registry import makes_calls
from reseller_portal.operations.waking import wake


@dataclass(frozen=True)
class Wish:
    """One of many operations of a kind. `payload` holds no secrets."""

    key: str
    payload: Mapping[str, Any] = field(default_factory=dict)


def place(
    *,
    customer: Customer,
    kind: str,
    key: str,
    priority: int,
    payload: Mapping[str, Any] | None = None,
    after: Operation | None = None,
) -> Operation:
    """The operation of this kind and key, made if there is none. A second wish for the same thing is the first one.

    With `after` it is parked until that operation is done; what that one waits for, or why it failed, staff see there.
    """
    operation, _ = Operation.objects.get_or_create(
        customer=customer,
        kind=kind,
        key=key,
        defaults={
            "priority": priority,
            "payload": dict(payload or {}),
            "without_call": not makes_calls(kind),
            **_behind(after),
        },
    )
    transaction.on_commit(wake)
    return operation


def place_many(
    *,
    customer: Customer,
    kind: str,
    wishes: Iterable[Wish],
    priority: int,
    after: Operation | None = None,
    due_in: timedelta = timedelta(0),
) -> None:
    """`place` for many of one kind with one INSERT; those that are known stay as they are.

    New ones are due in `due_in`, if they do not wait for another one.
    """
    wanted = {wish.key: wish for wish in wishes}
    behind = {"due_at": Now() + due_in, "without_call": not makes_calls(kind), **_behind(after)}
    # In the order of their keys, so that two lists in other orders never wait for each other in a circle.
    rows = [
        Operation(customer=customer, kind=kind, key=key, priority=priority, payload=dict(wanted[key].payload), **behind)
        for key in sorted(wanted)
    ]
    Operation.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(wake)


def _behind(after: Operation | None) -> dict[str, Any]:
    if after is None or is_done(after):
        return {}
    return {"after": after, "due_at": None, "last_error": f"It waits for {after.kind}."}
