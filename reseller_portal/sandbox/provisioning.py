"""How an order comes up: the registry, the workspace, each mailbox. Times in seconds of the sandbox's clock."""

import secrets

import pyotp

from reseller_portal.sandbox import catalogue, clock, events, mail_records, wallet
from reseller_portal.sandbox.domain_clock import watch_domain
from reseller_portal.sandbox.models import Domain, Mailbox, Order, Subscription
from reseller_portal.sandbox.steps import later, step
from reseller_portal.sandbox.subscription_clock import watch_subscription
from reseller_portal.sandbox.wire import Refusal

REGISTRY = 2.0
WORKSPACE = 1.5
MAILBOX = 1.5
PASSWORD = 1.0
STAGGER = 0.4
WARMUP = 120.0
EXPORT = 4.0
REFUND = 300.0
# How many times longer the mailboxes of a slow name take.
SLOWNESS = 900.0
# A domain that takes mailboxes, and a subscription that takes more of them.
READY = ("ACTIVE", "RENEWING")
RUNNING = ("ACTIVE", "RENEWING", "PAST_DUE")
UNDER_WAY = ("PENDING", "IN_PROGRESS", "CREATING_PASSWORD")


def start(order: Order) -> None:
    """Put the domains in line, or go straight to the workspace of an owned one.

    An order none of whose names could be had has failed already.
    """
    domains = list(order.domain_set.order_by("name"))
    for number, domain in enumerate(domains):
        later(REGISTRY + number * STAGGER, "register", domain.id)
    owned = order.wish.get("domainId") or ""
    if owned:
        later(WORKSPACE, "workspace", f"{owned} {order.id}")
    elif not domains:
        order.status = "FAILED"
        order.save(update_fields=["status"])


@step("register")
def register(domain_id: str) -> None:
    domain = Domain.objects.select_related("order", "person").filter(pk=domain_id, status="PENDING").first()
    if domain is None:
        return
    if catalogue.registry_refuses(domain.name) or _is_doomed(domain):
        _fail_domain(domain, "Registry rejected the request")
        return
    if catalogue.is_owned(domain.name):
        _fail_domain(domain, "Domain is not available")
        return
    try:
        wallet.charge(domain.price_minor, f"Domain {domain.name}", domain.order_id or "")
    except Refusal as refusal:
        domain.price_minor = 0
        _fail_domain(domain, refusal.words)
        return
    domain.registered_at = clock.now()
    domain.expires_at = clock.months_later(clock.now(), 12 * domain.years)
    if catalogue.is_refunded(domain.name):
        _fail_domain(domain, "Domain is not available")
        later(REFUND, "refund", domain.id)
        return
    # What was removed under way asks for no workspace any more.
    if catalogue.has_hidden_conflict(domain.name) and domain.mailboxes.filter(status__in=UNDER_WAY).exists():
        _fail_domain(domain, "Workspace validation failed")
        return
    domain.status = "ACTIVE"
    domain.save()
    watch_domain(domain)
    events.emit("domain.order.success", domain.person, events.domain_facts(domain), order=domain.order)
    if domain.mailboxes.filter(order=domain.order).exists():
        later(WORKSPACE, "workspace", f"{domain.id} {domain.order_id}")
    _close(domain.order)


@step("refund")
def refund(domain_id: str) -> None:
    """The name was taken, the money was too: it comes back later, and no event tells."""
    domain = Domain.objects.select_related("order").filter(pk=domain_id).first()
    if domain is None:
        return
    wallet.add(domain.price_minor, f"Refund of {domain.name}")
    order = domain.order
    if order and order.status in {"FAILED", "PARTIAL_REFUND"}:
        order.status = "REFUND" if order.status == "FAILED" else order.status
        order.save(update_fields=["status"])


def _is_doomed(domain: Domain) -> bool:
    """By the scenario that the order came with."""
    order = domain.order
    scenario = order.wish.get("scenario") if order else ""
    if order is None or scenario not in {"full_failure", "partial_failure"}:
        return False
    return scenario == "full_failure" or domain.name == order.wish["domains"][-1]["domain"]


@step("workspace")
def open_workspace(subject: str) -> None:
    domain_id, _, order_id = subject.partition(" ")
    domain = Domain.objects.select_related("person").filter(pk=domain_id).first()
    order = Order.objects.filter(pk=order_id).first()
    if domain is None or order is None:
        return
    mailboxes = list(domain.mailboxes.filter(order=order, status="IN_PROGRESS").order_by("pk"))
    if not mailboxes:
        _close(order)
        return
    if domain.status not in READY:
        _fail_mailboxes(domain, order, mailboxes, f"Domain is {domain.status}")
        return
    warm = sum(each.warmup == "PENDING" for each in mailboxes)
    price = mailbox_price_minor(domain.id) * len(mailboxes) + catalogue.WARMUP_PRICE_MINOR * warm
    try:
        wallet.charge(price, f"{len(mailboxes)} mailboxes on {domain.name}", order.id)
    except Refusal as refusal:
        _fail_mailboxes(domain, order, mailboxes, refusal.words)
        return
    subscription = domain.subscriptions.filter(status__in=RUNNING).first() or subscribe(domain, order)
    domain.provider = order.provider
    domain.save()
    events.emit(
        "mailbox.order.success", domain.person, events.workspace_facts(subscription, len(mailboxes), price), order=order
    )
    for number, mailbox in enumerate(mailboxes):
        mailbox.subscription = subscription
        mailbox.is_admin = number == 0 and subscription.mailboxes.count() == 0
        mailbox.save()
        later((MAILBOX + number * STAGGER) * _pace(domain), "password", mailbox.id)


