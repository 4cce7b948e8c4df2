"""Domains: what is free, what it costs, and what a user owns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reseller_portal.upstream.calls import Caller
from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.reading import Fields, Page, data_of, every, page_of

NOT_AVAILABLE = {404, 409, 422}


@dataclass(frozen=True)
class Availability:
    """Prices are US dollars for `years`; None where the upstream names none."""

    name: str
    is_available: bool
    is_premium: bool = False
    price: Decimal | None = None
    renew_price: Decimal | None = None


@dataclass(frozen=True)
class WorkspaceCheck:
    """`reason` is the upstream's own text when the name is not free of a workspace."""

    is_free: bool
    reason: str = ""


@dataclass(frozen=True)
class Domain:
    id: str
    name: str
    status: str
    provider: str
    registered_at: datetime | None
    expires_at: datetime | None
    auto_renew: bool
    subscription_id: str
    mailbox_count: int


@dataclass(frozen=True)
class Domains:
    """Group `domains` of the API."""

    caller: Caller

    def suggest(self, keyword: str, *, tlds: Sequence[str] = (), years: int = 1) -> tuple[Availability, ...]:
        """Names near a keyword, with prices. The name asked for may be missing from them. Evidence: sister."""
        body = {"domainName": keyword, "years": years, **({"tlds": list(tlds)} if tlds else {})}
        data = data_of("suggest_domains", self.caller.call("suggest_domains", body=body))
        return tuple(_availability(each) for each in data.objects("availableDomains"))

    def check(self, name: str, *, years: int = 1) -> Availability:
        """Is this very name free. Anything but a clear yes about the same name is a no. Evidence: assumed."""
        operation = "check_domain_availability"
        try:
            envelope = self.caller.call(operation, body={"domainName": name, "years": years})
        except Refused as refused:
            if refused.status in NOT_AVAILABLE and not refused.unknown_route:
                return Availability(name=name, is_available=False)
            raise
        found = _availability(data_of(operation, envelope))
        same_name = found.name.lower() == name.lower()
        return found if same_name else Availability(name=name, is_available=False)

    def check_workspace(self, name: str, *, provider: str) -> WorkspaceCheck:
        """Does the name carry a workspace already. Only the one odd text means no. Evidence: secondary."""
        body = {"domainName": name, "serviceProvider": provider}
        try:
            message = str(self.caller.call("check_workspace", body=body).get("message", ""))
        except Refused as refused:
            if refused.status in NOT_AVAILABLE and not refused.unknown_route:
                return WorkspaceCheck(is_free=False, reason=refused.reason)
            raise
        is_free = message.strip().lower() == "workspace not exists"
        return WorkspaceCheck(is_free=is_free, reason="" if is_free else message)

    def list(self, user_id: str, *, page: int = 1, limit: int = 100, contains: str = "") -> Page[Domain]:
        """One page of a user's domains. A wrong `user_id` gives an empty page, no error. Evidence: secondary."""
        query = {"userId": user_id, "page": page, "limit": limit, **({"contains": contains} if contains else {})}
        return page_of(
            data_of("list_user_domains", self.caller.call("list_user_domains", query=query)), "domains", _read
        )

    def all(self, user_id: str, *, contains: str = "") -> Iterator[Domain]:
        return every(lambda number: self.list(user_id, page=number, contains=contains), lambda domain: domain.id)


def _availability(fields: Fields) -> Availability:
    status = fields.text_or_empty("status").upper()
    return Availability(
        name=fields.text("domainName", "domain"),
        is_available=status == "AVAILABLE" or fields.flag("available"),
        is_premium=fields.flag("isPremiumDomain"),
        price=fields.money_or_none("domainPrice", "price"),
        renew_price=fields.money_or_none("renewPrice"),
    )


def _read(fields: Fields) -> Domain:
    return Domain(
        id=fields.text("domainId", "id"),
        name=fields.text("domainName", "domain"),
        status=fields.text("status").upper(),
        provider=fields.text_or_empty("serviceProvider", "workspaceType"),
        registered_at=fields.time_or_none("registeredOn", "createdAt", "creationTime"),
        expires_at=fields.time_or_none("expireOn", "expiryDate"),
        auto_renew=fields.flag("autoRenew"),
        subscription_id=fields.text_or_empty("subscriptionId", "componentSubscriptionId"),
        mailbox_count=fields.number_or_zero("mailboxCount"),
    )
