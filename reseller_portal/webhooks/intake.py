"""Keep a delivery: once, without credentials in clear, and durable before anybody answers 200."""

import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any

from django.db import DataError

from accounts.tenancy import staff_scope
from reseller_portal.webhooks.credentials import take_out
from reseller_portal.webhooks.models import Event

LONGEST_ID = 120
# An event without an id (contract, quirk 33) is known by its body for a day: where the time is not signed, whoever
# caught a delivery could send it for ever. A day later it is a new event: a warm-up that was stopped and started again
# says nothing else than the first time, and what that changed is read daily anyway.
REPEATS_SECONDS = 24 * 3600
# Ids hold the time in steps of this, so that the constraint keeps two at once apart.
STEP_SECONDS = 900


class NotAnEvent(ValueError):
    """The body is not an object with the name of an event, or nothing that can be stored."""


def keep(body: bytes, *, now: float | None = None) -> None:
    """Store the event unless it is known. Raises `NotAnEvent`."""
    content = _read(body)
    try:
        ids = _event_ids(content, body, time.time() if now is None else now)
        event = _event(content, ids[0])
        with staff_scope("webhooks: keep an event"):
            if len(ids) == 1 or not Event.objects.filter(event_id__in=ids).exists():
                Event.objects.bulk_create([event], ignore_conflicts=True)
    except (DataError, ValueError, RecursionError):
        # No word of the error: it may quote the payload.
        raise NotAnEvent("it holds text that cannot be stored") from None


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAnEvent("the body is no JSON") from None
    if not isinstance(content, dict) or not isinstance(_name(content), str):
        raise NotAnEvent("the body names no event")
    return content


def _event(content: Mapping[str, Any], event_id: str) -> Event:
    data = content.get("data")
    user_id = data.get("userId") if isinstance(data, dict) else content.get("userId")
    clean, secrets = take_out(content)
    return Event(
        event_id=event_id,
        name=str(_name(content))[:80],
        upstream_user_id=str(user_id or "")[:64],
        payload=clean,
        secrets=secrets,
    )


def _name(content: Mapping[str, Any]) -> object:
    """Warm-up events call it `eventType` (contract, quirk 33)."""
    return content.get("event") or content.get("eventType")


def _event_ids(content: Mapping[str, Any], body: bytes, now: float) -> list[str]:
    """Its id, and without one those under which the same body may have been kept."""
    given = content.get("eventId")
    if not given:
        digest, step = hashlib.sha256(body).hexdigest(), int(now // STEP_SECONDS)
        return [f"sha256:{digest}:{step - back}" for back in range(REPEATS_SECONDS // STEP_SECONDS + 1)]
    text = str(given)
    return [text if len(text) <= LONGEST_ID else f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"]
