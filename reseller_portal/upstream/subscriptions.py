"""The monthly contracts. None of these calls knows a customer: compare `user_id` before you act on what they give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reseller_portal.upstream.answer import Accepted, accepted
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.models.batches import filled
from reseller_portal.upstream.models.subscriptions import Subscription, SubscriptionAutoRenewal
from reseller_portal.upstream.paging import MOST_PER_PAGE, Page, page_query, read_page, walk
from reseller_portal.upstream.reader import Missed


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
        return read_page(
            answer, Subscription.read, answer.many("subscriptions"), asked=page, ids=("subscriptionId", "id")
        )

    def all(
        self,
        *,
        status: str = "",
        subscription_id: str = "",
        domain: str = "",
        left_out: Missed | None = None,
    ) -> Iterator[Subscription]:
        """Every page of `list`, 50 at most on each; each contract once. `left_out`: `walk`."""
        return walk(
            lambda page: self.list(page, status=status, subscription_id=subscription_id, domain=domain),
            left_out,
        )

    def renew(self, subscription_ids: Sequence[str]) -> Accepted:
        """Queues one more month of each, even with an empty wallet; only events tell the end. Documented.

        NEVER repeat it unseen: it may buy a second month. Refused by event while the domain is in grace or expired.
        """
        return accepted(self.call("renew_subscriptions", body={"subscriptionIds": filled(subscription_ids)}))

    def set_auto_renew(self, subscription_id: str, *, is_on: bool) -> SubscriptionAutoRenewal:
        """The state that the answer shows. NEVER repeat it unseen: the upstream may flip instead of set. Secondary."""
        body = {"subscriptionId": subscription_id, "autoRenew": is_on}
        found = self.call("set_subscription_auto_renew", body=body).maybe_one()
        return SubscriptionAutoRenewal(subscription_id, found.maybe_flag("autoRenew") if found else None)

    def cancel(self, subscription_id: str) -> Accepted:
        """Deletes the workspace with all its mailboxes AT ONCE, for ever, whoever owns it. May be repeated. Documented.

        Compare its `user_id` and `domain` first. To stop paying only, use `set_auto_renew`.
        """
        return accepted(self.call("cancel_subscription", body={"subscriptionId": subscription_id}))

    def recreate(self, subscription_ids: Sequence[str]) -> Accepted:
        """Queues new contracts for old ones; ids change, mail may be lost: ask a person. Documented.

        NEVER repeat it unseen: a new period starts, and may be charged. Read the contracts of the domain first.
        """
        return accepted(self.call("recreate_subscriptions", body={"subscriptionIds": filled(subscription_ids)}))
