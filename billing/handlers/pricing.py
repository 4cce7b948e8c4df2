"""`order.price`: what a drafted order costs at this moment, read before the paying call."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from django.utils import timezone

from accounts.models import Customer
from accounts.tenancy import scope
from billing import price_changes
from billing.availability import AVAILABILITY, READING_PRICES, is_amount, to_minor
from billing.deliveries import subscription_of_domain
from billing.handlers.about import order_of
from billing.handlers.drafts import leave_out_taken
from billing.models import Item, OrderLine, OrderPart
from reseller_portal.core.hostnames import ascii_name
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import CannotTell, Happened, NotHappened, Seen, Sent, Wait
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.orders import Order as Drafted

State = Operation.State
# Answers wake the operation that waits for them; this is for one that did not.
ANSWERS_PAUSE = 5.0


class ReadPrice:
    """The draft tells its total where the upstream does; where it is silent, each name is asked for once more."""

    repeatable: ClassVar[bool] = True
    group: ClassVar[str] = "orders"

    def send(self, operation: Operation, client: Client) -> Sent:
        customer = operation.customer
        with scope(customer.pk):
            part = OrderPart.objects.get(pk=operation.payload["part"])
            lines = list(part.lines.filter(state=OrderLine.State.WAITING).order_by("position"))
            subscription_id = (
                subscription_of_domain(customer, part.upstream_domain_id) if part.upstream_domain_id else ""
            )
        names = [line.name for line in lines if line.item == Item.DOMAIN]
        if names and (answers := _answered_since(operation, names)):
            # The draft told nothing when it was read: that is why the names were asked for.
            return _outcome(lines, answers)
        drafted = client.orders.get(customer.upstream_id, part.upstream_order_id)
        total = _minor(drafted.total)
        if total == sum(line.cost_minor for line in lines):
            return Happened({"costs": {}})
        domains = _domain_costs(names, drafted)
        if len(domains) < len(names):
            _ask_again(operation, names)
            raise Wait(ANSWERS_PAUSE, READING_PRICES)
        if total is None and subscription_id:
            return Happened({"costs": _costs_on(lines, _mailbox_cost(client, customer, subscription_id))})
        return _happened(lines, domains, total)

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def about(self, operation: Operation) -> tuple[str, str] | None:
        return order_of(operation)

    def settle(self, operation: Operation) -> None:
        """Pay, or ask the customer first; what was taken meanwhile is drafted without."""
        part = OrderPart.objects.select_for_update().get(pk=operation.payload["part"])
        if operation.state != State.DONE or part.is_processing:
            return
        if taken := operation.answer.get("taken"):
            leave_out_taken(part, taken)
        else:
            costs = {int(number): cost for number, cost in operation.answer["costs"].items()}
            price_changes.go_on(part, costs)


def _minor(amount: Decimal | None) -> int | None:
    """In cents; a draft that says 0 says nothing."""
    return to_minor(amount) if is_amount(amount) and amount > 0 else None


def _domain_costs(names: Sequence[str], drafted: Drafted) -> dict[str, int]:
    told = {ascii_name(each.name): _minor(each.price) for each in drafted.domains}
    return {name: cost for name in names if (cost := told.get(ascii_name(name))) is not None}


def _ask_again(operation: Operation, names: Sequence[str]) -> None:
    age = max(timezone.now() - operation.placed_at, timedelta(0))
    with scope(operation.customer_id):
        lookups.ask(
            customer=operation.customer, kind=AVAILABILITY, keys=names, fresh=age, priority=Operation.Priority.PURCHASE
        )


def _answered_since(operation: Operation, names: Sequence[str]) -> dict[str, Operation]:
    """The answer about each name; empty until all of them were answered after the draft."""
    with scope(operation.customer_id):
        rows = lookups.find(customer=operation.customer, kind=AVAILABILITY, keys=names)
    ended = {row.key: row for row in rows if _ended_after(row, operation)}
    return ended if len(ended) == len(names) else {}


def _ended_after(row: Operation, operation: Operation) -> bool:
    if row.state == State.NEEDS_PERSON:
        return True
    return row.is_final and row.finished_at is not None and row.finished_at >= operation.placed_at


def _outcome(lines: Sequence[OrderLine], answers: Mapping[str, Operation]) -> Sent:
    costs = {name: row.answer.get("cost_minor") for name, row in answers.items() if row.state == State.DONE}
    unread = [name for name in answers if costs.get(name) is None]
    taken = [name for name in unread if answers[name].state == State.DONE and answers[name].answer.get("is_taken")]
    if taken:
        return Happened({"costs": {}, "taken": taken})
    if unread:
        return CannotTell(f"The price of {unread[0]} could not be read before it is paid.")
    return _happened(lines, {name: cost for name, cost in costs.items() if cost is not None}, None)


def _happened(lines: Sequence[OrderLine], domains: Mapping[str, int], total: int | None) -> Sent:
    return Happened({"costs": {str(line.pk): cost for line, cost in _costs(lines, domains, total)}})


def _mailbox_cost(client: Client, customer: Customer, subscription_id: str) -> int | None:
    """What one mailbox of the customer's subscription costs now; None where the upstream does not know it."""
    found = client.subscriptions.list(subscription_id=subscription_id).items
    ours = [each for each in found if each.id == subscription_id and each.user_id == customer.upstream_id]
    return to_minor(ours[0].price_per_mailbox) if ours and is_amount(ours[0].price_per_mailbox) else None


def _costs_on(lines: Sequence[OrderLine], cost_minor: int | None) -> dict[str, int]:
    return {} if cost_minor is None else {str(line.pk): cost_minor for line in lines}


def _costs(lines: Sequence[OrderLine], domains: Mapping[str, int], total: int | None) -> list[tuple[OrderLine, int]]:
    """The cost of each line now. What the total leaves for mailboxes is shared by them."""
    boxes = [line for line in lines if line.item == Item.MAILBOX]
    found = [(line, domains[line.name]) for line in lines if line.item == Item.DOMAIN]
    rest = None if total is None else total - sum(cost for _, cost in found)
    if rest is None or rest < 0 or not boxes:
        return found
    share, more = divmod(rest, len(boxes))
    return found + [(line, share + (number < more)) for number, line in enumerate(boxes)]
