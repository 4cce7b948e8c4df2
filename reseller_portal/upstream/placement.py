"""Deliverability tests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.models.batches import filled
from reseller_portal.upstream.models.placement import PlacementReport
from reseller_portal.upstream.paging import MOST_PER_PAGE, Page, page_query, read_page, walk


@dataclass(frozen=True)
class Placement:
    call: Caller

    def test(
        self,
        user_id: str,
        mailbox_ids: Sequence[str],
        *,
        spamassassin: bool = False,
        blacklist: bool = False,
        ai_insight: bool = False,
    ) -> str:
        """The order of a test of ACTIVE mailboxes; charges, 402 when the wallet is too low. Secondary.

        NEVER repeat it unseen: look in `reports`, newest first. No event tells the end. `ai_insight` costs extra.
        """
        body = {
            "mailboxIds": filled(mailbox_ids),
            "spamassassin": spamassassin,
            "blacklist": blacklist,
            "aiInsight": ai_insight,
        }
        return self.call("create_placement_test", query={"userId": user_id}, body=body).one().identifier("orderId")

    def reports(
        self, user_id: str, page: int = 1, limit: int = MOST_PER_PAGE, *, order_id: str = "", mailbox_id: str = ""
    ) -> Page[PlacementReport]:
        """One page of a customer's tests, newest first. Secondary, answer assumed."""
        query = {"userId": user_id, "orderId": order_id, "mailboxId": mailbox_id, **page_query(page, limit)}
        answer = self.call("list_placement_reports", query=query)
        return read_page(answer, PlacementReport.read, answer.many("reports"), asked=page, ids=("orderId",))

    def all_reports(self, user_id: str, *, order_id: str = "", mailbox_id: str = "") -> Iterator[PlacementReport]:
        """Every page of `reports`, each test once."""
        return walk(lambda page: self.reports(user_id, page, order_id=order_id, mailbox_id=mailbox_id))
