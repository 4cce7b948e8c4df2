"""Packages of mailboxes already warmed: the stock, its sale, and the vendor's own practice shelf."""

from collections.abc import Mapping
from typing import Any

from reseller_portal.sandbox import clock, warm_stock
from reseller_portal.sandbox.ids import new_action_id
from reseller_portal.sandbox.manners import refuse_unknown
from reseller_portal.sandbox.models import Domain, Order, Package
from reseller_portal.sandbox.operations.names import PROVIDERS, valid_provider
from reseller_portal.sandbox.operations.people import find_person
from reseller_portal.sandbox.steps import later
from reseller_portal.sandbox.wire import Answer, Call, Refusal, ok, operation

ASSIGN_SECONDS = 5.0


@operation("list_prewarmed_domains", "GET", "/pre-warmup")
def list_prewarmed_domains(call: Call) -> Answer:
    return _shelf(call, is_practice=False)


@operation("list_sandbox_prewarmed_domains", "GET", "/sandbox/pre-warmup")
def list_sandbox_prewarmed_domains(call: Call) -> Answer:
    """Four fixed names (contract, quirk 38)."""
    return _shelf(call, is_practice=True)


@operation("order_prewarmed_domains", "POST", "/pre-warmup/order", writes=True)
def order_prewarmed_domains(call: Call) -> Answer:
    """Buys at once, there is no confirm; the only call that answers 201 (contract, quirk 4)."""
    return _order(call, is_practice=False)


@operation("order_sandbox_prewarmed_domains", "POST", "/sandbox/pre-warmup/order", writes=True)
def order_sandbox_prewarmed_domains(call: Call) -> Answer:
    return _order(call, is_practice=True)


@operation(
    "reset_sandbox_prewarmed",
    "POST",
    "/sandbox/pre-warmup/reset",
    writes=True,
    also=(("DELETE", "/sandbox/pre-warmup/reset"),),
)
def reset_sandbox_prewarmed(call: Call) -> Answer:
    """Of one user, or of all of them; what is still on its way is forgotten, too."""
    rows = Domain.objects.filter(name__in=Package.objects.filter(is_practice=True).values("domain"))
    if call.query.get("userId"):
        rows = rows.filter(person_id=call.query["userId"])
    queued = Order.objects.filter(wish__practice=True)
    (queued.filter(person_id=call.query["userId"]) if call.query.get("userId") else queued).delete()
    rows.delete()
    return ok("Sandbox records deleted successfully")


def _shelf(call: Call, *, is_practice: bool) -> Answer:
    """The page fields lie flat, and there is no nextPage (contract, quirk 3)."""
    warm_stock.fill()
    refuse_unknown(call, "serviceProvider", PROVIDERS)
    page, limit = call.page()
    rows = Package.objects.filter(is_practice=is_practice, is_sold=False).order_by("domain")
    if call.query.get("serviceProvider"):
        rows = rows.filter(provider=call.query["serviceProvider"])
    if call.query.get("contains"):
        rows = rows.filter(domain__contains=call.query["contains"].lower())
    total = rows.count()
    data = {
        "inventory": [_package_json(each) for each in rows[(page - 1) * limit : page * limit]],
        "currentPage": page,
        "totalPages": -(-total // limit),
        "totalDomains": total,
        "totalMailboxes": sum(len(each) for each in rows.values_list("names", flat=True)),
    }
    return ok("Pre-warmed up domains fetched successfully", data)


def _package_json(package: Package) -> dict[str, Any]:
    created = clock.as_text(package.warm_since)
    return {
        "domain": package.domain,
        "preWarmedUpMailboxes": [
            {
                "email": f"{first}.{last}@{package.domain}".lower(),
                "firstName": first,
                "lastName": last,
                "createdAt": created,
            }
            for first, last in package.names
        ],
        "purchasePrice": package.price_minor / 100,
        "renewalPrice": package.renewal_minor / 100,
        "serviceProvider": package.provider,
    }


def _order(call: Call, *, is_practice: bool) -> Answer:
    warm_stock.fill()
    person = find_person(call.user_id())
    provider = valid_provider(call.body.get("serviceProvider"))
    items = [_item(each) for each in call.need("order", list)]
    if not items or len({each["domain"] for each in items}) < len(items):
        raise Refusal(400, "order must name at least one domain, and none twice")
    wish = {
        "order": items,
        "billingCycle": "MONTHLY",
        "practice": is_practice,
        "scenario": str(call.body.get("scenario") or call.scenario or "success") if is_practice else call.scenario,
    }
    order = Order.objects.create(
        person=person,
        wish=wish,
        provider=provider,
        auto_renew=bool(call.body.get("autoRenew", True)),
        action_id=new_action_id(),
        created_at=call.now,
        processed_at=call.now,
    )
    later(ASSIGN_SECONDS, "assign_packages", order.id)
    answer = ok("Pre-warmup order created and queued", {"orderId": order.id}, actionId=order.action_id)
    return Answer(201, {**answer.content, "status": 201})


def _item(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or not isinstance(value.get("domain"), str) or not value["domain"]:
        raise Refusal(400, "each of order needs a domain")
    return {"domain": value["domain"].lower(), "forwardTo": str(value.get("forwardTo") or "")}
