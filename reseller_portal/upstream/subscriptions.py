"""Subscriptions: one for each workspace, over all customers of the partner."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reseller_portal.upstream.calls import Caller
from reseller_portal.upstream.reading import Fields, Page, data_of, every, page_of

MOST_PER_PAGE = 50


@dataclass(frozen=True)
class Subscription:
    """`price_per_mailbox` in US dollars for one period."""

    id: str
    status: str
    user_id: str
    domain_name: str
    provider: str
    mailboxes: int
    price_per_mailbox: Decimal | None
    period_start: datetime | None
    period_end: datetime | None
    auto_renew: bool


@dataclass(frozen=True)
class Subscriptions:
    """Group `subscriptions` of the API. No call takes a user: everything of the partner is within reach."""

    caller: Caller

    def list(self, *, page: int = 1, domain: str = "", subscription_id: str = "") -> Page[Subscription]:
        """One page, at most 50. Evidence: documented."""
        query = {"page": page, "limit": MOST_PER_PAGE}
        wanted = {"domain": domain, "componentSubscriptionId": subscription_id}
        query |= {key: value for key, value in wanted.items() if value}  # type: ignore[misc]  # texts beside numbers
        data = data_of("list_subscriptions", self.caller.call("list_subscriptions", query=query))
        return page_of(data, "subscriptions", _read)

    def all(self, *, domain: str = "") -> Iterator[Subscription]:
        return every(lambda number: self.list(page=number, domain=domain), lambda subscription: subscription.id)


def _read(fields: Fields) -> Subscription:
    return Subscription(
        id=fields.text("subscriptionId", "componentSubscriptionId", "id"),
        status=fields.text("subscriptionStatus", "status").upper(),
        user_id=fields.text_or_empty("userId"),
        domain_name=fields.text_or_empty("domain", "domainName"),
        provider=fields.text_or_empty("serviceProvider", "workspaceType"),
        mailboxes=fields.number_or_zero("totalMailboxQuantity"),
        price_per_mailbox=fields.money_or_none("pricePerMailbox"),
        period_start=fields.time_or_none("periodStart"),
        period_end=fields.time_or_none("periodEnd"),
        auto_renew=fields.flag("autoRenew"),
    )
