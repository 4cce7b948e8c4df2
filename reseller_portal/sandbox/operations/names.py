"""Domains: suggestions, availability, workspaces, and what a user owns."""

import re
from collections.abc import Mapping
from typing import Any

from reseller_portal.sandbox import catalogue, clock
from reseller_portal.sandbox.manners import as_written
from reseller_portal.sandbox.models import Domain
from reseller_portal.sandbox.operations.owned import GONE
from reseller_portal.sandbox.wire import Answer, Call, Refusal, ok, operation, paged

NAME = re.compile(r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$")
PROVIDERS = {"GOOGLE", "MICROSOFT"}


@operation("suggest_domains", "POST", "/domains/available")
def suggest_domains(call: Call) -> Answer:
    keyword, years = call.need("domainName", str), _years(call)
    tlds = call.body.get("tlds") or []
    if not isinstance(tlds, list) or not all(isinstance(tld, str) for tld in tlds):
        raise Refusal(400, "tlds must be a list of texts")
    found = [_offer(name, years) for name in catalogue.suggest(keyword, [tld.strip(". ").lower() for tld in tlds])]
    return ok("Available domains fetched successfully", {"availableDomains": found, "exactMatch": None})


@operation("check_domain_availability", "POST", "/domains/available-single")
def check_domain_availability(call: Call) -> Answer:
    name, years = valid_name(call.need("domainName", str)), _years(call)
    if catalogue.is_taken(name):
        taken = {"domainName": name, "status": "UNAVAILABLE", "isPremiumDomain": False, "years": years}
        return ok("Domain is not available", taken)
    return ok("Domain is available", _offer(name, years))


@operation("check_workspace", "POST", "/domains/has-workspace")
def check_workspace(call: Call) -> Answer:
    """The free answer is a fixed odd text with `data: null` (contract, quirk 15).

    Several names never fail as a whole.
    """
    if "domains" in call.body:
        items = [_checked(each) for each in call.need("domains", list)]
        if not items:
            raise Refusal(400, "domains must not be empty")
        return ok("Workspace check completed", items)
    name = valid_name(call.need("domainName", str))
    valid_provider(call.body.get("serviceProvider", "GOOGLE"))
    if catalogue.has_workspace(name):
        raise Refusal(409, "Workspace already exists")
    return ok("Workspace not exists")


def _checked(item: object) -> dict[str, str]:
    if not isinstance(item, Mapping) or not isinstance(item.get("domainName"), str):
        raise Refusal(400, "each of domains needs a domainName")
    provider = valid_provider(item.get("serviceProvider", "GOOGLE"))
    line = {"domainName": item["domainName"], "serviceProvider": provider}
    if not NAME.match(item["domainName"].lower()):
        return {**line, "error": "Not a valid domain name"}
    if catalogue.has_workspace(item["domainName"].lower()):
        return {**line, "error": "Workspace already exists"}
    return {**line, "message": "Workspace not exists"}


@operation("list_user_domains", "GET", "/domains/by-user")
def list_user_domains(call: Call) -> Answer:
    """A wrong userId gives an empty list with 200 (contract, quirk 2)."""
    person_id, (page, limit) = call.user_id(), call.page()
    rows = Domain.objects.filter(person_id=person_id).exclude(status__in=GONE).order_by("name", "id")
    if call.query.get("contains"):
        rows = rows.filter(name__contains=call.query["contains"].lower())
    window = rows.prefetch_related("subscriptions", "mailboxes")[(page - 1) * limit : page * limit]
    found = [domain_json(each) for each in window]
    return paged("Domains fetched successfully", "domains", found, page=page, limit=limit, total=rows.count())


def valid_name(text: str) -> str:
    name = text.strip().lower()
    if not NAME.match(name):
        raise Refusal(400, f"{text} is not a valid domain name")
    return name


def valid_provider(value: object) -> str:
    if not isinstance(value, str) or value not in PROVIDERS:
        raise Refusal(400, "serviceProvider must be GOOGLE or MICROSOFT")
    return value


def _years(call: Call) -> int:
    years: object = call.body.get("years", 1)
    if isinstance(years, bool) or not isinstance(years, int) or not 1 <= years <= 10:
        raise Refusal(400, "years must be a number from 1 to 10")
    return years


def _offer(name: str, years: int) -> dict[str, Any]:
    return {
        "domainName": name,
        "status": "AVAILABLE",
        "isPremiumDomain": False,
        "domainPrice": as_written(catalogue.price_minor(name, years) / 100, name),
        "renewPrice": as_written(catalogue.renewal_minor(name) / 100),
        "years": years,
    }


def domain_json(domain: Domain) -> dict[str, Any]:
    subscription = next((each for each in domain.subscriptions.all() if each.status != "CANCELLED"), None)
    return {
        "domainId": domain.id,
        "domainName": domain.name,
        "status": domain.status,
        "registeredOn": clock.as_text(domain.registered_at),
        "expireOn": clock.as_text(domain.expires_at),
        "purchaseType": "REGISTERED",
        "serviceProvider": domain.provider,
        "autoRenew": domain.auto_renew,
        "domainProtection": True,
        "domainForwarding": domain.forwarding,
        "emailForwarding": {"email": domain.mail_goes_to} if domain.mail_goes_to else None,
        "subscriptionId": subscription.id if subscription else None,
        "mailboxCount": sum(each.status not in GONE for each in domain.mailboxes.all()),
    }
