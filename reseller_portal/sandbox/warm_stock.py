"""The stock of pre-warmed packages, and how an order for some of them ends."""

from datetime import timedelta

from reseller_portal.sandbox import clock, domain_clock, events, provisioning, wallet
from reseller_portal.sandbox.models import Domain, Mailbox, Order, Package, Subscription
from reseller_portal.sandbox.steps import step
from reseller_portal.sandbox.wire import Refusal

PRACTICE = {
    "sandbox.nexora-tech.com": "GOOGLE",
    "mail-sandbox.brightplathlabs.com": "GOOGLE",
    "sandbox-mail.corevista.io": "MICROSOFT",
    "sandbox.stratospherehq.com": "MICROSOFT",
}
STEMS = ("lanternfield", "tidegrove", "northquay", "amberline", "foxhollow", "brightfen", "stonemill", "riverbend")
PEOPLE = (("Elif", "Moreau"), ("Otto", "Brandt"), ("Rhea", "Stone"), ("Juno", "Vale"))
WARM_FOR = timedelta(days=120)
FRESH_FOR = timedelta(days=60)


def fill() -> None:
    """Put the packages on the shelf once; what is sold does not come back, and what grew old there is replaced."""
    since = clock.now() - WARM_FOR
    if Package.objects.exists():
        Package.objects.filter(is_sold=False, warm_since__lt=since - FRESH_FOR).update(warm_since=since)
        return
    practice = [
        Package(
            domain=name, provider=provider, names=PEOPLE[2:3], price_minor=0, renewal_minor=0, is_practice=True,
            warm_since=since,
        )
        for name, provider in PRACTICE.items()
    ]  # fmt: skip
    for_sale = [
        Package(
            domain=f"warm-{stem}.com", provider="MICROSOFT" if number % 3 == 2 else "GOOGLE",
            names=PEOPLE[: 2 + number % 3], price_minor=1400 * (2 + number % 3),
            renewal_minor=700 * (2 + number % 3), warm_since=since,
        )
        for number, stem in enumerate(STEMS)
    ]  # fmt: skip
    Package.objects.bulk_create([*practice, *for_sale])


@step("assign_packages")
def assign_packages(order_id: str) -> None:
    """One order may end in both events, each with its own domains (contract, quirk 32)."""
    order = Order.objects.select_related("person").filter(pk=order_id).first()
    if order is None:
        return
    given, failed = [], []
    for number, item in enumerate(order.wish["order"]):
        reason = _doom(order, number) or _sell(order, item["domain"], item["forwardTo"])
        if reason:
            failed.append({"domain": item["domain"], "reason": reason})
        else:
            given.append(item["domain"])
    if given:
        details = [_details(order, name) for name in given]
        facts = {"serviceProvider": order.provider, "mailboxDetails": details}
        events.emit("prewarmup.order.success", order.person, facts, order=order)
    if failed:
        words = f"{len(failed)} of {len(given) + len(failed)} domains could not be assigned"
        facts = {"serviceProvider": order.provider, "failedDomains": failed, "reason": words}
        events.emit("prewarmup.order.failed", order.person, facts, order=order)
    order.status = "PAID" if not failed else "PARTIAL_REFUND" if given else "FAILED"
    order.save(update_fields=["status"])


def _doom(order: Order, number: int) -> str:
    """What the scenario wants: unknown words behave like success (contract, quirk 38)."""
    scenario = order.wish["scenario"]
    is_last = number == len(order.wish["order"]) - 1
    return "Scenario" if scenario == "full_failure" or (scenario == "partial_failure" and is_last) else ""


def _sell(order: Order, name: str, forward_to: str) -> str:
    """Hand over a package. Returns the reason when it cannot be had."""
    fill()
    rows = Package.objects.filter(domain=name, provider=order.provider, is_practice=order.wish["practice"])
    package = rows.filter(is_sold=False).first()
    if package is None:
        return "No pre-warmed pool available"
    try:
        wallet.charge(package.price_minor, f"Pre-warmed domain {name}", order.id)
    except Refusal as refusal:
        return refusal.words
    package.is_sold = not package.is_practice
    package.save(update_fields=["is_sold"])
    _hand_over(order, package, forward_to)
    return ""


def _hand_over(order: Order, package: Package, forward_to: str) -> None:
    domain = Domain.objects.create(
        person=order.person,
        order=order,
        name=package.domain,
        status="ACTIVE",
        provider=package.provider,
        price_minor=package.price_minor,
        forwarding={"forwardTo": forward_to, "maskForwarding": False} if forward_to else None,
        registered_at=package.warm_since,
        expires_at=clock.months_later(package.warm_since, 12),
    )
    domain_clock.watch_domain(domain)
    subscription = provisioning.subscribe(domain, order)
    for number, (first, last) in enumerate(package.names):
        provisioning.ready_mailbox(subscription, order, first=first, last=last, is_admin=number == 0)


def _details(order: Order, name: str) -> dict[str, object]:
    subscription = Subscription.objects.get(domain__order=order, domain__name=name)
    rows = Mailbox.objects.filter(subscription=subscription).order_by("-is_admin", "email")
    since = clock.as_text(clock.now() - WARM_FOR)
    return {
        "domain": name,
        "subscriptionId": subscription.id,
        "preWarmedUpMailboxes": [
            {
                "mailboxId": each.id,
                "email": each.email,
                "firstName": each.first_name,
                "lastName": each.last_name,
                "profilePicture": each.picture or None,
                "password": each.password,
                "appPassword": each.app_password,
                "authenticatorSecret": each.authenticator,
                "isAdmin": each.is_admin,
                "warmingUpFrom": since,
                "expiryDate": clock.as_text(subscription.period_end),
            }
            for each in rows
        ],
    }
