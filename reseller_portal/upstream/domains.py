"""Domains: searching, and what a customer owns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reseller_portal.upstream.answer import Accepted, Answer, accepted
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.errors import Refused, UnknownRoute
from reseller_portal.upstream.models.availability import FREE, Availability, WorkspaceCheck
from reseller_portal.upstream.models.batches import Batch, filled, read_batch
from reseller_portal.upstream.models.domains import Domain
from reseller_portal.upstream.models.renewals import DomainAutoRenewal, Renewal, RenewalQuote
from reseller_portal.upstream.paging import MOST_PER_PAGE, Page, page_query, read_page, walk
from reseller_portal.upstream.reader import Missed, Reader, read_each

SAYS_NO = (404, 409, 422)


@dataclass(frozen=True)
class Domains:
    call: Caller

    def suggest(self, keyword: str, tlds: Sequence[str] = (), years: int = 1) -> tuple[Availability, ...]:
        """Names like `keyword`, `tlds` without dot; the very name may be missing, which proves nothing. Level sister.

        A search quota of its own may answer `Throttled` with a long wait. An offer with an odd price is not for sale.
        """
        body: dict[str, Any] = {"domainName": keyword, "years": years}
        found = self.call("suggest_domains", body=body | ({"tlds": list(tlds)} if tlds else {})).one()
        if not found.has("availableDomains"):
            raise found.malformed("availableDomains")
        exact = found.lenient().one("exactMatch")
        offers = [*([replace(exact, notes=None)] if exact else []), *found.many("availableDomains")]
        named: dict[str, Availability] = {}
        for offer in read_each(offers, Availability.read, ids=("domainName",)).items:
            named.setdefault(offer.name.casefold(), offer)
        return tuple(named.values())

    def check(self, name: str, years: int = 1) -> Availability:
        """Whether `name` can be registered, and its price; 404, 409 and 422 mean no. Assumed.

        A free name may still have a workspace: ask `check_workspace` too.
        """
        body = {"domainName": name, "years": years}
        bulk = {"domainNames": [name], "years": years}
        try:
            answer = self.call("check_domain_availability", body=body, bodies={"/domains/available-bulk": bulk})
        except UnknownRoute:
            raise
        except Refused as refusal:
            return Availability(name=name, is_available=False, reason=_conflict(refusal))
        offer = Availability.read(_offer(answer))
        return offer if _is_same(offer.name, name) else replace(offer, name=name, is_available=False)

    def check_workspace(self, domain: str, *, provider: str) -> WorkspaceCheck:
        """Whether `domain` is free on GOOGLE or MICROSOFT; the upstream takes up to 15 s. Secondary.

        Skipping it is dear: a conflict fails the order after the domain was charged.
        """
        body = {"domainName": domain, "serviceProvider": provider}
        try:
            answer = self.call("check_workspace", body=body)
        except UnknownRoute:
            raise
        except Refused as refusal:
            return WorkspaceCheck(domain, is_free=False, reason=_conflict(refusal))
        is_free = answer.message.casefold() == FREE
        return WorkspaceCheck(domain, is_free=is_free, reason="" if is_free else answer.message)

    def check_workspaces(self, domains: Sequence[str], *, provider: str) -> list[WorkspaceCheck]:
        """`check_workspace` of several names in one call, in the order asked. Secondary.

        It never fails as a whole; a name not answered counts as taken.
        """
        asked = [{"domainName": domain, "serviceProvider": provider} for domain in filled(domains)]
        answer = self.call("check_workspace", body={"domains": asked})
        each = read_each(answer.many("domains", "results"), WorkspaceCheck.read, ids=("domainName",))
        checks = {check.domain.casefold(): check for check in each.items}
        silence = "not answered"
        return [checks.get(domain.casefold(), WorkspaceCheck(domain, False, silence)) for domain in domains]

    def list(self, user_id: str, page: int = 1, limit: int = MOST_PER_PAGE, contains: str = "") -> Page[Domain]:
        """One page of a customer's domains; EMPTY for a foreign `user_id`. Secondary, answer assumed."""
        query = {"userId": user_id, **page_query(page, limit), "contains": contains}
        answer = self.call("list_user_domains", query=query)
        return read_page(answer, Domain.read, answer.many("domains"), asked=page, ids=("domainId", "id"))

    def all(self, user_id: str, contains: str = "", *, left_out: Missed | None = None) -> Iterator[Domain]:
        """Every page of `list`, each domain once; what is missing in one pass need not be gone. `left_out`: `walk`."""
        return walk(lambda page: self.list(user_id, page, contains=contains), left_out)

    def get(self, user_id: str, name: str) -> Domain:
        """One domain; nothing that `list` does not tell as well. Assumed."""
        return Domain.read(self.call("get_domain", query={"userId": user_id, "domain": name}).one("domain"))

    def renewal_prices(self, user_id: str, names: Sequence[str], *, years: int = 1) -> Batch[RenewalQuote]:
        """A quote for each name in the window (45 days before expiry, or grace), a failure for others. Documented."""
        body = {"userId": user_id, "domains": filled(names), "years": years}
        return read_batch(self.call("get_domain_renewal_prices", body=body), RenewalQuote.read)

    def renew(self, user_id: str, names: Sequence[str], *, years: int = 1) -> Batch[Renewal]:
        """Queues and charges the renewal of each name; one event tells each end. Documented.

        NEVER repeat it unseen: it may buy a second year. Read `status` and `expires_at` of the domains first.
        """
        body = {"userId": user_id, "domains": filled(names), "years": years}
        answer = self.call("renew_domains", body=body)
        return Batch((), action_id=answer.action_id) if answer.content is None else read_batch(answer, Renewal.read)

    def set_auto_renew(self, user_id: str, names: Sequence[str], *, is_on: bool) -> Batch[DomainAutoRenewal]:
        """Sets, does not flip; names that were not set are missing from the answer. May be repeated. Documented.

        Switched on, the upstream spends money later without another call.
        """
        body = {"userId": user_id, "domains": filled(names), "autoRenew": is_on}
        return read_batch(self.call("set_domain_auto_renew", body=body), DomainAutoRenewal.read)

    def forward(
        self, user_id: str, names: Sequence[str], *, forward_to: str, is_masked: bool | None = None
    ) -> Accepted:
        """Queues sending visitors to a URL; dns-record.updated tells the end. May be repeated. Level sister."""
        mask = {} if is_masked is None else {"maskForwarding": is_masked}
        body = {"domains": filled(names), "forwardTo": forward_to, **mask}
        return accepted(self.call("add_domain_forwarding", query={"userId": user_id}, body=body))

    def forward_mail(self, user_id: str, names: Sequence[str], *, email: str) -> Accepted:
        """Queues a catch-all to `email`; 422 unless the mailboxes are ACTIVE. May be repeated. Level sister."""
        body = {"domains": filled(names), "email": email}
        return accepted(self.call("add_email_forwarding", query={"userId": user_id}, body=body))

    def add_google_client_id(self, user_id: str, names: Sequence[str], *, client_id: str, app_name: str) -> Accepted:
        """Queues trust in an OAuth client; 400 when `app_name` is not its name. May be repeated. Secondary."""
        body = {"userId": user_id, "domains": filled(names), "clientId": client_id, "appName": app_name}
        return accepted(self.call("add_google_client_id", body=body))

    def remove(self, user_id: str, domain_ids: Sequence[str]) -> Accepted:
        """Gives the domains up, without money back; refused while mailboxes are on them. May be repeated. Level sister.

        By id only: a name may have been registered again in between.
        """
        return accepted(self.call("remove_domains", query={"userId": user_id}, body={"domainIds": filled(domain_ids)}))


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
    if refusal.status not in SAYS_NO:
        raise refusal
    return refusal.reason
