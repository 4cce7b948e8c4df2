"""Whether a name can be had, at what price, and whether its mail platform is free."""

from dataclasses import dataclass
from decimal import Decimal

from reseller_portal.upstream.models.batches import failure_of
from reseller_portal.upstream.reader import Reader

FREE = "workspace not exists"


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Price of a name for `years`, and of one year of renewal; `reason` is the upstream's word for no."""

    name: str
    is_available: bool
    price: Decimal | None = None
    renew_price: Decimal | None = None
    years: int | None = None
    is_premium: bool | None = None
    reason: str = ""

    @classmethod
    def read(cls, found: Reader) -> "Availability":
        is_available = _is_available(found)
        return cls(
            name=found.identifier("domainName"),
            is_available=is_available,
            reason="" if is_available else found.text_or_empty("status", "message"),
            price=found.maybe_money("domainPrice"),
            renew_price=found.maybe_money("renewPrice"),
            years=found.maybe_whole("years"),
            is_premium=found.maybe_flag("isPremiumDomain"),
        )


@dataclass(frozen=True)
class WorkspaceCheck:
    """`is_free` only where the upstream said so; a check that ran out of time counts as taken. `reason` tells."""

    domain: str
    is_free: bool
    reason: str = ""

    @classmethod
    def read(cls, found: Reader) -> "WorkspaceCheck":
        return cls(domain=found.identifier("domainName"), is_free=not found.has("error"), reason=failure_of(found))


def _is_available(found: Reader) -> bool:
    """Unknown words mean no."""
    status = found.state_or_empty("status")
    return status == "AVAILABLE" if status else bool(found.maybe_flag("available"))
