"""Mailboxes, subscriptions and the wallet."""

from typing import Any

from django.db.models import Count, QuerySet

from reseller_portal.sandbox import clock, wallet
from reseller_portal.sandbox.manners import refuse_unknown, wallet_answer
from reseller_portal.sandbox.models import Mailbox, Subscription
from reseller_portal.sandbox.operations.owned import GONE, mailbox_by_id
from reseller_portal.sandbox.tallies import counts_of_mailboxes, counts_of_subscriptions, keys_of_page
from reseller_portal.sandbox.wire import Answer, Call, ok, operation, paged

SUBSCRIPTION_STATES = {"ACTIVE", "RENEWING", "PAST_DUE", "CANCELLED", "EXPIRED"}


@operation("list_user_mailboxes", "GET", "/mailboxes/single")
def list_user_mailboxes(call: Call) -> Answer:
    """*Single* is a single user, of many mailboxes (contract, quirk 21)."""
    person_id, (page, limit) = call.user_id(), call.page()
    rows = Mailbox.objects.filter(person_id=person_id).exclude(status__in=GONE).order_by("email", "id")
    if call.query.get("contains"):
        rows = _holding(rows, call.query["contains"].lower())
    window = rows.select_related("domain", "subscription")[(page - 1) * limit : page * limit]
    found = [_mailbox_json(each) for each in window]
    return paged("Mailboxes fetched successfully", "mailboxes", found, page=page, limit=limit, total=rows.count())


@operation("list_all_mailboxes", "GET", "/mailboxes")
def list_all_mailboxes(call: Call) -> Answer:
    """Over all users of the partner, or of one."""
    page, limit = call.page()
    piece = call.query.get("contains", "").lower()
    rows = Mailbox.objects.exclude(status__in=GONE).order_by("id")
    if piece:
        rows = _holding(rows, piece)
    if call.query.get("userId"):
        rows = rows.filter(person_id=call.query["userId"])
        keys, total = list(rows.values_list("pk", flat=True)[(page - 1) * limit : page * limit]), rows.count()
    else:
        keys, total = keys_of_page(rows, counts_of_mailboxes(rows, piece), page=page, limit=limit)
    window = Mailbox.objects.filter(pk__in=keys).order_by("id").select_related("domain", "subscription")
    found = [_mailbox_json(each) for each in window]
    return paged("Mailboxes fetched successfully", "mailboxes", found, page=page, limit=limit, total=total)


def _holding(rows: QuerySet[Mailbox], piece: str) -> QuerySet[Mailbox]:
    """Where a piece names the beginning of a domain, the few mailboxes there are looked through, and not all."""
    start = piece.rpartition("@")[2] if "@" in piece else ""
    rows = rows.filter(email__contains=piece)
    return rows.filter(domain__name__startswith=start) if start else rows


@operation("get_mailbox", "GET", "/mailboxes/mailbox")
def get_mailbox(call: Call) -> Answer:
    found = mailbox_by_id(call.need_query("mailboxId"))
    return ok("Mailbox fetched successfully", {"mailbox": _mailbox_json(found)})


@operation("list_subscriptions", "GET", "/subscriptions")
def list_subscriptions(call: Call) -> Answer:
    """Over all users of the partner; 50 on a page at most (contract, quirk 3)."""
    page, limit = call.page(default=50, most=50)
    rows = Subscription.objects.order_by("id")
    wanted = {"status": "status", "componentSubscriptionId": "id", "domain": "domain__name"}
    refuse_unknown(call, "status", SUBSCRIPTION_STATES)
    asked = {field: call.query[key] for key, field in wanted.items() if call.query.get(key)}
    rows = rows.filter(**asked)
    if asked.keys() <= {"status"}:
        keys, total = keys_of_page(rows, counts_of_subscriptions(asked.get("status", "")), page=page, limit=limit)
    else:
        keys, total = list(rows.values_list("pk", flat=True)[(page - 1) * limit : page * limit]), rows.count()
    window = Subscription.objects.filter(pk__in=keys).annotate(quantity=Count("mailboxes"))
    found = [_subscription_json(each) for each in window.select_related("domain").order_by("id")]
    return paged("Subscriptions fetched successfully", "subscriptions", found, page=page, limit=limit, total=total)


@operation("get_wallet", "GET", "/wallet")
def get_wallet(call: Call) -> Answer:
    data = {
        "walletBalance": wallet.as_dollars(wallet.balance_minor()),
        "currency": "USD",
        "autoRechargeEnabled": False,
        "autoRechargeDetails": None,
    }
    return wallet_answer(ok("Wallet details fetched successfully", data))


def _mailbox_json(mailbox: Mailbox) -> dict[str, Any]:
    is_ready = mailbox.status == "ACTIVE"
    secrets = {
        "password": mailbox.password,
        "appPassword": mailbox.app_password,
        "authenticatorSecret": mailbox.authenticator,
    }
    return {
        "mailboxId": mailbox.id,
        "email": mailbox.email,
        "username": mailbox.username,
        "firstName": mailbox.first_name,
        "lastName": mailbox.last_name,
        "profilePicture": mailbox.picture or None,
        "status": mailbox.status,
        "warmupStatus": mailbox.warmup or None,
        "userId": mailbox.person_id,
        "domainId": mailbox.domain_id,
        "domain": mailbox.domain.name,
        "subscriptionId": mailbox.subscription_id,
        "serviceProvider": mailbox.domain.provider,
        "isAdmin": mailbox.is_admin,
        "createdAt": clock.as_text(mailbox.created_at),
        "expiryDate": clock.as_text(mailbox.subscription.period_end) if mailbox.subscription else None,
        **(secrets if is_ready else {}),
    }


def _subscription_json(row: Any) -> dict[str, Any]:
    return {
        "subscriptionId": row.id,
        "subscriptionStatus": row.status,
        "totalMailboxQuantity": row.quantity,
        "billingCycle": "MONTHLY",
        "pricePerMailbox": row.price_minor / 100,
        "periodStart": clock.as_text(row.period_start),
        "periodEnd": clock.as_text(row.period_end),
        "serviceProvider": row.provider,
        "autoRenew": row.auto_renew,
        "userId": row.person_id,
        "domain": row.domain.name,
    }
