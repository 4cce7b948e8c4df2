"""`order.price`: what a drafted order costs at this moment, read before the paying call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone

from accounts.models import Customer
from accounts.tenancy import scope
from billing import price_changes, settlement
from billing.availability import AVAILABILITY, READING_PRICES, is_amount, to_minor
from billing.deliveries import subscription_of_domain
from billing.handlers.about import order_of
from billing.handlers.drafts import leave_out_taken
from billing.locks import lock_part
from billing.models import Item, OrderLine, OrderPart
from reseller_portal.core.hostnames import ascii_name
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import CannotTell, Happened, NotHappened, Seen, Sent, Wait, WaitForAnswers
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.orders import Order as Drafted

State = Operation.State
# So many names are asked for again however recent their prices are, as that takes three seconds at most.
FEW_NAMES = 10


@dataclass(frozen=True)
class Wish:
    """What is still to be paid for in one part of an order."""

    part: OrderPart
    lines: Sequence[OrderLine]
    subscription_id: str

    @property
    def domains(self) -> list[OrderLine]:
        return [line for line in self.lines if line.item == Item.DOMAIN]

    @property
    def names(self) -> list[str]:
        return [line.name for line in self.domains]


class ReadPrice:
    """The draft tells its total where the upstream does; where it is silent, each name is asked for once more.

    Of many names whose prices were read moments ago, one of each ending and price is asked, as prices move by ending:
    where it has moved, all are asked.
    """

    repeatable: ClassVar[bool] = True
    if_done: ClassVar[str] = "It is paid at the costs that the customer's price was made from."
    if_failed: ClassVar[str] = "Its lines fail, and their money goes back to the customer. Nothing was bought."
    group: ClassVar[str] = "orders"

    def send(self, operation: Operation, client: Client) -> Sent:
        wish = _wish(operation)
        asked = [name for name in operation.answer.get("asked", ()) if name in set(wish.names)]
        if asked:
            return _judge(operation, wish, asked)
        if spots := _spots(wish):
            raise _ask(operation, spots)
        drafted = client.orders.get(operation.customer.upstream_id, wish.part.upstream_order_id)
        total = _minor(drafted.total)
        if total == sum(line.cost_minor for line in wish.lines):
            return Happened({"costs": {}})
        domains = _domain_costs(wish.names, drafted)
        if len(domains) < len(wish.names):
            raise _ask(operation, wish.names)
        if total is None and wish.subscription_id:
            cost = _mailbox_cost(client, operation.customer, wish.subscription_id)
            return Happened({"costs": _costs_on(wish.lines, cost)})
        return _happened(wish.lines, domains, total)

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def about(self, operation: Operation) -> tuple[str, str] | None:
        return order_of(operation)

    def answer_if_done(self, operation: Operation) -> dict[str, Any]:
        return {"costs": {}}

    def settle(self, operation: Operation) -> None:
        """Pay, or ask the customer first; what was taken meanwhile is drafted without. Refused, nothing is bought."""
        part = lock_part(operation.payload["part"])
        if part.is_processing or not operation.is_final:
            return
        if operation.state == State.FAILED:
            settlement.fail_part(part, operation.last_error, is_said_by_staff=operation.is_said_by_staff)
        elif taken := operation.answer.get("taken"):
            leave_out_taken(part, taken)
        else:
            costs = {int(number): cost for number, cost in operation.answer["costs"].items()}
            price_changes.go_on(part, costs)


def _wish(operation: Operation) -> Wish:
    customer = operation.customer
    with scope(customer.pk):
        part = OrderPart.objects.get(pk=operation.payload["part"])
        lines = list(part.lines.filter(state=OrderLine.State.WAITING).order_by("position"))
        owned = part.upstream_domain_id
        return Wish(part, lines, subscription_of_domain(customer, owned) if owned else "")


def _spots(wish: Wish) -> list[str]:
    """One name of each ending and cost, where there are many names and all of their costs were read moments ago.

    A premium name has a cost of its own, so it is one of them.
    """
    fresh = timezone.now() - timedelta(seconds=settings.PRICE_FRESH_SECONDS)
    is_fresh = all(line.cost_read_at is not None and line.cost_read_at > fresh for line in wish.domains)
    if len(wish.domains) <= FEW_NAMES or not is_fresh:
        return []
    return list({(line.name.rpartition(".")[2], line.cost_minor): line.name for line in wish.domains}.values())


def _ask(operation: Operation, names: Sequence[str]) -> Wait:
    """Ask what these names cost now, and wait for the answers."""
    age = max(timezone.now() - operation.placed_at, timedelta(0))
    with scope(operation.customer_id):
        lookups.ask(
            customer=operation.customer, kind=AVAILABILITY, keys=names, fresh=age, priority=Operation.Priority.PURCHASE
        )
    _note_asked(operation, names)
    return _until_answered(names)


def _until_answered(names: Sequence[str]) -> Wait:
    return WaitForAnswers(READING_PRICES, kind=AVAILABILITY, keys=names)


def _note_asked(operation: Operation, names: Sequence[str]) -> None:
    """What was asked is known the next time, so that the draft is not read again."""
    operation.answer = {**operation.answer, "asked": list(names)}
    with scope(operation.customer_id):
        Operation.objects.filter(pk=operation.pk).update(answer=operation.answer)


def _forget(operation: Operation, names: Sequence[str]) -> None:
    """Answers that told no price: they are asked for anew when somebody has it checked again."""
    _note_asked(operation, [])
    with scope(operation.customer_id):
        lookups.forget(customer=operation.customer, kinds=[AVAILABILITY], keys=names)


def _judge(operation: Operation, wish: Wish, asked: Sequence[str]) -> Sent:
    """By the answers about the names that were asked for. Raises `Wait` as long as some are missing."""
    with scope(operation.customer_id):
        answers = {row.key: row for row in lookups.find(customer=operation.customer, kind=AVAILABILITY, keys=asked)}
    if any(name not in answers or _ended_before(answers[name], operation) for name in asked):
        raise _ask(operation, asked)
    if any(not _has_ended(row) for row in answers.values()):
        raise _until_answered(asked)
    costs = {name: row.answer.get("cost_minor") for name, row in answers.items() if row.state == State.DONE}
    unread = [name for name in asked if costs.get(name) is None]
    taken = [name for name in unread if answers[name].state == State.DONE and answers[name].answer.get("is_taken")]
    if taken:
        return Happened({"costs": {}, "taken": taken})
    if unread:
        _forget(operation, unread)
        return CannotTell(f"The price of {unread[0]} could not be read before it is paid.")
    known = {name: cost for name, cost in costs.items() if cost is not None}
    if len(known) == len(wish.names):
        return _happened(wish.lines, known, None)
    if any(known.get(line.name, line.cost_minor) != line.cost_minor for line in wish.domains):
        raise _ask(operation, wish.names)
    return Happened({"costs": {}})


def _has_ended(row: Operation) -> bool:
    return row.is_final or row.state == State.NEEDS_PERSON


def _ended_before(row: Operation, operation: Operation) -> bool:
    """An answer from before the draft tells nothing of the price now."""
    return row.is_final and (row.finished_at is None or row.finished_at < operation.placed_at)


def _minor(amount: Decimal | None) -> int | None:
    """In cents; a draft that says 0 says nothing."""
    return to_minor(amount) if is_amount(amount) and amount > 0 else None


def _domain_costs(names: Sequence[str], drafted: Drafted) -> dict[str, int]:
    told = {ascii_name(each.name): _minor(each.price) for each in drafted.domains}
    return {name: cost for name in names if (cost := told.get(ascii_name(name))) is not None}


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
