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
# An event without an id (contract, quirk 33) is known by its body. The same body much later is a new event: a warm-up
# that was stopped and started again says nothing else than the first time.
REPEATS_SECONDS = 900


class NotAnEvent(ValueError):
    """The body is not an object with the name of an event, or nothing that can be stored."""


def keep(body: bytes, *, now: float | None = None) -> None:
    """Store the event unless it is known. Raises `NotAnEvent`."""
    content = _read(body)
    try:
        event = _event(content, _event_id(content, body, time.time() if now is None else now))
        with staff_scope("webhooks: keep an event"):
            Event.objects.bulk_create([event], ignore_conflicts=True)
    except (DataError, ValueError):
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


def _event_id(content: Mapping[str, Any], body: bytes, now: float) -> str:
    given = content.get("eventId")
    if not given:
        return f"sha256:{hashlib.sha256(body).hexdigest()}:{now // REPEATS_SECONDS:.0f}"
    text = str(given)
    return text if len(text) <= LONGEST_ID else f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
