"""Deliveries as the upstream makes them: signed bodies, posted to the door."""

import hashlib
import hmac
import json
import time
from typing import Any

from django.http.response import HttpResponseBase
from django.test import Client

from accounts.models import Customer
from accounts.tenancy import staff_scope
from reseller_portal.webhooks.models import Event

DOOR = "/webhooks/upstream/"
KEY = "sandbox-key"
UPSTREAM_USER = "YZS4A3R5E4MP3MBF9XYW7R9TT1D7"


def body_of(name: str = "domain.order.success", event_id: str = "EVENT1", **facts: Any) -> bytes:
    return json.dumps({"event": name, "eventId": event_id, "data": {"userId": UPSTREAM_USER, **facts}}).encode()


def post(body: bytes, *, key: str = KEY, age: float = 0, signature: str | None = None) -> HttpResponseBase:
    """Deliver a body, signed `age` seconds ago, or with a signature from elsewhere."""
    headers = {
        "cmr-x-signature": signature_of(body, key) if signature is None else signature,
        "cmr-x-timestamp": str(int(time.time() - age)),
    }
    return Client().post(DOOR, body, content_type="application/json", headers=headers)


def signature_of(body: bytes, key: str = KEY) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def kept() -> list[Event]:
    with staff_scope("test: read events"):
        return list(Event.objects.order_by("pk"))


def the_event() -> Event:
    (event,) = kept()
    return event


def open_account(customer: Customer) -> None:
    """Let the upstream know the customer under UPSTREAM_USER."""
    with staff_scope("test: open an account"):
        Customer.objects.filter(pk=customer.pk).update(upstream_id=UPSTREAM_USER)
