"""Whether a name can be had, at what price, and whether its mail platform is free."""

from dataclasses import dataclass
from decimal import Decimal

from reseller_portal.upstream.models.batches import failure_of
from reseller_portal.upstream.reader import Reader

FREE = "workspace not exists"
NO_PRICE = "no readable price"


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Price of a name for `years`, and of one year of renewal; `reason` is the upstream's word for no.

    A free name whose price cannot be read, or is below zero, is not available: nobody knows what it would cost. A price
    of zero is one. `unread` names the keys whose values could not be read, and count as not told.
    """

    name: str
    is_available: bool
    price: Decimal | None = None
    renew_price: Decimal | None = None
    years: int | None = None
    is_premium: bool | None = None
    reason: str = ""
    unread: tuple[str, ...] = ()

    @property
    def is_taken(self) -> bool:
        """Somebody has it, as far as the upstream tells; one without a readable price may be free."""
        return not self.is_available and self.reason != NO_PRICE

    @classmethod
    def read(cls, found: Reader) -> "Availability":
        found = found.lenient()
        price, is_free = found.maybe_money("domainPrice"), _is_available(found)
        is_priced = "domainPrice" not in found.unread and (price is None or price >= 0)
        is_available = is_free and is_priced
        return cls(
            name=found.identifier("domainName"),
            is_available=is_available,
            reason="" if is_available else NO_PRICE if is_free else found.text_or_empty("status", "message"),
            price=price if is_priced else None,
            renew_price=found.maybe_money("renewPrice"),
            years=found.maybe_whole("years"),
            is_premium=found.maybe_flag("isPremiumDomain"),
            unread=found.unread,
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
