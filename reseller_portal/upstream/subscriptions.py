"""The monthly contracts. None of these calls knows a customer: compare `user_id` before you act on what they give."""

from collections.abc import Iterator
from dataclasses import dataclass

from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.models.subscriptions import Subscription
from reseller_portal.upstream.paging import MOST_PER_PAGE, Page, page_query, read_page, walk


@dataclass(frozen=True)
class Subscriptions:
    call: Caller

    def list(
        self,
        page: int = 1,
        limit: int = MOST_PER_PAGE,
        *,
        status: str = "",
        subscription_id: str = "",
        domain: str = "",
    ) -> Page[Subscription]:
        """One page of the contracts of all customers, filtered. Documented."""
        query = {"status": status, "componentSubscriptionId": subscription_id, "domain": domain}
        answer = self.call("list_subscriptions", query={**query, **page_query(page, limit)})
        return read_page(answer, Subscription.read, answer.many("subscriptions"), asked=page)

    def all(self, *, status: str = "", subscription_id: str = "", domain: str = "") -> Iterator[Subscription]:
        return walk(lambda page: self.list(page, status=status, subscription_id=subscription_id, domain=domain))
