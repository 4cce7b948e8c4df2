"""Domains that come with mailboxes already warmed up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from reseller_portal.upstream.models.orders import GoogleOauth
from reseller_portal.upstream.reader import Reader


@dataclass(frozen=True, kw_only=True)
class PrewarmedMailbox:
    address: str
    first_name: str = ""
    last_name: str = ""
    created_at: datetime | None = None

    @classmethod
    def read(cls, found: Reader) -> "PrewarmedMailbox":
        return cls(
            address=found.identifier("email"),
            first_name=found.text_or_empty("firstName"),
            last_name=found.text_or_empty("lastName"),
            created_at=found.maybe_moment("createdAt"),
        )


@dataclass(frozen=True, kw_only=True)
class PrewarmedDomain:
    """A package on sale: both prices are for the whole of it. It may be sold before you order it.

    `unread` names the keys whose values could not be read, and count as not told. The prices must be readable.
    """

    domain_name: str
    mailboxes: tuple[PrewarmedMailbox, ...]
    purchase_price: Decimal
    renewal_price: Decimal
    provider: str = ""
    unread: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.domain_name

    @classmethod
    def read(cls, found: Reader) -> "PrewarmedDomain":
        found = found.lenient()
        if not found.has("preWarmedUpMailboxes"):
            raise found.malformed("preWarmedUpMailboxes")
        return cls(
            domain_name=found.identifier("domain"),
            mailboxes=tuple(PrewarmedMailbox.read(box) for box in found.many("preWarmedUpMailboxes")),
            purchase_price=_price(found, "purchasePrice"),
            renewal_price=_price(found, "renewalPrice"),
            provider=found.state_or_empty("serviceProvider"),
            unread=found.unread,
        )


def _price(found: Reader, key: str) -> Decimal:
    """Nobody sells for less than nothing."""
    price = found.money(key)
    if price < 0:
        raise found.malformed(key)
    return price


@dataclass(frozen=True)
class PackageDraft:
    """A package to buy; visitors of its domain are sent to `forward_to`."""

    domain: str
    forward_to: str = ""

    def wire(self) -> dict[str, str]:
        return {"domain": self.domain} | ({"forwardTo": self.forward_to} if self.forward_to else {})


@dataclass(frozen=True, kw_only=True)
class PrewarmedOrderDraft:
    """Packages of one provider. There is no draft upstream: ordering buys. `google` is whole or not there."""

    packages: Sequence[PackageDraft]
    provider: str
    auto_renew: bool
    google: GoogleOauth | None = None
    microsoft_oauth_route: str = ""

    def __post_init__(self) -> None:
        if not self.packages:
            raise ValueError("an order needs packages")
        if self.google and len(self.google.wire()) < 3:
            raise ValueError("an export to Google needs route, client id and app name")

    def wire(self) -> dict[str, Any]:
        google = {"google": self.google.wire()} if self.google else {}
        microsoft = {"microsoftOauthRoute": self.microsoft_oauth_route} if self.microsoft_oauth_route else {}
        return {
            "order": [package.wire() for package in self.packages],
            "serviceProvider": self.provider,
            "autoRenew": self.auto_renew,
            **google,
            **microsoft,
        }
