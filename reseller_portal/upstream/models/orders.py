"""Buying domains and mailboxes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from reseller_portal.upstream.reader import Reader

FINAL = {"PAID", "FAILED", "REFUND", "REFUNDED", "PARTIAL_REFUND"}


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


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """What both kinds of order share. `mailboxes` is keyed by domain NAME. `service_provider`: GOOGLE or MICROSOFT.

    `confirm=True` charges at once and leaves no id to look up when the answer is lost: draft first, then process.
    `microsoft_oauth_route` is needed for Microsoft. `auto_renew` is about the mailboxes only.
    """

    user_id: str
    mailboxes: Mapping[str, Sequence[MailboxDraft]]
    service_provider: str
    billing_cycle: str = "MONTHLY"
    confirm: bool = False
    google: GoogleOauth | None = None
    microsoft_oauth_route: str = ""
    auto_renew: bool | None = None

    def __post_init__(self) -> None:
        if not self.mailboxes or not all(self.mailboxes.values()):
            raise ValueError("each domain of an order needs mailboxes")

    def _wire(self) -> dict[str, Any]:
        """`confirm` is always said: its default is unknown, and it decides about money."""
        optional = {
            "google": self.google.wire() if self.google else None,
            "microsoftOauthRoute": self.microsoft_oauth_route or None,
            "autoRenew": self.auto_renew,
        }
        return {
            "mailboxes": {name: [box.wire() for box in boxes] for name, boxes in self.mailboxes.items()},
            "billingCycle": self.billing_cycle,
            "confirm": self.confirm,
            "serviceProvider": self.service_provider,
            **{key: value for key, value in optional.items() if value is not None},
        }


@dataclass(frozen=True, kw_only=True)
class OrderDraft(_Draft):
    """Domains to register with mailboxes on them."""

    domains: Sequence[DomainDraft]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.domains:
            raise ValueError("an order needs domains")

    def wire(self) -> dict[str, Any]:
        return {"domains": [domain.wire() for domain in self.domains], **self._wire()}


@dataclass(frozen=True, kw_only=True)
class MailboxOrderDraft(_Draft):
    """Mailboxes on a domain that is there: in its running subscription or, where that was cancelled, by `domain_id`."""

    subscription_id: str = ""
    domain_id: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.subscription_id) == bool(self.domain_id):
            raise ValueError("either a subscription or a domain, not both")

    def wire(self) -> dict[str, Any]:
        place = {"subscriptionId": self.subscription_id} if self.subscription_id else {"domainId": self.domain_id}
        return {**place, **self._wire()}


@dataclass(frozen=True, kw_only=True)
class OrderAccepted:
    """An order was made or is being carried out. `unavailable_domains` were left out of it: look before you process.

    `was_processed` tells that an earlier call did it.
    """

    order_id: str
    unavailable_domains: tuple[str, ...] = ()
    action_id: str | None = None
    was_processed: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderedDomain:
    """`reason` says why it failed."""

    name: str
    id: str | None = None
    years: int | None = None
    price: Decimal | None = None
    status: str | None = None
    reason: str | None = None

    @classmethod
    def read(cls, found: Reader) -> "OrderedDomain":
        return cls(
            name=found.identifier("domainName"),
            id=found.maybe_identifier("domainId", "id"),
            years=found.maybe_whole("years"),
            price=found.maybe_money("price"),
            status=found.maybe_text("status"),
            reason=found.maybe_text("reason"),
        )


@dataclass(frozen=True, kw_only=True)
class OrderedMailbox:
    email: str
    id: str | None = None
    status: str | None = None

    @classmethod
    def read(cls, found: Reader) -> "OrderedMailbox":
        return cls(
            email=found.identifier("email"),
            id=found.maybe_identifier("mailboxId", "id"),
            status=found.maybe_text("status"),
        )


@dataclass(frozen=True, kw_only=True)
class Order:
    """One purchase. Only `id` and `status` are certain.

    `status`: PENDING (draft and under way alike), PAID, FAILED, REFUND, PARTIAL_REFUND; a new word means not finished.
    """

    id: str
    status: str
    user_id: str | None = None
    service_provider: str | None = None
    billing_cycle: str | None = None
    auto_renew: bool | None = None
    total_price: Decimal | None = None
    created_at: datetime | None = None
    domains: tuple[OrderedDomain, ...] = ()
    mailboxes: tuple[OrderedMailbox, ...] = ()
    unavailable_domains: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @classmethod
    def read(cls, found: Reader, order_id: str) -> "Order":
        return cls(
            id=order_id,
            status=order_status(found.text("status")),
            user_id=found.maybe_identifier("userId"),
            service_provider=found.maybe_text("serviceProvider"),
            billing_cycle=found.maybe_text("billingCycle"),
            auto_renew=found.maybe_flag("autoRenew"),
            total_price=found.maybe_money("totalPrice"),
            created_at=found.maybe_moment("createdAt"),
            domains=tuple(OrderedDomain.read(item) for item in found.many("domains")),
            mailboxes=tuple(OrderedMailbox.read(item) for item in found.many("mailboxes")),
            unavailable_domains=found.texts("unavailableDomains"),
        )


def order_status(word: str) -> str:
    """The spelling on the wire is not certain: upper case with underscores, REFUND for REFUNDED."""
    status = word.strip().upper().replace(" ", "_")
    return "REFUND" if status == "REFUNDED" else status
