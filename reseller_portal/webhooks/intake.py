"""Keep a delivery: once, without credentials in clear, and durable before anybody answers 200."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.tenancy import staff_scope
from reseller_portal.core.crypto import encrypt
from reseller_portal.webhooks.models import Event

SECRET_WORDS = ("password", "secret", "token", "credential", "apikey")


class NotAnEvent(ValueError):
    """The body is not an object with the name of an event."""


def keep(body: bytes) -> bool:
    """Store the event unless it is known; True when it is new. Raises `NotAnEvent`."""
    content = _read(body)
    data: Any = content.get("data") if isinstance(content.get("data"), dict) else {}
    clean, secrets = without_secrets(content)
    event = Event(
        event_id=str(content.get("eventId") or f"sha256:{hashlib.sha256(body).hexdigest()}")[:120],
        name=str(content.get("event") or content.get("eventType"))[:80],
        upstream_user_id=str(data.get("userId") or content.get("userId") or "")[:64],
        payload=clean,
        secrets=encrypt(json.dumps(secrets)) if secrets else "",
    )
    with staff_scope("webhooks: keep an event"), transaction.atomic():
        before = Event.objects.filter(event_id=event.event_id).exists()
        Event.objects.bulk_create([event], ignore_conflicts=True)
    return not before


def without_secrets(content: Any, path: str = "") -> tuple[Any, dict[str, str]]:
    """The same content with credentials taken out, and the credentials by their path."""
    if isinstance(content, list):
        items = [without_secrets(each, f"{path}{number}/") for number, each in enumerate(content)]
        return [clean for clean, _ in items], _merged(items)
    if not isinstance(content, Mapping):
        return content, {}
    secrets = {f"{path}{key}": value for key, value in content.items() if _is_secret(key, value)}
    parts = {
        key: without_secrets(value, f"{path}{key}/") for key, value in content.items() if not _is_secret(key, value)
    }
    return {key: clean for key, (clean, _) in parts.items()}, secrets | _merged(list(parts.values()))


def with_secrets(content: Any, secrets: Mapping[str, str]) -> Any:
    """Put credentials back where they were."""
    for path, value in secrets.items():
        *parents, key = path.split("/")
        place = content
        for parent in parents:
            place = place[int(parent)] if isinstance(place, list) else place[parent]
        place[key] = value
    return content


def _read(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        raise NotAnEvent("the body is no JSON") from None
    if not isinstance(content, dict) or not (content.get("event") or content.get("eventType")):
        raise NotAnEvent("the body names no event")
    return content


def _merged(parts: list[tuple[Any, dict[str, str]]]) -> dict[str, str]:
    return {path: value for _, secrets in parts for path, value in secrets.items()}


def _is_secret(key: str, value: object) -> bool:
    return isinstance(value, str) and any(word in key.lower() for word in SECRET_WORDS)
