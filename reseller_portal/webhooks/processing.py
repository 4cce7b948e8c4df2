"""Work through the events that are due. The row is the queue; a task is only a nudge."""

import logging
import traceback
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.audit import record_by_staff
from accounts.models import Customer, User
from accounts.tenancy import scope, staff_scope
from reseller_portal.webhooks.credentials import put_back
from reseller_portal.webhooks.models import Event
from reseller_portal.webhooks.registry import EventHandler, NotYet, Received, handlers_of, owner_of

logger = logging.getLogger(__name__)
State = Event.State

# Seconds between attempts; the last one goes on.
RHYTHM = (1, 2, 5, 15, 60, 300, 900, 3600)
# About three days of attempts. They are counted and not timed, so that a long stop of the workers costs no event.
ATTEMPTS = 80


def process_due(limit: int = 200) -> int:
    """Handle up to `limit` due events, each in a transaction of its own. Returns how many were taken."""
    taken = 0
    while taken < limit and _process_one():
        taken += 1
    return taken


def replay(*, user: User, event: Event) -> None:
    """Make an event due again for staff. Handlers change nothing that was done already."""
    before = {"state": event.state, "attempts": event.attempts}
    with transaction.atomic():
        Event.objects.filter(pk=event.pk).update(state=State.DUE, due_at=Now(), attempts=0, last_error="")
        record_by_staff(user=user, action="event.replayed", subject=event, before=before)


def _process_one() -> bool:
    with staff_scope("webhooks: take the next due event"):
        due = Event.objects.select_for_update(skip_locked=True).filter(due_at__lte=Now())
        event = due.order_by("due_at", "pk").first()
        if event is None:
            return False
        try:
            # A savepoint: what a failing handler wrote goes, the note about it stays.
            with transaction.atomic():
                _handle(event)
        except NotYet as not_yet:
            _postpone(event, str(not_yet))
        except Exception as error:  # noqa: BLE001  # one bad event must not stop those behind it
            _log_fault(event, error)
            _postpone(event, f"A fault of the portal: {type(error).__name__}")
    return True


def _handle(event: Event) -> None:
    handlers = handlers_of(event.name)
    if not handlers:
        _finish(event, State.IGNORED)
        return
    _run(handlers, _received(event, _customer_of(event)))
    _finish(event, State.DONE)


def _customer_of(event: Event) -> Customer:
    """By the user, or where none is named (contract, quirk 33) by what is. Raises `NotYet`."""
    if event.upstream_user_id:
        found = Customer.objects.filter(upstream_id=event.upstream_user_id).first()
    else:
        found = owner_of(_data_of(event.payload))
    if found is None:
        raise NotYet("no customer of ours has this upstream user")
    return found


def _run(handlers: list[EventHandler], received: Received) -> None:
    with scope(received.customer.pk):
        for handler in handlers:
            handler(received)
        # What is checked at commit is checked now: a failing commit would take the note about it along, and the same
        # event would be taken again and again before all others.
        connection.check_constraints()


def _received(event: Event, customer: Customer) -> Received:
    return Received(
        event_id=event.event_id,
        name=event.name,
        customer=customer,
        data=_data_of(put_back(event.payload, event.secrets)),
        received_at=event.received_at,
        attempts=event.attempts,
    )


def _data_of(content: Mapping[str, Any]) -> Mapping[str, Any]:
    data = content.get("data")
    return data if isinstance(data, dict) else content


def _finish(event: Event, state: str) -> None:
    """What is done needs its credentials no more."""
    event.state, event.due_at, event.last_error = state, None, ""
    event.attempts += 1
    event.secrets = "" if state == State.DONE else event.secrets
    event.processed_at = Now()
    event.save()


def _postpone(event: Event, error: str) -> None:
    attempts = event.attempts + 1
    changes: dict[str, object] = {"attempts": attempts, "last_error": error[:300]}
    if attempts >= ATTEMPTS:
        changes |= {"state": State.FAILED, "due_at": None}
    else:
        changes["due_at"] = Now() + timedelta(seconds=RHYTHM[min(attempts, len(RHYTHM)) - 1])
    Event.objects.filter(pk=event.pk).update(**changes)


def _log_fault(event: Event, error: Exception) -> None:
    """Where and what kind, but not the error's own words: they may quote the payload."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("event %s (%s) met a fault of ours, %s:\n%s", event.event_id, event.name, type(error).__name__, where)
