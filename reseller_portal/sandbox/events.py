"""Make webhooks: the exact body is kept, so that every attempt sends the same bytes."""

import json
from typing import Any

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.ids import new_id
from reseller_portal.sandbox.models import Domain, Event, Mailbox, Order, Person, Subscription


def emit(name: str, person: Person, facts: dict[str, Any], *, order: Order | None = None) -> None:
    """Queue an event for delivery at once. Events that an API call caused carry its actionId."""
    cause = {"orderId": order.id, "actionId": order.action_id} if order else {}
    data = {"userId": person.id, "userEmail": person.email, **cause, **facts}
    event_id = new_id()
    body = json.dumps({"event": name, "eventId": event_id, "data": data}, ensure_ascii=False)
    Event.objects.create(event_id=event_id, name=name, body=body, made_at=clock.now(), due_at=clock.real_now())


def domain_facts(domain: Domain) -> dict[str, Any]:
    return {
        "domainId": domain.id,
        "domainName": domain.name,
        "creationTime": clock.as_event_text(domain.registered_at or clock.now()),
        "expiryDate": clock.as_event_text(domain.expires_at or clock.now()),
        "price": domain.price_minor / 100,
    }


def workspace_facts(subscription: Subscription, quantity: int) -> dict[str, Any]:
    return {
        "domainId": subscription.domain_id,
        "domainName": subscription.domain.name,
        "subscriptionId": subscription.id,
        "workspaceType": subscription.provider,
        "creationTime": clock.as_event_text(subscription.started_at),
        "expiryDate": clock.as_event_text(subscription.period_end),
        "price": subscription.price_minor * quantity / 100,
        "quantity": quantity,
    }


def mailbox_facts(mailbox: Mailbox) -> dict[str, Any]:
    subscription = mailbox.subscription
    return {
        "mailboxId": mailbox.id,
        "email": mailbox.email,
        "firstName": mailbox.first_name,
        "lastName": mailbox.last_name,
        "profilePicture": None,
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
