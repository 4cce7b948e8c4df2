"""Work through the events that are due. The row is the queue; a task is only a nudge."""

import logging
import traceback
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.audit import record_by_staff
from accounts.models import Customer, User
from accounts.tenancy import scope, staff_scope
from reseller_portal.jobs.crash_points import reach
from reseller_portal.jobs.leases import mine, take, try_again_or_give_up
from reseller_portal.webhooks.credentials import put_back
from reseller_portal.webhooks.models import Event
from reseller_portal.webhooks.registry import EventHandler, NotYet, Received, handlers_of, owner_of

logger = logging.getLogger(__name__)
State = Event.State


def process_due(limit: int = 200) -> int:
    """Handle up to `limit` due events, each in a transaction of its own. Returns how many were taken."""
    taken = 0
    while taken < limit and _process_one():
        taken += 1
    return taken


def replay(*, user: User, event: Event, reason: str) -> None:
    """Make an event due again for staff, whatever became of it. Handlers change nothing that was done already."""
    before = {"state": event.state, "attempts": event.attempts}
    with transaction.atomic():
        Event.objects.filter(pk=event.pk).update(
            state=State.DUE, due_at=Now(), attempts=0, begun_at=None, lease="", last_error=""
        )
        record_by_staff(user=user, action="event.replayed", subject=event, before=before, after={"reason": reason})


def _process_one() -> bool:
    with staff_scope("webhooks: take the next due event"):
        event = take(Event.objects.order_by("due_at", "pk"), given_up=State.FAILED)
    if event is None:
        return False
    reach("event: after claim")
    with staff_scope("webhooks: work on an event"):
        # Locked, so that whoever takes it over waits for what this one writes.
        if not mine(event).select_for_update().exists():
            return True
        try:
            # A savepoint: what a failing handler wrote goes, the note about it stays.
            with transaction.atomic():
                _handle(event)
                reach("event: before it is written")
        except NotYet as not_yet:
            try_again_or_give_up(event, str(not_yet), state=State.FAILED)
        except Exception as error:  # noqa: BLE001  # one bad event must not stop those behind it
            _log_fault(event, error)
            try_again_or_give_up(event, f"A fault of the portal: {type(error).__name__}", state=State.FAILED)
    reach("event: after it is written")
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
        attempts=event.attempts - 1,
    )


def _data_of(content: Mapping[str, Any]) -> Mapping[str, Any]:
    data = content.get("data")
    return data if isinstance(data, dict) else content


def _finish(event: Event, state: str) -> None:
    """What has ended needs its credentials no more: a replay asks the upstream for them."""
    event.state, event.due_at, event.lease, event.last_error = state, None, "", ""
    event.secrets = ""
    event.processed_at = Now()
    event.save()


def _log_fault(event: Event, error: Exception) -> None:
    """Where and what kind, but not the error's own words: they may quote the payload."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("event %s (%s) met a fault of ours, %s:\n%s", event.event_id, event.name, type(error).__name__, where)
