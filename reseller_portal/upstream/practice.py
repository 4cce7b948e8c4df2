"""Practice orders of pre-warmed stock in the upstream's own sandbox: no money, the events of the real thing."""

from collections.abc import Iterator
from dataclasses import dataclass

from reseller_portal.upstream.answer import Accepted, accepted
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.models.orders import PlacedOrder
from reseller_portal.upstream.models.prewarm import PrewarmedDomain, PrewarmedOrderDraft
from reseller_portal.upstream.paging import Page, walk
from reseller_portal.upstream.prewarm import ordered, read_stock, stock_query


@dataclass(frozen=True)
class Practice:
    call: Caller

    def list(
        self, page: int = 1, limit: int | None = None, *, provider: str = "", contains: str = ""
    ) -> Page[PrewarmedDomain]:
        """One page of the practice stock, of fixed names. Path documented, method and answer assumed."""
        query = stock_query(page, limit) | {"serviceProvider": provider, "contains": contains}
        return read_stock(self.call("list_sandbox_prewarmed_domains", query=query), page)

    def all(self, *, provider: str = "", contains: str = "") -> Iterator[PrewarmedDomain]:
        """Every page of `list`, each package once."""
        return walk(lambda page: self.list(page, provider=provider, contains=contains))

    def order(self, user_id: str, draft: PrewarmedOrderDraft, *, scenario: str = "success") -> PlacedOrder:
        """Plays `scenario`: success, full_failure or partial_failure; any other word is success. Assumed.

        Costs nothing; a repeat is one more order, with events of its own.
        """
        body = {**draft.wire(), "scenario": scenario}
        return ordered(self.call("order_sandbox_prewarmed_domains", query={"userId": user_id}, body=body))

    def reset(self, user_id: str = "") -> Accepted:
        """Forgets all practice records, perhaps only a customer's. May be repeated. Assumed."""
        return accepted(self.call("reset_sandbox_prewarmed", query={"userId": user_id}))
