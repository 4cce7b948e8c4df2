"""`order.end`: fail what is left of a large part, some hundred lines in a transaction. It makes no call."""

from typing import ClassVar

from accounts.tenancy import scope
from billing import settlement
from billing.handlers.about import order_of
from billing.models import OrderPart
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Happened, NotHappened, Seen, Sent
from reseller_portal.upstream.client import Client


class EndLines:
    """That they fail was decided before; whoever dies in between has failed some, and goes on."""

    repeatable: ClassVar[bool] = True
    makes_calls: ClassVar[bool] = False
    if_failed: ClassVar[str] = "The lines stay open until the money of the order is given back on its page."

    def send(self, operation: Operation, client: Client) -> Sent:
        while _end_some(operation):
            pass
        return Happened()

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def about(self, operation: Operation) -> tuple[str, str] | None:
        return order_of(operation)

    def settle(self, operation: Operation) -> None:
        """Every line was settled when it was failed."""


def _end_some(operation: Operation) -> bool:
    """Whether there was something to end."""
    reason = operation.payload["reason"]
    with scope(operation.customer_id):
        part = settlement.lock_again(OrderPart.objects.get(pk=operation.payload["part"]))
        if not settlement.count_doomed(part, reason):
            return False
        settlement.end_some(part, reason, is_said_by_staff=operation.payload.get("is_said_by_staff", False))
    return True
