"""What time does to a subscription: renewal, past due, expiry, and the price step after a year."""

from datetime import datetime, timedelta

from reseller_portal.sandbox import catalogue, clock, events, steps, wallet
from reseller_portal.sandbox.models import Mailbox, Subscription
from reseller_portal.sandbox.operations.owned import GONE
from reseller_portal.sandbox.steps import later, step
from reseller_portal.sandbox.wire import Refusal

GRACE = timedelta(days=7)
WORK_SECONDS = 5.0
RETRY_SECONDS = 86_400.0
LATER_MINOR = 500
BLOCKING = ("GRACE_PERIOD", "EXPIRED")


def watch_subscription(subscription: Subscription) -> None:
    steps.at(subscription.period_end, "subscription_ends", subscription.id)


@step("subscription_ends")
def end_period(subscription_id: str) -> None:
    subscription = _subscription(subscription_id)
    if subscription is None or subscription.status != "ACTIVE" or subscription.period_end > clock.now():
        return
    if subscription.auto_renew:
        begin_subscription_renewal(subscription)
    else:
        _fall_past_due(subscription, "Auto renewal is off", None)


@step("subscription_retries")
def retry_renewal(subscription_id: str) -> None:
    subscription = _subscription(subscription_id)
    if subscription and subscription.status == "PAST_DUE" and subscription.auto_renew:
        begin_subscription_renewal(subscription)


def begin_subscription_renewal(subscription: Subscription, *, action_id: str = "-") -> None:
    subscription.status = "RENEWING"
    subscription.save(update_fields=["status"])
    quantity = subscription.mailboxes.count()
    words = f"Renewal of {quantity} mailboxes on {subscription.domain.name} has started"
    cause = None if action_id == "-" else action_id
    facts = events.subscription_facts(subscription, words)
    events.emit("subscription.renewing", subscription.person, facts, action_id=cause)
    later(WORK_SECONDS, "subscription_renews", f"{subscription.id} {action_id}")


@step("subscription_renews")
def finish_subscription_renewal(subject: str) -> None:
    subscription_id, _, action_id = subject.partition(" ")
    subscription = _subscription(subscription_id)
    if subscription is None or subscription.status != "RENEWING":
        return
    cause = None if action_id == "-" else action_id
    if subscription.domain.status in BLOCKING:
        _fail_subscription_renewal(subscription, f"Linked domain is in {subscription.domain.status}", cause)
        return
    price = _price_from(subscription, subscription.period_end)
    warm = subscription.mailboxes.filter(warmup__in=["ACTIVE", "PENDING", "PAUSED"]).count()
    due = price * subscription.mailboxes.count() + warm * catalogue.WARMUP_PRICE_MINOR
    try:
        wallet.charge(due, f"Renewal of the mailboxes on {subscription.domain.name}")
    except Refusal as refusal:
        _fail_subscription_renewal(subscription, refusal.words, cause)
        return
    _start_period(subscription, price, cause)


def _start_period(subscription: Subscription, price: int, action_id: str | None) -> None:
    before, subscription.price_minor = subscription.price_minor, price
    subscription.status = "ACTIVE"
    subscription.period_start = subscription.period_end
    subscription.period_end = clock.months_later(subscription.period_end, 1)
    subscription.save()
    watch_subscription(subscription)
    subscription.mailboxes.filter(status="EXPIRED").update(status="ACTIVE")
    words = f"Subscription renewed for {subscription.mailboxes.count()} mailboxes"
    facts = events.subscription_facts(subscription, words)
    events.emit("subscription.renewal.success", subscription.person, facts, action_id=action_id)
    if price != before:
        words = f"Price per mailbox is now {price / 100:g} USD per month"
        prices = {"pricePerMailbox": price / 100, "previousPricePerMailbox": before / 100}
        events.emit(
            "subscription.updated", subscription.person, events.subscription_facts(subscription, words, **prices)
        )


def _price_from(subscription: Subscription, start: datetime) -> int:
    """The price steps up once, at the renewal that crosses twelve months."""
    is_first_year = start < clock.months_later(subscription.started_at, 12)
    return subscription.price_minor if is_first_year else max(subscription.price_minor, LATER_MINOR)


def _fail_subscription_renewal(subscription: Subscription, reason: str, action_id: str | None) -> None:
    is_blocked = reason.startswith("Linked domain")
    is_over = subscription.period_end <= clock.now()
    if is_blocked or not is_over:
        subscription.status = "PAST_DUE" if is_over else "ACTIVE"
        subscription.save(update_fields=["status"])
        words = "Renewal blocked by domain state" if is_blocked else "Renewal failed"
        facts = events.subscription_facts(subscription, words, reason=reason)
        events.emit("subscription.renewal.failed", subscription.person, facts, action_id=action_id)
        if is_over:
            _wait_past_due(subscription)
        return
    _fall_past_due(subscription, reason, action_id)


def _fall_past_due(subscription: Subscription, reason: str, action_id: str | None) -> None:
    subscription.status = "PAST_DUE"
    subscription.save(update_fields=["status"])
    facts = events.subscription_facts(subscription, "Payment failed, 7 days left to renew", reason=reason)
    events.emit("subscription.past_due", subscription.person, facts, action_id=action_id)
    _wait_past_due(subscription)


def _wait_past_due(subscription: Subscription) -> None:
    """With autoRenew on nothing happens at the end of the grace, so that nothing need look for it after each retry."""
    grace_end = subscription.period_end + GRACE
    if not subscription.auto_renew or clock.now() < grace_end:
        steps.at(max(grace_end, clock.now()), "subscription_grace_ends", subscription.id)
    if subscription.auto_renew:
        later(RETRY_SECONDS, "subscription_retries", subscription.id)


@step("subscription_grace_ends")
def expire_subscription(subscription_id: str) -> None:
    """With autoRenew on it stays PAST_DUE for ever (contract, quirk 26)."""
    subscription = _subscription(subscription_id)
    if subscription is None or subscription.status != "PAST_DUE" or subscription.auto_renew:
        return
    if clock.now() < subscription.period_end + GRACE:
        return
    subscription.status = "EXPIRED"
    subscription.save(update_fields=["status"])
    # Those that were still coming up, too: nothing works under a subscription that has ended.
    Mailbox.objects.filter(subscription=subscription).exclude(status__in=GONE).update(status="EXPIRED")
    facts = events.subscription_facts(subscription, "Subscription expired")
    events.emit("subscription.expired", subscription.person, facts)


def _subscription(subscription_id: str) -> Subscription | None:
    return Subscription.objects.select_related("person", "domain").filter(pk=subscription_id).first()
