"""`order.draft`: the free first half of a purchase. A lost answer leaves an orphan that is never processed."""

from collections import defaultdict
from collections.abc import Sequence
from typing import ClassVar

from django.db.models import F

from accounts.models import Customer
from accounts.tenancy import scope
from billing import failures, refused_drafts, settlement, short_wallet
from billing.handlers.about import order_of
from billing.leaving_out import draft_again, leave_out, set_apart
from billing.locks import lock_part
from billing.models import Item, Order, OrderLine, OrderPart
from billing.services.orders import open_account_if_needed, place_draft, place_pricing
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import CannotTell, Happened, NotHappened, Seen, Sent, WaitFor
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.orders import (
    DomainDraft,
    DraftedOrder,
    MailboxDraft,
    MailboxOrderDraft,
    OrderDraft,
)

State = Operation.State


class DraftOrder:
    repeatable: ClassVar[bool] = True
    if_failed: ClassVar[str] = "Its lines fail, and their money goes back to the customer. Nothing was bought."
    group: ClassVar[str] = "orders"

    def send(self, operation: Operation, client: Client) -> Sent:
        with scope(operation.customer_id):
            part = OrderPart.objects.select_related("order", "customer").get(pk=operation.payload["part"])
            lines = list(part.lines.filter(state=OrderLine.State.WAITING).order_by("position"))
            subscription_id = _subscription_of(part)
        if not part.customer.upstream_id:
            _insist_on_account(part.customer)
        try:
            drafted = _draft(client, part, lines, subscription_id)
        except Refused as refused:
            words = refused_drafts.words_of(refused)
            if not refused_drafts.names_any(lines, words) and short_wallet.is_short(operation, client, refused):
                raise short_wallet.wait_for_money(refused) from refused
            if not refused_drafts.is_about_the_order(refused):
                raise
            return Happened({"order_id": "", "unavailable": [], "refused": words})
        gone = refused_drafts.unavailable_lines(lines, drafted.unavailable)
        if drafted.unavailable and not gone:
            names = ", ".join(drafted.unavailable[:5])
            return CannotTell(f"The upstream left out {names[:200]}, which is not in this order. Compare them by hand.")
        return Happened({"order_id": drafted.order_id, "unavailable": [line.name for line in gone], "refused": ""})

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def about(self, operation: Operation) -> tuple[str, str] | None:
        return order_of(operation)

    def settle(self, operation: Operation) -> None:
        part = lock_part(operation.payload["part"])
        if operation.state == State.FAILED:
            settlement.fail_part(part, operation.last_error, is_said_by_staff=operation.is_said_by_staff)
        elif operation.state == State.DONE and not part.is_processing:
            with settlement.money_last():
                self._go_on(part, operation)

    def _go_on(self, part: OrderPart, operation: Operation) -> None:
        """What cannot be had ends here; what is left needs a draft without it."""
        if words := operation.answer.get("refused", ""):
            _take_apart(part, words)
            return
        unavailable = operation.answer["unavailable"]
        if not unavailable:
            part.upstream_order_id = operation.answer["order_id"]
            part.save(update_fields=["upstream_order_id"])
            place_pricing(part)
            return
        leave_out_taken(part, unavailable)


def leave_out_taken(part: OrderPart, names: Sequence[str]) -> None:
    """Domains that are gone fail with their mailboxes, and the rest is drafted without them; part locked."""
    taken = settlement.lines_of(part).filter(item=Item.DOMAIN, name__in=names)
    leave_out(part, list(taken), failures.UNAVAILABLE)
    draft_again(part)


def _take_apart(part: OrderPart, words: str) -> None:
    """Fail what the refusal is about, and draft the rest again, in halves while nothing tells what is wrong."""
    Order.objects.filter(pk=part.order_id).update(refusals=F("refusals") + 1)
    order = Order.objects.get(pk=part.order_id)
    lines = list(settlement.lines_of(part).filter(state=OrderLine.State.WAITING))
    if order.refusals > refused_drafts.MOST_REFUSALS:
        settlement.fail_part(part, words)
        return
    found = refused_drafts.split(part, lines, words)
    leave_out(part, found.failed, words)
    if found.apart:
        place_draft(set_apart(part, found.apart, lines))
    draft_again(part)


def _insist_on_account(customer: Customer) -> None:
    """Orders are parked behind the account: if opening it was refused, they stand with it before staff."""
    with scope(customer.pk):
        account = open_account_if_needed(customer)
    if account is not None:
        raise WaitFor(account)


def _subscription_of(part: OrderPart) -> str:
    from billing.deliveries import subscription_of_domain

    return subscription_of_domain(part.customer, part.upstream_domain_id) if part.upstream_domain_id else ""


def _draft(client: Client, part: OrderPart, lines: list[OrderLine], subscription_id: str) -> DraftedOrder:
    user_id, provider = part.customer.upstream_id, part.order.provider
    mailboxes = _mailboxes(lines)
    if not part.upstream_domain_id:
        domains = [DomainDraft(line.name) for line in lines if line.item == Item.DOMAIN]
        return client.orders.create(user_id, OrderDraft(domains, mailboxes, provider))
    domain_id = "" if subscription_id else part.upstream_domain_id
    wish = MailboxOrderDraft(mailboxes, provider, domain_id=domain_id, subscription_id=subscription_id)
    return client.orders.create_mailboxes(user_id, wish)


def _mailboxes(lines: list[OrderLine]) -> dict[str, list[MailboxDraft]]:
    wanted: dict[str, list[MailboxDraft]] = defaultdict(list)
    for line in lines:
        if line.item == Item.MAILBOX:
            username = line.name.partition("@")[0]
            wanted[line.domain_name].append(MailboxDraft(username, line.first_name, line.last_name))
    return dict(wanted)
