"""Orders: drafts are free, processing them is what counts, and it counts once."""

import re
from collections.abc import Mapping
from typing import Any

from reseller_portal.sandbox import catalogue, clock, provisioning, wallet
from reseller_portal.sandbox.ids import new_action_id
from reseller_portal.sandbox.models import Domain, Mailbox, Order, Person, Subscription
from reseller_portal.sandbox.operations.names import valid_name, valid_provider
from reseller_portal.sandbox.operations.owned import GONE, oauth_route
from reseller_portal.sandbox.operations.people import find_person
from reseller_portal.sandbox.wire import Answer, Call, Refusal, ok, operation

USERNAME = re.compile(r"^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$")
RESERVED_NAMES = {"abuse", "postmaster", "hostmaster", "webmaster", "mailer-daemon"}
CYCLES = {"MONTHLY"}


@operation("create_order", "POST", "/orders/json", writes=True)
def create_order(call: Call) -> Answer:
    """Names that cannot be had come back in `unavailableDomains` inside a 200 (contract, quirk 5)."""
    return place_order(call)


def place_order(call: Call) -> Answer:
    """Without `confirm: true` it stays a draft, which costs nothing (contract, quirk 17)."""
    person = find_person(call.user_id())
    domains = [_wished_domain(each) for each in call.need("domains", list)]
    names = {each["domain"] for each in domains}
    if not domains or len(names) < len(domains):
        raise Refusal(400, "domains must name at least one domain, and none twice")
    wish = _shared_wish(call, names)
    wish["domains"] = [each for each in domains if not catalogue.is_taken(each["domain"])]
    unavailable = wish["unavailable"] = [each["domain"] for each in domains if catalogue.is_taken(each["domain"])]
    return _placed(_write(person, wish, call), call, unavailableDomains=unavailable)


def _placed(order: Order, call: Call, **more: Any) -> Answer:
    if call.body.get("confirm") is not True:
        return ok("Order created successfully", {"orderId": order.id, **more})
    _process(order, call)
    words = "Order created and queued for processing"
    return ok(words, {"orderId": order.id, **more}, actionId=order.action_id)


@operation("create_mailbox_order", "POST", "/orders/create-mailbox-order/json", writes=True)
def create_mailbox_order(call: Call) -> Answer:
    """`subscriptionId` and `domainId` exclude each other (contract, quirk 9)."""
    return place_mailbox_order(call)


def place_mailbox_order(call: Call) -> Answer:
    person = find_person(call.user_id())
    if bool(call.body.get("subscriptionId")) == bool(call.body.get("domainId")):
        raise Refusal(400, "Exactly one of subscriptionId and domainId is required")
    domain, subscription = _owned_domain(person, call.body)
    wish = _shared_wish(call, {domain.name}, provider=subscription.provider if subscription else "GOOGLE")
    if not wish["mailboxes"].get(domain.name):
        raise Refusal(400, "mailboxes must not be empty")
    taken = _existing(wish["mailboxes"])
    if taken:
        raise Refusal(422, f"Mailbox {taken[0]} already exists")
    return _placed(_write(person, {**wish, "domainId": domain.id, "domains": []}, call), call)


@operation("process_order", "POST", "/orders/process", writes=True)
def process_order(call: Call) -> Answer:
    order = _find(call, str(call.need("orderId", str)))
    _process(order, call)
    return ok("Order queued for processing", {"orderId": order.id}, actionId=order.action_id)


@operation("get_order", "GET", "/orders")
def get_order(call: Call) -> Answer:
    order = _find(call, call.need_query("orderId"))
    data = {
        "orderId": order.id,
        "userId": order.person_id,
        "status": order.status,
        "serviceProvider": order.provider,
        "billingCycle": order.wish["billingCycle"],
        "autoRenew": order.auto_renew,
        "createdAt": clock.as_text(order.created_at),
        "domains": [_domain_line(each) for each in order.domain_set.order_by("name")],
        "mailboxes": [
            {"mailboxId": each.id, "email": each.email, "status": each.status}
            for each in order.mailbox_set.order_by("email")
        ],
        "unavailableDomains": order.wish.get("unavailable", []),
    }
    if order.processed_at:
        data["totalPrice"] = wallet.as_dollars(order.total_minor)
    return ok("Order fetched successfully", data)


