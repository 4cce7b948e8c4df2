"""`refund.watch`: whether the upstream gave back what it took for lines that failed. No event tells of it.

The contract knows no such call and no time for it: the order says so when it is read (REFUND, of itself or of a
domain). It is looked at with growing pauses for three days; what came back until then is no loss any more.
"""

from datetime import timedelta
from typing import Any, ClassVar

from accounts.tenancy import scope
from billing import settlement
from billing.handlers.about import order_of
from billing.locks import lock_part
from billing.models import Item, OrderLine, OrderPart
from billing.settlement import News
from reseller_portal.core.hostnames import ascii_name
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Accepted, Happened, Seen, Sent
from reseller_portal.upstream.client import Client

GIVEN_BACK = {"REFUND", "REFUNDED"}
# Seconds between looks, by how many there were: a day with a look an hour or less often, then every six hours.
PAUSES = (600, 1800, 3600, 3600, 7200, 7200, 14_400, 21_600)
LOOKS = 16


class WatchForRefund:
    repeatable: ClassVar[bool] = True
    if_failed: ClassVar[str] = "Nobody looks for a refund any more; what was taken stays a cost of yours."
    group: ClassVar[str] = "orders"
    normally: ClassVar[timedelta] = timedelta(hours=96)

    def send(self, operation: Operation, client: Client) -> Sent:
        return self._read(operation, client)

    def look(self, operation: Operation, client: Client) -> Seen:
        return self._read(operation, client)

    def about(self, operation: Operation) -> tuple[str, str] | None:
        return order_of(operation)

    def settle(self, operation: Operation) -> None:
        """What came back is taken out of the cost of its line."""
        back = set(operation.answer.get("given_back", ()))
        if not back:
            return
        part = lock_part(operation.payload["part"])
        rows = settlement.lines_of(part).filter(pk__in=back, state=OrderLine.State.FAILED, cost_booked_minor__gt=0)
        settlement.settle(part, {line: News(cost_minor=0, is_cost_returned=True) for line in rows})

    def _read(self, operation: Operation, client: Client) -> Accepted | Happened:
        with scope(operation.customer_id):
            part = OrderPart.objects.get(pk=operation.payload["part"])
            lines = list(_lost_lines(part))
        order = client.orders.get(operation.customer.upstream_id, part.upstream_order_id)
        names = {ascii_name(each.name) for each in order.domains if each.status in GIVEN_BACK}
        back = [line.pk for line in lines if order.status in GIVEN_BACK or _is_domain_in(line, names)]
        answer: dict[str, Any] = {"given_back": back}
        if len(back) == len(lines) or operation.looks >= LOOKS:
            return Happened(answer)
        return Accepted(answer, look_in=float(PAUSES[min(operation.looks, len(PAUSES) - 1)]))


def _lost_lines(part: OrderPart) -> Any:
    return part.lines.filter(state=OrderLine.State.FAILED, cost_booked_minor__gt=0)


def _is_domain_in(line: OrderLine, names: set[str]) -> bool:
    return line.item == Item.DOMAIN and ascii_name(line.name) in names