def mailbox_price_minor(domain_id: str) -> int:
    """Of one more mailbox there: what its running subscription asks for each, else what a new one does."""
    running = Subscription.objects.filter(domain_id=domain_id, status__in=RUNNING).first()
    return running.price_minor if running else catalogue.mailbox_price_minor()


@step("password")
def create_password(mailbox_id: str) -> None:
    mailbox = _under_way(mailbox_id, "IN_PROGRESS")
    if mailbox is None:
        return
    if catalogue.mailboxes_fail(mailbox.domain.name):
        _fail_unheard(mailbox)
        return
    mailbox.status = "CREATING_PASSWORD"
    mailbox.save(update_fields=["status"])
    later(PASSWORD * _pace(mailbox.domain), "activate", mailbox_id)


def _fail_unheard(mailbox: Mailbox) -> None:
    """After it was paid for. No event is known for it: only reading the order tells."""
    mailbox.status = "FAILED"
    mailbox.save(update_fields=["status"])
    _close(mailbox.order)


def _pace(domain: Domain) -> float:
    """How many times longer its mailboxes take."""
    hours = clock.manners().get("microsoft_hours", 0) if domain.provider == "MICROSOFT" else 0
    return max(SLOWNESS if catalogue.is_slow(domain.name) else 1.0, hours * 3600 / (MAILBOX + PASSWORD))


@step("activate")
def activate(mailbox_id: str) -> None:
    mailbox = _under_way(mailbox_id, "CREATING_PASSWORD")
    if mailbox is None:
        return
    bring_up(mailbox)
    if mailbox.warmup == "PENDING":
        later(WARMUP, "warmup_starts", mailbox.id)
    if mailbox.order:
        _export_of_order(mailbox, mailbox.order)
        _close(mailbox.order)


def _under_way(mailbox_id: str, status: str) -> Mailbox | None:
    """None when it was removed meanwhile, which may have been all that its order waited for."""
    rows = Mailbox.objects.select_related("domain", "person", "subscription", "order")
    mailbox = rows.filter(pk=mailbox_id).first()
    if mailbox is None or mailbox.status == status:
        return mailbox
    _close(mailbox.order)
    return None


def bring_up(mailbox: Mailbox, action_id: str | None = None) -> None:
    """Give it its credentials and tell; `action_id` is the call that caused it, if that was not its order."""
    _equip(mailbox)
    mailbox.save()
    facts = events.mailbox_facts(mailbox)
    events.emit("mailbox.created", mailbox.person, facts, order=mailbox.order, action_id=action_id)


def _equip(mailbox: Mailbox) -> None:
    mailbox.status = "ACTIVE"
    mailbox.password = secrets.token_urlsafe(12)
    mailbox.app_password = " ".join(secrets.token_hex(2) for _ in range(4))
    mailbox.authenticator = pyotp.random_base32()


def _export_of_order(mailbox: Mailbox, order: Order) -> None:
    """Only orders with OAuth settings that fit the provider lead to an export."""
    app = order.wish.get("exportsTo")
    if app:
        later(EXPORT, "mailbox_exported", f"{mailbox.id} {order.action_id} {app}")


def ready_mailbox(subscription: Subscription, order: Order, *, first: str, last: str, is_admin: bool) -> Mailbox:
    """A mailbox that is active from the start, as pre-warmed ones are."""
    username = f"{first}.{last}".lower()
    mailbox = Mailbox(
        person=subscription.person,
        domain=subscription.domain,
        subscription=subscription,
        order=order,
        username=username,
        email=f"{username}@{subscription.domain.name}",
        first_name=first,
        last_name=last,
        is_admin=is_admin,
        warmup="ACTIVE",
        created_at=clock.now(),
    )
    _equip(mailbox)
    mailbox.save()
    return mailbox


def subscribe(domain: Domain, order: Order) -> Subscription:
    mail_records.equip(domain)
    made = Subscription.objects.create(
        person=domain.person,
        domain=domain,
        provider=order.provider,
        price_minor=catalogue.mailbox_price_minor(),
        auto_renew=order.auto_renew,
        started_at=clock.now(),
        period_start=clock.now(),
        period_end=clock.months_later(clock.now(), 1),
    )
    watch_subscription(made)
    return made


def _fail_domain(domain: Domain, reason: str) -> None:
    """No mailbox event follows (contract, quirk 16). What was charged stays charged."""
    domain.status = "FAILED"
    domain.reason = reason
    domain.save()
    domain.mailboxes.filter(order=domain.order).update(status="FAILED")
    facts = {"domainId": None, "domainName": domain.name, "reason": reason}
    if domain.registered_at:
        facts["price"] = domain.price_minor / 100  # type: ignore[assignment]  # a number beside texts
    events.emit("domain.order.failed", domain.person, facts, order=domain.order)
    _close(domain.order)


def _fail_mailboxes(domain: Domain, order: Order, mailboxes: list[Mailbox], reason: str) -> None:
    Mailbox.objects.filter(pk__in=[each.pk for each in mailboxes]).update(status="FAILED")
    facts = {
        "domainId": domain.id,
        "domainName": domain.name,
        "subscriptionId": None,
        "workspaceType": order.provider,
        "quantity": len(mailboxes),
        "reason": reason,
    }
    events.emit("mailbox.order.failed", domain.person, facts, order=order)
    _close(order)


def _close(order: Order | None) -> None:
    """The order ends with its last thing; what was removed under way counts as delivered."""
    if order is None:
        return
    states = set(order.domain_set.values_list("status", flat=True)) | set(
        order.mailbox_set.values_list("status", flat=True)
    )
    if states & set(UNDER_WAY):
        return
    order.status = "PAID" if "FAILED" not in states else "FAILED" if states == {"FAILED"} else "PARTIAL_REFUND"
    order.save(update_fields=["status"])
