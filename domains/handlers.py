"""`domain.dates`: have a domain read whose dates no event told. It makes no call itself."""

from typing import ClassVar

from accounts.tenancy import scope
from domains.models import Domain
from domains.services.refreshing import WHOLE
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Happened, NotHappened, Seen, Sent
from reseller_portal.upstream.client import Client


class AskForDates:
    repeatable: ClassVar[bool] = True
    if_failed: ClassVar[str] = "The domain stays without its dates here, until it is refreshed."

    def send(self, operation: Operation, client: Client) -> Sent:
        with scope(operation.customer_id):
            domain = Domain.objects.filter(pk=operation.payload["domain"]).first()
            if domain is not None and domain.state not in Domain.GONE and domain.expires_at is None:
                lookups.ask_anew(customer=operation.customer, kind=WHOLE, keys=[domain.name])
        return Happened()

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def settle(self, operation: Operation) -> None:
        """What was asked for is settled by its own operation."""
