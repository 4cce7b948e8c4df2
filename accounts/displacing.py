"""What is proved to be one customer's upstream is taken off the books of another.

A purchase of ours that was delivered, and a reading that names a customer, prove who owns a thing now. A row of it that
another customer still has is out of date: it is marked as removed, never the other way round.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.actors import portal_actor
from accounts.audit import record_all
from accounts.models import Customer
from accounts.tenancy import widened

REMOVED = "REMOVED"


@dataclass(frozen=True)
class Displaced:
    """A row that lost its customer: what its state was, whose the thing is now, and when that was read."""

    row: Any
    before: str
    owner: Customer
    at: datetime


Listener = Callable[[Sequence[Displaced]], None]
_listeners: list[Listener] = []


def when_displaced(listener: Listener) -> None:
    """Let an app hear of rows that lost their customer, in the transaction and the staff scope that removes them."""
    if listener not in _listeners:
        _listeners.append(listener)


def displace(others: QuerySet[Any], *, owners: dict[str, Customer], key: str, noun: str, at: datetime) -> set[str]:
    """Mark as removed what other customers still have of the things that were shown at `at` to be of `owners`.

    `owners` is by the value of the field `key`. Returns the values that another customer was heard to have after `at`:
    these stay, and the older news is dropped. In the caller's transaction, and in a staff scope within his scope.
    """
    with widened(f"whose is it: {noun}"):
        rows = others.filter(**{f"{key}__in": owners}).select_related("customer")
        locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
        foreign = [row for row in locked if row.customer_id != owners[getattr(row, key)].pk]
        stale = [row for row in foreign if row.seen_at <= at]
        _remove([Displaced(row, row.state, owners[getattr(row, key)], at) for row in stale], noun=noun)
        return {str(getattr(row, key)) for row in foreign if row.seen_at > at}


def note_proofs(rows: Iterable[Any], *, noun: str) -> None:
    """The audit rows of those who were shown to own what another customer had. In a scope that sees them."""
    record_all(entries=[(portal_actor(row.customer), f"{noun}.ownership_proved", row, {}, {}) for row in rows])


def _remove(gone: Sequence[Displaced], *, noun: str) -> None:
    if not gone:
        return
    record_all(
        entries=[
            (portal_actor(each.row.customer), f"{noun}.displaced", each.row, {"state": each.before}, {"state": REMOVED})
            for each in gone
        ]
    )
    for each in gone:
        each.row.state = REMOVED
    type(gone[0].row)._default_manager.filter(pk__in=[each.row.pk for each in gone]).update(state=REMOVED)
    for listener in _listeners:
        listener(gone)
