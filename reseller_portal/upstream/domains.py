"""Domains: searching, and what a customer owns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reseller_portal.upstream.answer import Answer
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.errors import Refused, UnknownRoute
from reseller_portal.upstream.models.availability import FREE, DomainOffer, Suggestions, WorkspaceCheck
from reseller_portal.upstream.models.domains import Domain
from reseller_portal.upstream.paging import MOST_PER_PAGE, Page, page_query, read_page, walk
from reseller_portal.upstream.reader import Reader

CONFLICTS = (409, 422)


@dataclass(frozen=True)
class Domains:
    call: Caller

    def suggest(self, keyword: str, tlds: Sequence[str] = (), years: int = 1) -> Suggestions:
        """Names like `keyword` that can be registered, `tlds` without dot; proves nothing of other names. Level sister.

        A search quota of its own may answer `Throttled` with a long wait.
        """
        body: dict[str, Any] = {"domainName": keyword, "years": years}
        found = self.call("suggest_domains", body=body | ({"tlds": list(tlds)} if tlds else {})).one()
        if not found.has("availableDomains"):
            raise found.malformed("availableDomains")
        exact = found.one("exactMatch")
        offers = tuple(DomainOffer.read(offer) for offer in found.many("availableDomains"))
        return Suggestions(offers=offers, exact_match=DomainOffer.read(exact) if exact else None)

    def check(self, name: str, years: int = 1) -> DomainOffer:
        """Whether `name` can be registered, and its price; 409 and 422 mean no. Assumed.

        A free name may still have a workspace: ask `check_workspace` too.
        """
        body = {"domainName": name, "years": years}
        bulk = {"domainNames": [name], "years": years}
        try:
            answer = self.call("check_domain_availability", body=body, bodies={"/domains/available-bulk": bulk})
        except UnknownRoute:
            raise
        except Refused as refusal:
            return DomainOffer(name=name, is_available=False, reason=_conflict(refusal))
        offer = DomainOffer.read(_offer(answer))
        return offer if _is_same(offer.name, name) else replace(offer, name=name, is_available=False)

    def check_workspace(self, domain: str, service_provider: str) -> WorkspaceCheck:
        """Whether `domain` is free on GOOGLE or MICROSOFT; the upstream takes up to 15 s. Secondary.

        Skipping it is dear: a conflict fails the order after the domain was charged.
        """
        body = {"domainName": domain, "serviceProvider": service_provider}
        try:
            answer = self.call("check_workspace", body=body)
        except Refused as refusal:
            return WorkspaceCheck(domain, is_free=False, reason=_conflict(refusal))
        is_free = answer.message.casefold() == FREE
        return WorkspaceCheck(domain, is_free=is_free, reason="" if is_free else answer.message)

    def check_workspaces(self, domains: Sequence[str], service_provider: str) -> list[WorkspaceCheck]:
        """`check_workspace` of several names in one call, in the order asked; a name not answered counts as taken."""
        asked = [{"domainName": domain, "serviceProvider": service_provider} for domain in filled(domains)]
        answer = self.call("check_workspace", body={"domains": asked})
        checks = {
            check.domain.casefold(): check for check in map(WorkspaceCheck.read, answer.many("domains", "results"))
        }
        silence = "not answered"
        return [checks.get(domain.casefold(), WorkspaceCheck(domain, False, silence)) for domain in domains]

    def list(self, user_id: str, page: int = 1, limit: int = MOST_PER_PAGE, contains: str = "") -> Page[Domain]:
        """One page of a customer's domains; EMPTY for a foreign `user_id`. Secondary, answer assumed."""
        query = {"userId": user_id, **page_query(page, limit), "contains": contains}
        answer = self.call("list_user_domains", query=query)
        return read_page(answer, Domain.read, answer.many("domains"), asked=page)

    def all(self, user_id: str, contains: str = "") -> Iterator[Domain]:
        return walk(lambda page: self.list(user_id, page, contains=contains))


def filled(names: Sequence[str]) -> list[str]:
    """The names as a list. Raises `ValueError` for none: the upstream reads an empty list as all of the customer's."""
    if isinstance(names, str) or not names:
        raise ValueError("an empty list would mean all of them")
    return list(names)


def _offer(answer: Answer) -> Reader:
    """The offer bare, or as the only one of a list."""
    found = answer.many("domains") if _is_listed(answer) else [answer.one()]
    if not found:
        raise answer.one().malformed("domains")
    return found[0]


def _is_listed(answer: Answer) -> bool:
    bare = answer.maybe_one()
    return bare is None or bare.has("domains")


def _is_same(name: str, other: str) -> bool:
    return name.casefold() == other.casefold()


def _conflict(refusal: Refused) -> str:
    """The words of a no about the name; any other refusal is one of the call itself, and rises."""
    if refusal.status not in CONFLICTS:
        raise refusal
    return refusal.reason
