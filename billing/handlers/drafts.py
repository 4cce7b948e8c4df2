"""`order.draft`: the free first half of a purchase. A lost answer leaves an orphan that is never processed."""

from collections import defaultdict
from typing import ClassVar

from accounts.models import Customer
from accounts.tenancy import scope
from billing import settlement
from billing.models import Item, OrderLine, OrderPart
from billing.services.orders import open_account_if_needed, place_draft, place_processing
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Happened, NotHappened, Seen, Sent, WaitFor
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.orders import (
    DomainDraft,
    DraftedOrder,
    MailboxDraft,
    MailboxOrderDraft,
    OrderDraft,
)

UNAVAILABLE = "The name was taken before the order reached the registry."
State = Operation.State


class DraftOrder:
    repeatable: ClassVar[bool] = True
    group: ClassVar[str] = "orders"

    def send(self, operation: Operation, client: Client) -> Sent:
        with scope(operation.customer_id):
            part = OrderPart.objects.select_related("order", "customer").get(pk=operation.payload["part"])
            lines = list(part.lines.filter(state=OrderLine.State.WAITING).order_by("position"))
            subscription_id = _subscription_of(part)
        if not part.customer.upstream_id:
            _insist_on_account(part.customer)
        drafted = _draft(client, part, lines, subscription_id)
        return Happened({"order_id": drafted.order_id, "unavailable": list(drafted.unavailable)})

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def settle(self, operation: Operation) -> None:
        part = OrderPart.objects.select_for_update().get(pk=operation.payload["part"])
        if operation.state == State.FAILED:
            settlement.fail_part(part, operation.last_error)
        elif operation.state == State.DONE and not part.is_processing:
            self._go_on(part, operation)

    def _go_on(self, part: OrderPart, operation: Operation) -> None:
        """Names that are not to be had end here; what is left needs a draft without them."""
        unavailable = {name.lower() for name in operation.answer["unavailable"]}
        if not unavailable:
            part.upstream_order_id = operation.answer["order_id"]
            part.is_processing = True
            part.save(update_fields=["upstream_order_id", "is_processing"])
            place_processing(part)
            return
        for line in settlement.lines_of(part).filter(item=Item.DOMAIN, name__in=unavailable):
            settlement.fail(line, UNAVAILABLE)
        if part.lines.filter(state=OrderLine.State.WAITING).exists():
            part.drafts += 1
            part.save(update_fields=["drafts"])
            place_draft(part)


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
