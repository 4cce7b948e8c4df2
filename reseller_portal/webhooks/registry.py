"""Which app listens to which event. Filled in `AppConfig.ready`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Customer


@dataclass(frozen=True)
class Received:
    """An event for its handler. `data` holds the credentials again, so it never shows in a repr."""

    event_id: str
    name: str
    customer: Customer
    data: Mapping[str, Any] = field(repr=False)
    received_at: datetime = field(default_factory=timezone.now)
    attempts: int = 0

    @property
    def order_id(self) -> str:
        return str(self.data.get("orderId") or "")

    @property
    def action_id(self) -> str:
        """Ties the event to the call that caused it; "" when a clock did, or the upstream left it out."""
        return str(self.data.get("actionId") or "")


class NotYet(Exception):
    """Raised by a handler that misses something of ours which may still be committed: come back later.

    The text is shown to staff and must hold nothing secret.
    """


Owner = Callable[[Mapping[str, Any]], Customer | None]
_owners: list[Owner] = []


def find_owners_by(owner: Owner) -> None:
    """Let an app tell whose event it is that names no user, by what it names instead."""
    if owner not in _owners:
        _owners.append(owner)


def owner_of(data: Mapping[str, Any]) -> Customer | None:
    """In a staff scope."""
    return next((found for find in _owners if (found := find(data)) is not None), None)


EventHandler = Callable[[Received], None]
_handlers: dict[str, list[EventHandler]] = {}


def register(name: str, handler: EventHandler) -> None:
    """Handlers run in the customer's scope, in one transaction with the mark that the event is done."""
    if handler not in _handlers.setdefault(name, []):
        _handlers[name].append(handler)


def handlers_of(name: str) -> list[EventHandler]:
    return _handlers.get(name, [])
