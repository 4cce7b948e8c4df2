"""Subscriptions. None of these calls takes a userId: an id of any customer will do (contract, quirk 1)."""

from collections.abc import Iterable

from reseller_portal.sandbox import clock, events, provisioning
from reseller_portal.sandbox.ids import new_action_id
from reseller_portal.sandbox.models import Subscription
from reseller_portal.sandbox.operations.owned import GONE
from reseller_portal.sandbox.steps import later, step
from reseller_portal.sandbox.subscription_clock import begin_subscription_renewal, watch_subscription
from reseller_portal.sandbox.wire import Answer, Call, Refusal, bare, ok, operation

RECREATION_SECONDS = 180.0
ORDERED = "Subscriptions added for renewal. Please ensure you have enough balance to renew the subscriptions."


@operation("renew_subscriptions", "POST", "/subscriptions/renew-subscriptions", writes=True)
def renew_subscriptions(call: Call) -> Answer:
    """Accepted with an empty wallet; the outcome comes by event (contract, quirk 25)."""
    found = _each_once(_find(each) for each in call.need_texts("subscriptionIds"))
    action_id = new_action_id()
    for subscription in found:
        if subscription.status not in {"ACTIVE", "PAST_DUE"}:
            raise Refusal(422, f"Subscription is {subscription.status} and cannot be renewed")
    for subscription in found:
        begin_subscription_renewal(subscription, action_id=action_id)
    return _with_action(ORDERED, action_id)


@operation("set_subscription_auto_renew", "POST", "/subscriptions/toggle-autorenewal", writes=True)
def set_subscription_auto_renew(call: Call) -> Answer:
    """Sets, never flips. Switching off sends no event (contract, quirk 26)."""
    subscription = _find(str(call.need("subscriptionId", str)))
    wanted = bool(call.need("autoRenew", bool))
    if subscription.status in {"CANCELLED", "EXPIRED"}:
        raise Refusal(422, f"Subscription is {subscription.status}")
    subscription.auto_renew = wanted
    subscription.save(update_fields=["auto_renew"])
    if subscription.status == "PAST_DUE":
        _wake(subscription)
    data = {"subscriptionId": subscription.id, "autoRenew": wanted}
    return ok("Auto renewal updated successfully", data)


def _wake(subscription: Subscription) -> None:
    """A past due subscription retries, or runs out, depending on the switch."""
    kind = "subscription_retries" if subscription.auto_renew else "subscription_grace_ends"
    later(60, kind, subscription.id)


@operation("cancel_subscription", "POST", "/subscriptions/cancel", writes=True)
def cancel_subscription(call: Call) -> Answer:
    """The workspace is gone at once, although the words say *will be*; a name hits its owner (contract, quirk 24)."""
    subscription = _named(call)
    if subscription.status in {"CANCELLED", "EXPIRED"}:
        raise Refusal(422, f"Subscription is already {subscription.status}")
    action_id = new_action_id()
    quantity = subscription.mailboxes.exclude(status__in=GONE).count()
    subscription.status = "CANCELLED"
    subscription.auto_renew = False
    subscription.save()
    words = "Subscription cancelled and workspace deleted"
    facts = {**events.subscription_facts(subscription, words), "quantity": quantity}
    subscription.mailboxes.update(status="REMOVED", subscription=None)
    events.emit("subscription.cancelled", subscription.person, facts, action_id=action_id)
    return ok("Subscription will be cancelled successfully")


@operation(
    "recreate_subscriptions",
    "POST",
    "/component/subscriptions/recreate",
    writes=True,
    also=(("POST", "/subscriptions/recreate"),),
)
def recreate_subscriptions(call: Call) -> Answer:
    """A new id replaces each old one; the mailboxes are EXPIRED for some minutes (contract, quirk 27)."""
    if call.body.get("subscriptionIds"):
        found = _each_once(_find(each) for each in call.need_texts("subscriptionIds"))
    else:
        found = _each_once(_living_of(each) for each in call.need_texts("domainNames"))
    _refuse_unfit(found)
    action_id = new_action_id()
    for subscription in found:
        _recreate(subscription, action_id)
    return ok("Subscription recreation has been queued", actionId=action_id)


def _refuse_unfit(found: Iterable[Subscription]) -> None:
    for subscription in found:
        if subscription.status == "RENEWING":
            raise Refusal(409, "Subscription is being renewed")
        if subscription.status == "CANCELLED":
            raise Refusal(422, "Subscription is CANCELLED and cannot be recreated")


def _recreate(old: Subscription, action_id: str) -> None:
    new = Subscription.objects.create(
        person=old.person,
        domain=old.domain,
        provider=old.provider,
        auto_renew=old.auto_renew,
        started_at=clock.now(),
        period_start=clock.now(),
        period_end=clock.months_later(clock.now(), 1),
    )
    old.mailboxes.update(subscription=new, status="EXPIRED", password="", app_password="", authenticator="")
    old.delete()
    watch_subscription(new)
    later(RECREATION_SECONDS, "recreated", f"{new.id} {action_id}")


@step("recreated")
def recreated(subject: str) -> None:
    subscription_id, _, action_id = subject.partition(" ")
    subscription = Subscription.objects.filter(pk=subscription_id, status="ACTIVE").first()
    if subscription is None:
        return
    for mailbox in subscription.mailboxes.filter(status="EXPIRED").select_related("domain", "person", "order"):
        provisioning.bring_up(mailbox, action_id)


def _each_once(found: Iterable[Subscription]) -> list[Subscription]:
    return list(dict.fromkeys(found))


def _find(subscription_id: str) -> Subscription:
    found = Subscription.objects.select_related("person", "domain").filter(pk=subscription_id).first()
    if found is None:
        raise Refusal(404, "Subscription not found")
    return found


def _named(call: Call) -> Subscription:
    if call.body.get("subscriptionId"):
        return _find(str(call.need("subscriptionId", str)))
    return _living_of(str(call.need("domain", str)))


def _living_of(name: str) -> Subscription:
    rows = Subscription.objects.select_related("person", "domain").filter(domain__name=name.lower())
    found = rows.exclude(status__in=["CANCELLED", "EXPIRED"]).order_by("-started_at").first()
    if found is None:
        raise Refusal(404, "Subscription not found")
    return found


def _with_action(words: str, action_id: str) -> Answer:
    """Answers of the older generation carry no actionId (contract, quirk 36)."""
    if clock.world().manners.get("generation") == "older":
        return bare(words)
    return bare(words, actionId=action_id)
