"""Buying domains and mailboxes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from reseller_portal.upstream.reader import Reader

FINAL = {"PAID", "FAILED", "REFUND", "PARTIAL_REFUND"}


@dataclass(frozen=True)
class DomainDraft:
    """A name to register for `years`; visitors are sent to `forward_to`."""

    name: str
    years: int = 1
    forward_to: str = ""

    def wire(self) -> dict[str, Any]:
        return {"domain": self.name, "years": self.years} | ({"forwardTo": self.forward_to} if self.forward_to else {})


@dataclass(frozen=True)
class MailboxDraft:
    """A mailbox to make; `username` is the part before the @. `on_warmup` costs extra, unsaid it is off."""

    username: str
    first_name: str
    last_name: str
    profile_picture: str = ""
    on_warmup: bool | None = None

    def wire(self) -> dict[str, Any]:
        picture = {"profilePicture": self.profile_picture} if self.profile_picture else {}
        warmup = {} if self.on_warmup is None else {"onWarmup": self.on_warmup}
        return {
            "username": self.username,
            "firstName": self.first_name,
            "lastName": self.last_name,
            **picture,
            **warmup,
        }


@dataclass(frozen=True)
class GoogleOauth:
    """How Google mailboxes are handed to a sending platform."""

    route: str = ""
    client_id: str = ""
    app_name: str = ""

    def wire(self) -> dict[str, str]:
        said = {"googleOauthRoute": self.route, "clientId": self.client_id, "appName": self.app_name}
        return {key: text for key, text in said.items() if text}


@dataclass(frozen=True)
class OrderDraft:
    """Domains to register, with mailboxes on them by domain NAME. `provider`: GOOGLE or MICROSOFT.

    `auto_renew` is about the mailboxes only. `microsoft_oauth_route` is needed for Microsoft.
    `confirm=True` charges at once and leaves no id to look up when the answer is lost: draft first, then process.
    """

    domains: Sequence[DomainDraft]
    mailboxes: Mapping[str, Sequence[MailboxDraft]]
    provider: str
    auto_renew: bool = True
    billing_cycle: str = "MONTHLY"
    confirm: bool = False
    google: GoogleOauth | None = None
    microsoft_oauth_route: str = ""

    def __post_init__(self) -> None:
        _insist_on_mailboxes(self.mailboxes)
        if not self.domains:
            raise ValueError("an order needs domains")

    def wire(self) -> dict[str, Any]:
        domains = [domain.wire() for domain in self.domains]
        return {"domains": domains, **_wire(self), "autoRenew": self.auto_renew}


@dataclass(frozen=True)
class MailboxOrderDraft:
    """Mailboxes on a domain that is there, else as `OrderDraft`.

    Give `subscription_id` to add to a running one, which keeps its own renewal; `domain_id` where there is none.
    """

    mailboxes: Mapping[str, Sequence[MailboxDraft]]
    provider: str
    domain_id: str = ""
    subscription_id: str = ""
    auto_renew: bool = True
    billing_cycle: str = "MONTHLY"
    confirm: bool = False
    google: GoogleOauth | None = None
    microsoft_oauth_route: str = ""

    def __post_init__(self) -> None:
        _insist_on_mailboxes(self.mailboxes)
        if bool(self.subscription_id) == bool(self.domain_id):
            raise ValueError("either a subscription or a domain, not both")

    def wire(self) -> dict[str, Any]:
        if self.subscription_id:
            return {"subscriptionId": self.subscription_id, **_wire(self)}
        return {"domainId": self.domain_id, **_wire(self), "autoRenew": self.auto_renew}


def _insist_on_mailboxes(mailboxes: Mapping[str, Sequence[MailboxDraft]]) -> None:
    if not mailboxes or not all(mailboxes.values()):
        raise ValueError("each domain of an order needs mailboxes")


def _wire(draft: OrderDraft | MailboxOrderDraft) -> dict[str, Any]:
    """`confirm` is always said: its default is unknown, and it decides about money."""
    google = {"google": draft.google.wire()} if draft.google else {}
    microsoft = {"microsoftOauthRoute": draft.microsoft_oauth_route} if draft.microsoft_oauth_route else {}
    return {
        "mailboxes": {name: [box.wire() for box in boxes] for name, boxes in draft.mailboxes.items()},
        "billingCycle": draft.billing_cycle,
        "confirm": draft.confirm,
        "serviceProvider": draft.provider,
        **google,
        **microsoft,
    }


@dataclass(frozen=True)
class DraftedOrder:
    """An order that was made. Names in `unavailable` were left out of it: look before you process."""

    order_id: str
    unavailable: tuple[str, ...] = ()
    action_id: str | None = None


@dataclass(frozen=True)
class PlacedOrder:
    """An order that is being carried out. `was_placed_before` tells that an earlier call did it."""

    order_id: str
    action_id: str | None = None
    was_placed_before: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderedDomain:
    """`reason` says why it failed."""

    name: str
    domain_id: str = ""
    years: int | None = None
    price: Decimal | None = None
    status: str = ""
    reason: str = ""

    @classmethod
    def read(cls, found: Reader) -> "OrderedDomain":
        return cls(
            name=found.identifier("domainName"),
            domain_id=found.text_or_empty("domainId", "id"),
            years=found.maybe_whole("years"),
            price=found.maybe_money("price"),
            status=found.state_or_empty("status"),
            reason=found.text_or_empty("reason"),
        )


@dataclass(frozen=True, kw_only=True)
class OrderedMailbox:
    address: str
    mailbox_id: str = ""
    status: str = ""

    @classmethod
    def read(cls, found: Reader) -> "OrderedMailbox":
        return cls(
            address=found.identifier("email"),
            mailbox_id=found.text_or_empty("mailboxId", "id"),
            status=found.state_or_empty("status"),
        )


@dataclass(frozen=True, kw_only=True)
class Order:
    """One purchase. Only `order_id` and `status` are certain.

    `status`: PENDING (draft and under way alike), PAID, FAILED, REFUND, PARTIAL_REFUND; a new word means not finished.
    """

    order_id: str
    status: str
    user_id: str = ""
    provider: str = ""
    billing_cycle: str = ""
    auto_renew: bool | None = None
    total: Decimal | None = None
    created_at: datetime | None = None
    domains: tuple[OrderedDomain, ...] = ()
    mailboxes: tuple[OrderedMailbox, ...] = ()
    unavailable: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @classmethod
    def read(cls, found: Reader, order_id: str) -> "Order":
        return cls(
            order_id=order_id,
            status=order_state(found.state("status")),
            user_id=found.text_or_empty("userId"),
            provider=found.state_or_empty("serviceProvider"),
            billing_cycle=found.state_or_empty("billingCycle"),
            auto_renew=found.maybe_flag("autoRenew"),
            total=found.maybe_money("totalPrice"),
            created_at=found.maybe_moment("createdAt"),
            domains=tuple(OrderedDomain.read(item) for item in found.many("domains")),
            mailboxes=tuple(OrderedMailbox.read(item) for item in found.many("mailboxes")),
            unavailable=found.texts("unavailableDomains"),
        )


def order_state(word: str) -> str:
    """Two spellings of one end."""
    return "REFUND" if word == "REFUNDED" else word
