"""`order.process`: the one call that spends money, tied to an id that the upstream made."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone

from billing import settlement
from billing.availability import to_minor
from billing.deliveries import Delivery
from billing.handlers.renamed import NotClear, as_ordered
from billing.models import Item, OrderLine, OrderPart
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Accepted, CannotTell, Happened, NotHappened, Seen, Sent, StillOpen, Wait
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.orders import Order as Seen_
from reseller_portal.upstream.models.orders import OrderedDomain, OrderedMailbox

State = Operation.State
DELIVERED = {"ACTIVE"}
FAILED = {"FAILED", "REFUND", "CANCELLED"}
ENDED = {"PAID", "FAILED", "REFUND", "PARTIAL_REFUND"}
# The one failure that comes after the domain was charged (contract, quirk 14); its event may be lost.
CHARGED_ALTHOUGH = "workspace validation failed"
WALLET_WORDS = ("wallet", "balance", "fund")
WALLET_PAUSE = 60.0


class ProcessOrder:
    """After silence it looks. Sent again only with the same id, and only when nothing has shown for long."""

    repeatable: ClassVar[bool] = False
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
            if _is_about_money(refused):
                reason = f"The reseller's wallet is too low: {refused.reason}"
                raise Wait(WALLET_PAUSE, reason, on_purpose=True) from refused
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
        if order.status in ENDED and _is_over(order):
            return Happened({**answer, "status": order.status})
        return Accepted(answer)

    def answer_if_done(self, operation: Operation) -> dict[str, Any]:
        """Every open line as delivered, with what is known of it; what is not known is read afterwards."""
        known = {each["name"]: each for key in ("domains", "mailboxes") for each in operation.answer.get(key, ())}
        nothing = {"id": "", "cost_minor": None, "reason": ""}
        lines = OrderLine.objects.filter(part=operation.payload["part"]).order_by("position")
        open_lines = [line for line in lines.only("name", "item", "state") if not line.is_final]
        told = {line.name: {**nothing, **known.get(line.name, {}), "name": line.name} for line in open_lines}
        return {
            key: [{**told[line.name], "status": "ACTIVE"} for line in open_lines if line.item == item]
            for key, item in (("domains", Item.DOMAIN), ("mailboxes", Item.MAILBOX))
        }

    def settle(self, operation: Operation) -> None:
        part = (
            OrderPart.objects.select_related("order").select_for_update(of=("self",)).get(pk=operation.payload["part"])
        )
        if operation.state == State.FAILED:
            settlement.fail_part(part, operation.last_error)
        elif operation.state in {State.ACCEPTED, State.DONE}:
            settlement.start_lines(part)
            _settle_by_answer(part, operation.answer)
            if operation.state == State.DONE and "status" in operation.answer:
                settlement.fail_part(part, settlement.NOT_DELIVERED)


def _is_about_money(refused: Refused) -> bool:
    words = refused.reason.lower()
    return refused.status in {402, 422} and any(word in words for word in WALLET_WORDS)


def _shows_work(order: Seen_) -> bool:
    """Does anything tell that the draft is being processed. PENDING alone does not."""
    return (
        order.status != "PENDING"
        or any(each.domain_id for each in order.domains)
        or any(each.mailbox_id for each in order.mailboxes)
    )


def _after_silence(operation: Operation) -> Seen:
    silence = timedelta(seconds=settings.UPSTREAM_SILENCE_SECONDS)
    if operation.sent_at and timezone.now() - operation.sent_at >= silence:
        return NotHappened()
    return StillOpen()


def _is_over(order: Seen_) -> bool:
    states = {each.status for each in order.domains} | {each.status for each in order.mailboxes}
    return states <= DELIVERED | FAILED


def _domain(each: OrderedDomain) -> dict[str, Any]:
    cost = None if each.price is None else to_minor(each.price)
    return {"name": each.name, "id": each.domain_id, "status": each.status, "cost_minor": cost, "reason": each.reason}


def _mailbox(each: OrderedMailbox) -> dict[str, Any]:
    return {"name": each.address, "id": each.mailbox_id, "status": each.status}


def _settle_by_answer(part: OrderPart, answer: Mapping[str, Any]) -> None:
    for item, key in ((Item.DOMAIN, "domains"), (Item.MAILBOX, "mailboxes")):
        told = {each["name"].lower(): each for each in answer.get(key, [])}
        for line in settlement.lines_of(part).filter(item=item, name__in=told):
            _settle_line(line, told[line.name])


def _settle_line(line: OrderLine, told: Mapping[str, Any]) -> None:
    if told["status"] in DELIVERED:
        delivery = Delivery(upstream_id=told["id"], domain_id=told["id"] if line.item == Item.DOMAIN else "")
        settlement.deliver(line, delivery, cost_minor=told.get("cost_minor"))
    elif told["status"] in FAILED:
        settlement.fail(line, told.get("reason") or settlement.NOT_DELIVERED)
        if CHARGED_ALTHOUGH in (told.get("reason") or "").lower() and told.get("cost_minor") is not None:
            settlement.note_cost(line, told["cost_minor"])
