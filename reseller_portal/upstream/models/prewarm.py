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
    email: str
    first_name: str | None = None
    last_name: str | None = None
    created_at: datetime | None = None

    @classmethod
    def read(cls, found: Reader) -> "PrewarmedMailbox":
        return cls(
            email=found.identifier("email"),
            first_name=found.maybe_text("firstName"),
            last_name=found.maybe_text("lastName"),
            created_at=found.maybe_moment("createdAt"),
        )


@dataclass(frozen=True, kw_only=True)
class PrewarmedDomain:
    """A package on sale: both prices are for the whole of it. It may be sold before you order it."""

    domain: str
    mailboxes: tuple[PrewarmedMailbox, ...]
    purchase_price: Decimal
    renewal_price: Decimal
    service_provider: str | None = None

    @property
    def id(self) -> str:
        return self.domain

    @classmethod
    def read(cls, found: Reader) -> "PrewarmedDomain":
        if not found.has("preWarmedUpMailboxes"):
            raise found.malformed("preWarmedUpMailboxes")
        return cls(
            domain=found.identifier("domain"),
            mailboxes=tuple(PrewarmedMailbox.read(box) for box in found.many("preWarmedUpMailboxes")),
            purchase_price=found.money("purchasePrice"),
            renewal_price=found.money("renewalPrice"),
            service_provider=found.maybe_text("serviceProvider"),
        )


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

    user_id: str
    packages: Sequence[PackageDraft]
    service_provider: str
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
            "serviceProvider": self.service_provider,
            "autoRenew": self.auto_renew,
            **google,
            **microsoft,
        }
