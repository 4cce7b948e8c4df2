"""Domain renewals: prices, renewing, renewing by itself. Here the userId is in the body (contract, quirk 1)."""

from typing import Any

from reseller_portal.sandbox import catalogue, clock
from reseller_portal.sandbox.domain_clock import AUTO_RENEWAL, begin_domain_renewal, why_not_renewable
from reseller_portal.sandbox.ids import new_action_id
from reseller_portal.sandbox.models import Domain
from reseller_portal.sandbox.operations.owned import GONE
from reseller_portal.sandbox.operations.people import find_person
from reseller_portal.sandbox.steps import later
from reseller_portal.sandbox.wire import Answer, Call, Refusal, ok, operation


@operation("get_domain_renewal_prices", "POST", "/domains/renewal-price")
def get_domain_renewal_prices(call: Call) -> Answer:
    """What cannot be renewed comes back as an error of its own inside the 200 (contract, quirk 5)."""
    years = _years(call)
    lines = [
        _refused(name, domain) if _why_not(domain) else _quote(domain, years)  # type: ignore[arg-type]  # why_not is empty
        for name, domain in _wished(call)
    ]
    return ok("Domain renewal prices fetched successfully", lines)


@operation("renew_domains", "POST", "/domains/renew", writes=True)
def renew_domains(call: Call) -> Answer:
    """The money is taken a little later; a short wallet shows in the event."""
    years, action_id = _years(call), new_action_id()
    lines, queued = [], 0
    for name, domain in _wished(call):
        if domain is None or _why_not(domain):
            lines.append(_refused(name, domain))
            continue
        begin_domain_renewal(domain, years=years, action_id=action_id)
        lines.append({**_quote(domain, years), "status": "RENEWING"})
        del lines[-1]["autoRenew"]
        queued += 1
    return ok(f"Domain renewal queued for {_count(queued)}.", lines, actionId=action_id)


@operation(
    "set_domain_auto_renew",
    "PATCH",
    "/domains/toggle-auto-renew",
    writes=True,
    also=(("POST", "/domains/toggle-auto-renew"),),
)
def set_domain_auto_renew(call: Call) -> Answer:
    """Lists and counts only the domains that were really set (contract, quirk 10)."""
    wanted = bool(call.need("autoRenew", bool))
    lines = []
    for _name, domain in _wished(call):
        if domain is None or (wanted and domain.status == "EXPIRED"):
            continue
        domain.auto_renew = wanted
        domain.save(update_fields=["auto_renew"])
        if wanted and domain.expires_at and domain.expires_at - clock.now() < AUTO_RENEWAL:
            later(60, "domain_auto_renews", domain.id)
        lines.append({"domainName": domain.name, "domainId": domain.id, "autoRenew": wanted})
    return ok(f"Auto-renew toggled {'on' if wanted else 'off'} for {_count(len(lines))}.", lines)


def _wished(call: Call) -> list[tuple[str, Domain | None]]:
    """Named domains; a missing or empty list means all of the user's (contract, quirk 6)."""
    person = find_person(str(call.need("userId", str)))
    names = call.body.get("domains") or []
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise Refusal(400, "domains must be a list of names")
    owned = {
        each.name: each
        for each in Domain.objects.filter(person=person).exclude(status__in=GONE).order_by("name", "registered_at")
    }
    if not names:
        return list(owned.items())
    return [(name, owned.get(name.lower())) for name in names]


def _why_not(domain: Domain | None) -> str:
    return "Domain not found" if domain is None else why_not_renewable(domain)


def _quote(domain: Domain, years: int) -> dict[str, Any]:
    return {
        "domainName": domain.name,
        "domainId": domain.id,
        "years": years,
        "renewalPrice": f"{catalogue.renewal_minor(domain.name) * years / 100:.2f}",
        "expireOn": clock.as_text(domain.expires_at),
        "autoRenew": domain.auto_renew,
    }


def _refused(name: str, domain: Domain | None) -> dict[str, Any]:
    return {"domainName": name, "error": _why_not(domain)}


def _years(call: Call) -> int:
    years: object = call.body.get("years", 1)
    if isinstance(years, bool) or not isinstance(years, int) or not 1 <= years <= 10:
        raise Refusal(400, "years must be a number from 1 to 10")
    return years


def _count(number: int) -> str:
    return f"{number} domain{'' if number == 1 else 's'}"
