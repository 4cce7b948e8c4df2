"""Renewing domains by the year."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reseller_portal.upstream.reader import Reader


@dataclass(frozen=True, kw_only=True)
class RenewalQuote:
    """The price of keeping a domain for `years` more, beyond `expires_at`."""

    domain: str
    domain_id: str
    years: int
    price: Decimal
    expires_at: datetime
    auto_renew: bool

    @classmethod
    def read(cls, found: Reader) -> "RenewalQuote":
        return cls(
            domain=found.identifier("domainName"),
            domain_id=found.identifier("domainId", "id"),
            years=found.whole("years"),
            price=found.money("renewalPrice"),
            expires_at=found.moment("expireOn"),
            auto_renew=found.flag("autoRenew"),
        )


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """A renewal that was queued. Only `domain` and `domain_id` are certain; `expires_at` may still be the old date."""

    domain: str
    domain_id: str
    years: int | None = None
    price: Decimal | None = None
    status: str = ""
    expires_at: datetime | None = None

    @classmethod
    def read(cls, found: Reader) -> "Renewal":
        return cls(
            domain=found.identifier("domainName"),
            domain_id=found.identifier("domainId", "id"),
            years=found.maybe_whole("years"),
            price=found.maybe_money("renewalPrice"),
            status=found.state_or_empty("status"),
            expires_at=found.maybe_moment("expireOn"),
        )


@dataclass(frozen=True)
class DomainAutoRenewal:
    """A domain whose switch was really set."""

    domain: str
    domain_id: str
    auto_renew: bool

    @classmethod
    def read(cls, found: Reader) -> "DomainAutoRenewal":
        return cls(found.identifier("domainName"), found.identifier("domainId", "id"), found.flag("autoRenew"))