@operation("get_order_status", "GET", "/orders/status")
def get_order_status(call: Call) -> Answer:
    order = _find(call, call.need_query("orderId"))
    data = {
        "orderId": order.id,
        "status": order.status,
        "domains": [{"domainName": each.name, "status": each.status} for each in order.domain_set.order_by("name")],
        "mailboxes": [{"email": each.email, "status": each.status} for each in order.mailbox_set.order_by("email")],
    }
    return ok("Order status fetched successfully", data)


def _wished_domain(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not isinstance(value.get("domain"), str):
        raise Refusal(400, "each of domains needs a domain")
    years = value.get("years", 1)
    if isinstance(years, bool) or not isinstance(years, int) or not 1 <= years <= 10:
        raise Refusal(400, "years must be a number from 1 to 10")
    forward_to = value.get("forwardTo")
    if forward_to is not None and not isinstance(forward_to, str):
        raise Refusal(400, "forwardTo must be a text")
    forwarding = {"forwardTo": forward_to, "maskForwarding": bool(value.get("maskForwarding"))} if forward_to else None
    return {"domain": valid_name(value["domain"]), "years": years, "forwarding": forwarding}


def _shared_wish(call: Call, names: set[str], *, provider: str = "GOOGLE") -> dict[str, Any]:
    """`provider` is what holds where the call says none."""
    if str(call.body.get("billingCycle", "MONTHLY")) not in CYCLES:
        raise Refusal(400, "billingCycle must be MONTHLY")
    provider = valid_provider(call.body.get("serviceProvider") or provider)
    mailboxes = call.body.get("mailboxes") or {}
    if not isinstance(mailboxes, Mapping):
        raise Refusal(400, "mailboxes must be a map by domain name")
    stray = {str(name).lower() for name in mailboxes} - names
    if stray:
        raise Refusal(400, f"mailboxes name {sorted(stray)[0]}, which is not ordered")
    return {
        "mailboxes": {
            name.lower(): [_wished_mailbox(each) for each in _as_list(rows)] for name, rows in mailboxes.items()
        },
        "billingCycle": call.body.get("billingCycle", "MONTHLY"),
        "provider": provider,
        "exportsTo": _app(call) if oauth_route(call.body, provider) else "",
        "scenario": call.scenario,
        "autoRenew": bool(call.body.get("autoRenew", True)),
    }


def _app(call: Call) -> str:
    google = call.body.get("google")
    app = google.get("appName") if isinstance(google, Mapping) else None
    return str(app or "OAuth")[:30]


def _as_list(rows: object) -> list[Any]:
    if not isinstance(rows, list):
        raise Refusal(400, "mailboxes of a domain must be a list")
    return rows


def _wished_mailbox(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(
        isinstance(value.get(key), str) and value[key] for key in ("username", "firstName", "lastName")
    ):
        raise Refusal(400, "each mailbox needs username, firstName and lastName")
    username = value["username"].lower()
    if not USERNAME.match(username):
        raise Refusal(422, f"Username {username} is not valid")
    if username in RESERVED_NAMES:
        raise Refusal(422, f"Username {username} is reserved by the provider")
    return {
        "username": username,
        "firstName": value["firstName"][:80],
        "lastName": value["lastName"][:80],
        "picture": str(value.get("profilePicture") or "")[:500],
        "onWarmup": value.get("onWarmup") is True,
    }


def _owned_domain(person: Person, body: Mapping[str, Any]) -> tuple[Domain, Subscription | None]:
    """The domain, and the subscription that was named."""
    found = None
    if body.get("subscriptionId"):
        found = Subscription.objects.filter(pk=body["subscriptionId"], person=person).select_related("domain").first()
        if found and found.status not in provisioning.RUNNING:
            raise Refusal(422, f"Subscription is {found.status}")
        domain = found.domain if found else None
    else:
        domain = Domain.objects.filter(pk=body["domainId"], person=person).first()
    if domain is None:
        raise Refusal(404, "Domain or subscription not found")
    if domain.status != "ACTIVE":
        raise Refusal(422, "Domain is not active")
    return domain, found


def _existing(mailboxes: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    wanted = [f"{each['username']}@{name}" for name, rows in mailboxes.items() for each in rows]
    twins = sorted({email for email in wanted if wanted.count(email) > 1}) if len(set(wanted)) < len(wanted) else []
    living = Mailbox.objects.filter(email__in=wanted).exclude(status__in=GONE)
    return twins or list(living.values_list("email", flat=True))


def _write(person: Person, wish: dict[str, Any], call: Call) -> Order:
    return Order.objects.create(
        person=person, wish=wish, provider=wish["provider"], auto_renew=wish["autoRenew"], created_at=call.now
    )


def _find(call: Call, order_id: str) -> Order:
    order = Order.objects.select_related("person").filter(pk=order_id).first()
    if order is None:
        raise Refusal(404, "Order not found")
    if call.user_id() != order.person_id:
        raise Refusal(403, "Order belongs to another user")
    return order


def _process(order: Order, call: Call) -> None:
    """Prices are those of this moment. The money must be there now; it is taken thing by thing."""
    if order.processed_at:
        raise Refusal(409, "Order has already been processed")
    order.total_minor = _total(order)
    if taken := _existing(order.wish["mailboxes"]) if order.wish.get("domainId") else []:
        raise Refusal(422, f"Mailbox {taken[0]} already exists")
    if wallet.balance_minor() < order.total_minor:
        raise Refusal(422, "Insufficient wallet balance")
    order.processed_at = call.now
    order.action_id = new_action_id()
    order.wish["scenario"] = call.scenario or order.wish.get("scenario", "")
    order.save()
    _write_things(order, call)
    provisioning.start(order)


def _total(order: Order) -> int:
    domains = sum(catalogue.price_minor(each["domain"], each["years"]) for each in order.wish["domains"])
    sold = {each["domain"] for each in order.wish["domains"]} or set(order.wish["mailboxes"])
    mailboxes = [each for name, rows in order.wish["mailboxes"].items() if name in sold for each in rows]
    warm = sum(1 for each in mailboxes if each["onWarmup"])
    price = provisioning.mailbox_price_minor(order.wish.get("domainId", ""))
    return domains + price * len(mailboxes) + catalogue.WARMUP_PRICE_MINOR * warm


def _write_things(order: Order, call: Call) -> None:
    by_name = {
        each["domain"]: Domain.objects.create(
            person=order.person,
            order=order,
            name=each["domain"],
            provider=order.provider,
            price_minor=catalogue.price_minor(each["domain"], each["years"]),
            years=each["years"],
            forwarding=each["forwarding"],
        )
        for each in order.wish["domains"]
    }
    if order.wish.get("domainId"):
        owned = Domain.objects.get(pk=order.wish["domainId"])
        by_name[owned.name] = owned
    Mailbox.objects.bulk_create(
        Mailbox(
            person=order.person,
            domain=by_name[name],
            order=order,
            username=each["username"],
            email=f"{each['username']}@{name}",
            first_name=each["firstName"],
            last_name=each["lastName"],
            picture=each["picture"],
            warmup="PENDING" if each["onWarmup"] else "",
            created_at=call.now,
        )
        for name, rows in order.wish["mailboxes"].items()
        if name in by_name
        for each in rows
    )


def _domain_line(domain: Domain) -> dict[str, Any]:
    return {
        "domainName": domain.name,
        "domainId": domain.id if domain.status == "ACTIVE" else None,
        "years": domain.years,
        "price": wallet.as_dollars(domain.price_minor),
        "status": domain.status,
        "reason": domain.reason or None,
    }
