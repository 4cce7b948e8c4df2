"""`order.process`: the one call that spends money, tied to an id that the upstream made."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone

from accounts.tenancy import scope
from billing import settlement, short_wallet
from billing.availability import to_minor
from billing.deliveries import Delivery
from billing.handlers.about import order_of
from billing.handlers.renamed import NotClear, as_ordered
from billing.locks import lock_part
from billing.models import Item, OrderLine, OrderPart
from billing.settlement import News
from reseller_portal.core.hostnames import ascii_address
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Accepted, CannotTell, Happened, NotHappened, Seen, Sent, StillOpen
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.orders import Order as Seen_
from reseller_portal.upstream.models.orders import OrderedDomain, OrderedMailbox

State = Operation.State
# What was registered and is being renewed, or was not renewed yet, has been delivered.
DELIVERED = {"ACTIVE", "RENEWING", "GRACE_PERIOD"}
FAILED = {"FAILED", "REFUND"}
# Removed, cancelled or run out while the order was under way: it will not be handed over any more.
GONE = {"REMOVED", "CANCELLED", "EXPIRED", "TRANSFERRED", "INACTIVE"}
FINAL = DELIVERED | FAILED | GONE
ENDED = {"PAID", "FAILED", "REFUND", "PARTIAL_REFUND"}
# The order itself says that nothing of it was delivered. The other ends say nothing of what they do not list.
NOTHING_CAME = {"FAILED", "REFUND"}
# The one failure that comes after the domain was charged (contract, quirk 14); its event may be lost.
CHARGED_ALTHOUGH = "workspace validation failed"
# Where an answer tells of each item.
KEYS = ((Item.DOMAIN, "domains"), (Item.MAILBOX, "mailboxes"))
NO_LONGER_THERE = "It was removed at the provider before it was delivered."


class ProcessOrder:
    """After silence it looks. Sent again only with the same id, and only when nothing has shown for long."""

    repeatable: ClassVar[bool] = False
    is_purchase: ClassVar[bool] = True
    if_done: ClassVar[str] = "Its open lines count as delivered, and are charged to the customer."
    if_failed: ClassVar[str] = (
        "Its open lines fail, and their money goes back to the customer. What the upstream took for them, if it did,"
        " stays a cost of yours: compare the order there first."
    )
    group: ClassVar[str] = "orders"
    # A purchase without a trace is left undecided for an hour, and workspaces of some providers take hours.
    normally: ClassVar[timedelta] = timedelta(hours=4)

    def send(self, operation: Operation, client: Client) -> Sent:
        try:
            client.orders.process(operation.customer.upstream_id, operation.payload["order_id"])
        except Refused as refused:
            is_short = short_wallet.is_short(operation, client, refused)
            if operation.attempts > 1:
                # The first one may have happened, whatever the words for the second: the order tells.
                return Accepted({"refused": refused.reason, "is_short": is_short})
            if is_short:
                raise short_wallet.wait_for_money(refused) from refused
            raise
        return Accepted()

    def look(self, operation: Operation, client: Client) -> Seen:
        order = client.orders.get(operation.customer.upstream_id, operation.payload["order_id"])
        if not _shows_work(order):
            return _after_silence(operation)
        try:
            mailboxes = as_ordered(operation, order.mailboxes)
        except NotClear as several:
            return CannotTell(str(several))
        answer = {
            "domains": [_domain(each) for each in order.domains],
            "mailboxes": [_mailbox(each) for each in mailboxes],
        }
        _settle_ahead(operation, answer)
        if order.status in ENDED and _is_over(operation, order.status, answer):
            return Happened({**answer, "status": order.status})
        return Accepted(answer)

    def answer_if_done(self, operation: Operation) -> dict[str, Any] | None:
        """Every open line as delivered, with what is known of it; all of it is read afterwards.

        None of a row that names no part: nobody can say what it bought.
        """
        if "part" not in operation.payload:
            return None
        rows = OrderLine.objects.filter(part=operation.payload["part"], state__in=settlement.OPEN)
        lines = list(rows.order_by("position").only("name", "item", "state"))
        told = _told(operation.answer)
        return {"status": "PAID"} | {
            key: [_as_delivered(line, told) for line in lines if line.item == item] for item, key in KEYS
        }

    def about(self, operation: Operation) -> tuple[str, str] | None:
        return order_of(operation)

    def settle(self, operation: Operation) -> None:
        """Closed from outside, by the event that ended the last line, it brings nothing new: its answer is older."""
        answer = operation.answer
        is_read = bool({"domains", "status"} & set(answer))
        part = lock_part(operation.payload["part"])
        if operation.state == State.FAILED:
            settlement.fail_part(part, operation.last_error, is_said_by_staff=operation.is_said_by_staff)
        elif operation.state == State.ACCEPTED and (is_read or "refused" not in answer):
            settlement.start_lines(part)
            _settle(part, answer)
        elif operation.state == State.DONE and "status" in answer:
            with settlement.money_last():
                _settle(part, answer)
                if answer["status"] in NOTHING_CAME:
                    settlement.fail_part(part, settlement.NOT_DELIVERED)


def said_by_staff(operation: Operation, line: OrderLine) -> News:
    """The line as delivered, with what the upstream told of it so far."""
    told = _as_delivered(line, _told(operation.answer))
    return News(_delivery(line, told), cost_minor=told["cost_minor"])


def _shows_work(order: Seen_) -> bool:
    """Does anything tell that the draft is being processed. PENDING alone does not."""
    return (
        order.status != "PENDING"
        or any(each.domain_id for each in order.domains)
        or any(each.mailbox_id for each in order.mailboxes)
    )


def _after_silence(operation: Operation) -> Seen:
    silence = timedelta(seconds=settings.UPSTREAM_SILENCE_SECONDS)
    if not operation.sent_at or timezone.now() - operation.sent_at < silence:
        return StillOpen()
    if operation.answer.get("refused") and not operation.answer.get("is_short"):
        return CannotTell(f"It was refused when it was sent again, and shows no work: {operation.answer['refused']}")
    return NotHappened()


def _is_over(operation: Operation, status: str, answer: Mapping[str, Any]) -> bool:
    """Whether the answer names an end of every line that is open here. What it does not list is not over."""
    told = _told(answer)
    with scope(operation.customer_id):
        rows = OrderLine.objects.filter(part=operation.payload["part"], state__in=settlement.OPEN)
        lines = list(rows.values_list("item", "name", "domain_name"))
    return all(
        _has_end(told.get((item, name)), told.get((Item.DOMAIN, domain)), status) for item, name, domain in lines
    )


def _has_end(line: Mapping[str, Any] | None, domain: Mapping[str, Any] | None, status: str) -> bool:
    """Of one line, by what is said of it, else of its domain, else of the whole order."""
    if line is not None:
        return line["status"] in FINAL
    return status in NOTHING_CAME or (domain is not None and domain["status"] in FAILED | GONE)


def _domain(each: OrderedDomain) -> dict[str, Any]:
    cost = None if each.price is None else to_minor(each.price)
    return {"name": each.name, "id": each.domain_id, "status": each.status, "cost_minor": cost, "reason": each.reason}


def _mailbox(each: OrderedMailbox) -> dict[str, Any]:
    return {"name": each.address, "id": each.mailbox_id, "status": each.status}


def _told(answer: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """What the answer says of each thing, by item and name: domains first."""
    return {(item, ascii_address(each["name"])): each for item, key in KEYS for each in answer.get(key, [])}


def _as_delivered(line: OrderLine, told: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, Any]:
    """As staff say of an open line."""
    known = told.get((line.item, line.name), {})
    return {"id": "", "cost_minor": None, "reason": "", **known, "name": line.name, "status": "ACTIVE", "unseen": True}


def _delivery(line: OrderLine, told: Mapping[str, Any]) -> Delivery:
    domain_id = told["id"] if line.item == Item.DOMAIN else ""
    return Delivery(upstream_id=told["id"], domain_id=domain_id, is_unseen=bool(told.get("unseen")))


def _settle_ahead(operation: Operation, answer: Mapping[str, Any]) -> None:
    """Most of a large order is settled in transactions of its own; what is left is for `settle`.

    Whoever dies in between has settled some lines and looks again.
    """
    ended = {key: told for key, told in _told(answer).items() if told["status"] in FINAL}
    with scope(operation.customer_id):
        rows = OrderLine.objects.filter(part=operation.payload["part"], state__in=settlement.OPEN)
        # By kind, domains first: what belongs to one kind alone is then written once for a whole chunk.
        still_open = [key for key in rows.order_by("item", "position").values_list("item", "name") if key in ended]
    for start in range(0, len(still_open) - settlement.LINES_AT_ONCE, settlement.LINES_AT_ONCE):
        chunk = {key: ended[key] for key in still_open[start : start + settlement.LINES_AT_ONCE]}
        with scope(operation.customer_id):
            # The operation first, as everybody locks.
            Operation.objects.select_for_update().get(pk=operation.pk)
            _settle_told(lock_part(operation.payload["part"]), chunk)


def _settle(part: OrderPart, answer: Mapping[str, Any]) -> None:
    _settle_told(part, _told(answer))


def _settle_told(part: OrderPart, told: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    lines = settlement.lines_of(part).filter(name__in={name for _, name in told})
    found = [(line, told[line.item, line.name]) for line in lines if (line.item, line.name) in told]
    news = {line: _news_of(line, each) for line, each in found}
    settlement.settle(part, {line: each for line, each in news.items() if each is not None})


def _news_of(line: OrderLine, told: Mapping[str, Any]) -> News | None:
    status, cost, reason = told["status"], told.get("cost_minor"), told.get("reason") or settlement.NOT_DELIVERED
    if status in DELIVERED:
        return News(_delivery(line, told), cost_minor=cost)
    if status in FAILED:
        is_charged = CHARGED_ALTHOUGH in reason.lower()
        return News(reason=reason, cost_minor=cost if is_charged else None)
    if status in GONE and not line.is_final:
        # The customer never had it, so the money goes back; what was made was paid for, and staff see that loss.
        spent = line.cost_minor if cost is None else cost
        return News(reason=NO_LONGER_THERE, cost_minor=spent if told["id"] else None)
    return None
