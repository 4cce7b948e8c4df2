"""Pre-warmed stock: domains with mailboxes that can send today."""

from collections.abc import Iterator
from dataclasses import dataclass

from reseller_portal.upstream.answer import Answer
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.models.orders import PlacedOrder
from reseller_portal.upstream.models.prewarm import PrewarmedDomain, PrewarmedOrderDraft
from reseller_portal.upstream.paging import Page, page_query, read_page, walk


@dataclass(frozen=True)
class Prewarm:
    call: Caller

    def list(
        self, page: int = 1, limit: int | None = None, *, provider: str = "", contains: str = ""
    ) -> Page[PrewarmedDomain]:
        """One page of what is on sale now; the upstream may not know `limit`. Secondary."""
        query = stock_query(page, limit) | {"serviceProvider": provider, "contains": contains}
        return read_stock(self.call("list_prewarmed_domains", query=query), page)

    def all(self, *, provider: str = "", contains: str = "") -> Iterator[PrewarmedDomain]:
        """Every page of `list`, each package once."""
        return walk(lambda page: self.list(page, provider=provider, contains=contains))

    def order(self, user_id: str, draft: PrewarmedOrderDraft) -> PlacedOrder:
        """Buys at once; a success and a failure event may both come, each for its own domains. Secondary.

        NEVER repeat it unseen: it may buy twice. Look for the packages' domains and in `list` first.
        """
        answer = self.call("order_prewarmed_domains", query={"userId": user_id}, body=draft.wire())
        return ordered(answer)


def stock_query(page: int, limit: int | None) -> dict[str, object]:
    query = page_query(page, limit or 1)
    return {"page": page, "limit": limit} if limit else {"page": query["page"]}


def read_stock(answer: Answer, asked: int) -> Page[PrewarmedDomain]:
    return read_page(answer, PrewarmedDomain.read, answer.many("inventory"), asked, ids=("domain",))


def ordered(answer: Answer) -> PlacedOrder:
    return PlacedOrder(answer.one().identifier("orderId"), answer.action_id)
