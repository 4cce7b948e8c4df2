"""Work through the events that are due. The row is the queue; a task is only a nudge."""

import json
import logging
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Customer
from accounts.tenancy import scope, staff_scope
from reseller_portal.core.crypto import decrypt
from reseller_portal.webhooks.intake import with_secrets
from reseller_portal.webhooks.models import Event
from reseller_portal.webhooks.registry import NotYet, Received, handlers_of

logger = logging.getLogger(__name__)
State = Event.State

RHYTHM = (1, 2, 5, 15, 60, 300, 900, 3600)
# The upstream repeats for minutes and we look for days; what fits nothing of ours by then is for a person.
PATIENCE = timedelta(hours=72)


def process_due(limit: int = 200) -> int:
    """Handle up to `limit` due events, each in a transaction of its own. Returns how many were taken."""
    taken = 0
    while taken < limit and _process_one():
        taken += 1
    return taken


def _process_one() -> bool:
    with staff_scope("webhooks: take the next due event"):
        event = (
            Event.objects.select_for_update(skip_locked=True).filter(due_at__lte=Now()).order_by("due_at", "pk").first()
        )
        if event is None:
            return False
        try:
            # A savepoint: what a failing handler wrote goes, the note about it stays.
            with transaction.atomic():
                _handle(event)
        except NotYet as not_yet:
            _postpone(event, str(not_yet))
        except Exception as error:
            logger.exception("event %s (%s) met a fault of ours", event.event_id, event.name)
            _postpone(event, f"A fault of the portal: {type(error).__name__}")
    return True


def _handle(event: Event) -> None:
    handlers = handlers_of(event.name)
    if not handlers:
        _finish(event, State.IGNORED)
        return
    customer = Customer.objects.filter(upstream_id=event.upstream_user_id or "-").first()
    if customer is None:
        raise NotYet("no customer of ours has this upstream user")
    received = _received(event, customer)
    with scope(customer.pk):
        for handler in handlers:
            handler(received)
    _finish(event, State.DONE)


def _received(event: Event, customer: Customer) -> Received:
    secrets = json.loads(decrypt(event.secrets)) if event.secrets else {}
    content = with_secrets(event.payload, secrets)
    data = content.get("data") if isinstance(content.get("data"), dict) else content
    event.refresh_from_db(fields=["payload"])
    return Received(event_id=event.event_id, name=event.name, customer=customer, data=data)


def _finish(event: Event, state: str) -> None:
    """What is done needs its credentials no more."""
    Event.objects.filter(pk=event.pk).update(
        state=state,
        due_at=None,
        processed_at=timezone.now(),
        attempts=event.attempts + 1,
        last_error="",
        **({"secrets": ""} if state == State.DONE else {}),
    )


def _postpone(event: Event, error: str) -> None:
    attempts = event.attempts + 1
    changes: dict[str, object] = {"attempts": attempts, "last_error": error[:300]}
    if timezone.now() - event.received_at > PATIENCE:
        changes |= {"state": State.FAILED, "due_at": None}
    else:
        changes["due_at"] = Now() + timedelta(seconds=RHYTHM[min(attempts, len(RHYTHM)) - 1])
    Event.objects.filter(pk=event.pk).update(**changes)


def replay(event: Event) -> None:
    """Make an event due again; its handlers change nothing that was done already."""
    Event.objects.filter(pk=event.pk).update(state=State.DUE, due_at=Now(), received_at=Now(), last_error="")
