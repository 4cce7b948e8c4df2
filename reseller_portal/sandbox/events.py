"""Make webhooks: the exact body is kept, so that every attempt sends the same bytes."""

import json
from typing import Any

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.ids import new_id
from reseller_portal.sandbox.models import Domain, Event, Mailbox, Order, Person, Subscription

OLDER_SUBSCRIPTION_KEYS = ("userId", "userEmail", "subscriptionId", "workspaceType", "quantity")


def emit(
    name: str, person: Person, facts: dict[str, Any], *, order: Order | None = None, action_id: str | None = None
) -> None:
    """Queue an event for delivery at once. Events that an API call caused carry its actionId, those of a clock none."""
    cause: dict[str, Any] = {"orderId": order.id, "actionId": order.action_id} if order else {}
    if action_id:
        cause["actionId"] = action_id
    content = {"userId": person.id, "userEmail": person.email, **cause, **facts}
    generation = clock.manners().get("generation", "current")
    if generation == "older" and name.startswith("subscription."):
        content = {key: value for key, value in content.items() if key in OLDER_SUBSCRIPTION_KEYS}
    if generation == "listed" and name == "domain.order.success":
        _keep(name, {"event": name, "data": _listed(content)})
        return
    event_id = new_id()
    _keep(name, {"event": name, "eventId": event_id, "data": content}, event_id)


def _listed(content: dict[str, Any]) -> dict[str, Any]:
    """The other shape of `domain.order.success`: it names neither user nor ids (contract, quirk 34)."""
    return {"actionId": content.get("actionId"), "domains": [{"domain": content["domainName"], "status": "ACTIVE"}]}


def emit_warmup(name: str, mailbox: Mailbox, *, with_person: bool) -> None:
    """Warm-up events say `eventType` and have no eventId; that of a removal names no user (contract, quirk 33).

    The generation `usual` sends them like all others.
    """
    whose = {"userId": mailbox.person_id, "userEmail": mailbox.person.email} if with_person else {}
    facts = {
        "mailboxId": mailbox.id,
        "email": mailbox.email,
        "domain": mailbox.domain.name,
        "workspaceType": mailbox.domain.provider,
    }
    if clock.manners().get("generation") == "usual":
        emit(name, mailbox.person, facts)
        return
    _keep(name, {"eventType": name, "data": {**whose, **facts}})


def _keep(name: str, content: dict[str, Any], event_id: str = "") -> None:
    is_held = bool(clock.manners().get("hold"))
    Event.objects.create(
        event_id=event_id or new_id(),
        name=name,
        body=json.dumps(content, ensure_ascii=False),
        made_at=clock.now(),
        due_at=clock.real_now(),
        state="held" if is_held else "pending",
    )


def subscription_facts(subscription: Subscription, description: str, **more: Any) -> dict[str, Any]:
    return {
        "subscriptionId": subscription.id,
        "domainId": subscription.domain_id,
        "domain": subscription.domain.name,
        "workspaceType": subscription.provider,
        "quantity": subscription.mailboxes.exclude(status="FAILED").count(),
        "periodStart": clock.as_text(subscription.period_start),
        "periodEnd": clock.as_text(subscription.period_end),
        "autoRenew": subscription.auto_renew,
        "description": description,
        "subscriptionStatus": subscription.status,
        **more,
    }


def domain_facts(domain: Domain) -> dict[str, Any]:
    return {
        "domainId": domain.id,
        "domainName": domain.name,
        "creationTime": clock.as_event_text(domain.registered_at or clock.now()),
        "expiryDate": clock.as_event_text(domain.expires_at or clock.now()),
        "price": domain.price_minor / 100,
    }


def workspace_facts(subscription: Subscription, quantity: int, price_minor: int) -> dict[str, Any]:
    """`price_minor` is what the wallet paid for them."""
    return {
        "domainId": subscription.domain_id,
        "domainName": subscription.domain.name,
        "subscriptionId": subscription.id,
        "workspaceType": subscription.provider,
        "creationTime": clock.as_event_text(subscription.started_at),
        "expiryDate": clock.as_event_text(subscription.period_end),
        "price": price_minor / 100,
        "quantity": quantity,
    }


def mailbox_facts(mailbox: Mailbox) -> dict[str, Any]:
    subscription = mailbox.subscription
    return {
        "mailboxId": mailbox.id,
        "email": mailbox.email,
        "firstName": mailbox.first_name,
        "lastName": mailbox.last_name,
        "profilePicture": mailbox.picture or None,
        "domainId": mailbox.domain_id,
        "domainName": mailbox.domain.name,
        "subscriptionId": mailbox.subscription_id,
        "workspaceType": mailbox.domain.provider,
        "isAdmin": mailbox.is_admin,
        "creationTime": clock.as_event_text(mailbox.created_at),
        "expiryDate": clock.as_event_text(subscription.period_end) if subscription else None,
        "password": mailbox.password,
        "appPassword": mailbox.app_password,
        "authenticatorSecret": mailbox.authenticator,
    }
