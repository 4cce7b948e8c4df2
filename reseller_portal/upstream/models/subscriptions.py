"""Monthly contracts behind the mailboxes."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reseller_portal.upstream.reader import Reader


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """The mailboxes of one domain, paid by the month.

    `status`: ACTIVE, RENEWING, PAST_DUE, CANCELLED, EXPIRED or a new word.
    `auto_renew` is about the mailboxes, not about the domain.
    """

    id: str
    user_id: str
    domain: str
    status: str
    mailbox_quantity: int
    price_per_mailbox: Decimal
    billing_cycle: str
    period_started_at: datetime
    period_ends_at: datetime
    provider: str
    auto_renew: bool

    @classmethod
    def read(cls, found: Reader) -> "Subscription":
        return cls(
            id=found.identifier("subscriptionId", "id"),
            user_id=found.identifier("userId"),
            domain=found.text("domain"),
            status=found.state("subscriptionStatus", "status"),
            mailbox_quantity=found.whole("totalMailboxQuantity"),
            price_per_mailbox=found.money("pricePerMailbox"),
            billing_cycle=found.state("billingCycle"),
            period_started_at=found.moment("periodStart"),
            period_ends_at=found.moment("periodEnd"),
            provider=found.state("serviceProvider"),
            auto_renew=found.flag("autoRenew"),
        )


@dataclass(frozen=True)
class SubscriptionAutoRenewal:
    """The switch as the upstream shows it after the call; None where it does not say."""

    subscription_id: str
    auto_renew: bool | None
