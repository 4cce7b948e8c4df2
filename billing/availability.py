"""What only the upstream can say before a purchase: is the name free, what does it cost, is there a workspace on it."""

from decimal import ROUND_HALF_UP, Decimal

from billing import checking
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Happened, Lookup, Sent
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.availability import Availability as Found

SUGGESTIONS = "domain.suggestions"
AVAILABILITY = "domain.availability"
WORKSPACE = "domain.workspace"


class Suggestions(Lookup):
    """Names near a keyword. The key is the keyword."""

    def send(self, operation: Operation, client: Client) -> Sent:
        found = client.domains.suggest(operation.payload["key"])
        return Happened({"domains": [_as_answer(each) for each in found]})


class Availability(Lookup):
    """Is this very name free, and at what cost. The key is the name."""

    def send(self, operation: Operation, client: Client) -> Sent:
        return Happened(_as_answer(client.domains.check(operation.payload["key"])))

    def settle(self, operation: Operation) -> None:
        checking.note_availability(operation)


class Workspace(Lookup):
    """Does the name carry a workspace already; an order on it would fail after the charge. The key: provider, name."""

    def send(self, operation: Operation, client: Client) -> Sent:
        provider, _, name = operation.payload["key"].partition(" ")
        return Happened({"is_free": client.domains.check_workspace(name, provider=provider).is_free})

    def settle(self, operation: Operation) -> None:
        checking.note_workspace(operation)


def to_minor(amount: Decimal) -> int:
    """Dollars to cents, half up."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _as_answer(found: Found) -> dict[str, object]:
    """What is kept of an availability. A free name without a price is not for sale."""
    is_available = found.is_available and found.price is not None
    return {
        "name": found.name,
        "is_available": is_available,
        "is_premium": bool(found.is_premium),
        "cost_minor": to_minor(found.price) if found.price is not None else 0,
        "renew_minor": to_minor(found.renew_price) if found.renew_price is not None else 0,
    }
