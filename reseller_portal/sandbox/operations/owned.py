"""Find what a call is about, and refuse what is not the caller's."""

from collections.abc import Mapping
from typing import Any

from reseller_portal.sandbox.models import Domain, Mailbox
from reseller_portal.sandbox.wire import Call, Refusal

GONE = ("FAILED", "REMOVED")


def domain_by_name(call: Call, name: str) -> Domain:
    """Raises `Refusal` 404 for an unknown name and 403 for somebody else's."""
    rows = Domain.objects.select_related("person").filter(name=name.strip().lower()).exclude(status__in=GONE)
    return _own(call, rows.order_by("-registered_at").first(), "Domain not found")


def domains_of_wish(call: Call) -> list[Domain]:
    """The domains of `domains` (names) or `domainIds`, all of them the user's."""
    if call.body.get("domainIds"):
        return [_domain_by_id(call, each) for each in call.need_texts("domainIds")]
    return [domain_by_name(call, each) for each in call.need_texts("domains")]


def mailbox_by_id(mailbox_id: str) -> Mailbox:
    """Whoever owns it: some calls take no userId. Raises `Refusal` 404."""
    rows = Mailbox.objects.select_related("domain", "person", "subscription").exclude(status__in=GONE)
    found = rows.filter(pk=mailbox_id).first()
    if found is None:
        raise Refusal(404, "Mailbox not found")
    return found


def own_mailbox(call: Call, mailbox_id: str) -> Mailbox:
    found = mailbox_by_id(mailbox_id)
    if found.person_id != call.user_id():
        raise Refusal(403, "Mailbox belongs to another user")
    return found


def active_mailbox(mailbox: Mailbox) -> Mailbox:
    if mailbox.status != "ACTIVE":
        raise Refusal(422, f"Mailbox {mailbox.email} is not active")
    return mailbox


def oauth_route(body: Mapping[str, Any], provider: str) -> str:
    """The route that fits the provider; a block for the other one is ignored (contract, quirk 37)."""
    if provider == "GOOGLE":
        block = body.get("google")
        return str(block.get("googleOauthRoute") or "") if isinstance(block, Mapping) else ""
    block = body.get("microsoft")
    nested = block.get("microsoftOauthRoute") if isinstance(block, Mapping) else None
    return str(nested or body.get("microsoftOauthRoute") or "")


def _domain_by_id(call: Call, domain_id: str) -> Domain:
    rows = Domain.objects.select_related("person").filter(pk=domain_id).exclude(status__in=GONE)
    return _own(call, rows.first(), "Domain not found")


def _own(call: Call, domain: Domain | None, words: str) -> Domain:
    if domain is None:
        raise Refusal(404, words)
    if domain.person_id != call.user_id():
        raise Refusal(403, "Domain belongs to another user")
    return domain
