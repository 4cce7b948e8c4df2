"""Orders: a purchase in two calls. A draft is free; processing it is the one call that spends money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from reseller_portal.upstream.calls import Caller
from reseller_portal.upstream.errors import Malformed, Refused
from reseller_portal.upstream.reading import Fields, data_of

ALREADY_PROCESSED = {409, 422}


@dataclass(frozen=True)
class MailboxDraft:
    username: str
    first_name: str
    last_name: str

    def as_body(self) -> dict[str, str]:
        return {"username": self.username, "firstName": self.first_name, "lastName": self.last_name}


@dataclass(frozen=True)
class OrderDraft:
    """New domains, each for `years`, with the mailboxes on them by domain name. `provider`: GOOGLE or MICROSOFT."""

    domains: Sequence[str]
    mailboxes: Mapping[str, Sequence[MailboxDraft]]
    provider: str
    years: int = 1
    auto_renew: bool = True
    billing_cycle: str = "MONTHLY"


@dataclass(frozen=True)
class MailboxOrderDraft:
    """Mailboxes on an owned domain: `domain_id` for a first workspace, `subscription_id` to add to one; never both."""

    mailboxes: Mapping[str, Sequence[MailboxDraft]]
    provider: str
    domain_id: str = ""
    subscription_id: str = ""
    auto_renew: bool = True
    billing_cycle: str = "MONTHLY"

    def __post_init__(self) -> None:
        if bool(self.domain_id) == bool(self.subscription_id):
            raise ValueError("give either domain_id or subscription_id")


@dataclass(frozen=True)
class DraftedOrder:
    """Names in `unavailable` would not be delivered: drop the draft and correct the wish."""

    order_id: str
    unavailable: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrderedDomain:
    name: str
    domain_id: str
    status: str
    price: Decimal | None
    reason: str


@dataclass(frozen=True)
class OrderedMailbox:
    address: str
    mailbox_id: str
    status: str


@dataclass(frozen=True)
class Order:
    """`status` is upper case with underscores; PENDING is a draft as well as an order at work."""

    order_id: str
    status: str
    domains: tuple[OrderedDomain, ...] = ()
    mailboxes: tuple[OrderedMailbox, ...] = ()
    total: Decimal | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Orders:
    """Group `orders` of the API."""

    caller: Caller

    def create(self, user_id: str, draft: OrderDraft) -> DraftedOrder:
        """Make a draft, which is not processed and free: `confirm` is always sent, and false. Evidence: secondary."""
        if not draft.domains:
            raise ValueError("an order of new domains needs at least one")
        body = {"domains": [{"domain": name, "years": draft.years} for name in draft.domains], **_shared(draft)}
        return self._draft("create_order", user_id, body)

    def create_mailboxes(self, user_id: str, draft: MailboxOrderDraft) -> DraftedOrder:
        """Make a draft for mailboxes on an owned domain; `confirm` is false as above. Evidence: secondary."""
        if draft.subscription_id:
            body = {"subscriptionId": draft.subscription_id, **_shared(draft)}
            body.pop("autoRenew")
        else:
            body = {"domainId": draft.domain_id, **_shared(draft)}
        return self._draft("create_mailbox_order", user_id, body)

    def process(self, user_id: str, order_id: str) -> None:
        """Spend the money for this draft. Returning means queued. A second call for one id counts as the first.

        After `Unreachable` it may have happened: look at `get` before calling again. Evidence: assumed.
        """
        try:
            self.caller.call("process_order", query={"userId": user_id}, body={"orderId": order_id})
        except Refused as refused:
            if refused.status not in ALREADY_PROCESSED or "already" not in refused.reason.lower():
                raise

    def get(self, user_id: str, order_id: str) -> Order:
        """The whole order, as far as the upstream tells. Evidence: assumed."""
        return self._read("get_order", user_id, order_id)

    def status(self, user_id: str, order_id: str) -> Order:
        """The state of an order and of its parts; a bare word in `data` is read too. Evidence: secondary."""
        return self._read("get_order_status", user_id, order_id)

    def _draft(self, operation: str, user_id: str, body: Mapping[str, Any]) -> DraftedOrder:
        data = data_of(operation, self.caller.call(operation, query={"userId": user_id}, body=body))
        return DraftedOrder(order_id=data.text("orderId"), unavailable=data.texts("unavailableDomains"))

    def _read(self, operation: str, user_id: str, order_id: str) -> Order:
        envelope = self.caller.call(operation, query={"userId": user_id, "orderId": order_id})
        if isinstance(envelope.get("data"), str):
            return Order(order_id=order_id, status=_word(envelope["data"]))
        order = _order(data_of(operation, envelope))
        if order.order_id != order_id:
            raise Malformed(operation, "orderId")
        return order


def _shared(draft: OrderDraft | MailboxOrderDraft) -> dict[str, Any]:
    return {
        "mailboxes": {name: [each.as_body() for each in wanted] for name, wanted in draft.mailboxes.items()},
        "billingCycle": draft.billing_cycle,
        "confirm": False,
        "serviceProvider": draft.provider,
        "autoRenew": draft.auto_renew,
    }


def _order(fields: Fields) -> Order:
    return Order(
        order_id=fields.text("orderId"),
        status=_word(fields.text("status")),
        domains=tuple(_ordered_domain(each) for each in fields.objects_or_none("domains")),
        mailboxes=tuple(_ordered_mailbox(each) for each in fields.objects_or_none("mailboxes")),
        total=fields.money_or_none("totalPrice"),
    )


def _ordered_domain(fields: Fields) -> OrderedDomain:
    return OrderedDomain(
        name=fields.text("domainName", "domain"),
        domain_id=fields.text_or_empty("domainId", "id"),
        status=_word(fields.text_or_empty("status")),
        price=fields.money_or_none("price"),
        reason=fields.text_or_empty("reason"),
    )


def _ordered_mailbox(fields: Fields) -> OrderedMailbox:
    return OrderedMailbox(
        address=fields.text("email"),
        mailbox_id=fields.text_or_empty("mailboxId", "id"),
        status=_word(fields.text_or_empty("status")),
    )


def _word(text: str) -> str:
    word = text.strip().upper().replace(" ", "_")
    return "REFUND" if word == "REFUNDED" else word
