"""What the events of an order mean for its lines. Any order, any number of times, late or never."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from accounts.models import Customer
from billing import settlement
from billing.availability import to_minor
from billing.deliveries import as_delivery
from billing.models import Item, OrderLine, OrderPart
from billing.settlement import News
from reseller_portal.core.hostnames import ascii_address, ascii_name
from reseller_portal.webhooks.registry import NotYet, Received

# About a minute and a half: a commit of ours never takes that long.
ATTEMPTS_FOR_OUR_COMMIT = 4
UNDER_WAY = (OrderLine.State.WAITING, OrderLine.State.WORKING)
SECRETS = {"password": "password", "appPassword": "app_password", "authenticatorSecret": "authenticator"}


def owner(data: Mapping[str, Any]) -> Customer | None:
    """Who ordered the domains of an event that names no user (contract, quirk 34); None when several did.

    In a staff scope.
    """
    lines = OrderLine.objects.filter(item=Item.DOMAIN, name__in=names_of(data))
    for found in (lines.filter(state__in=UNDER_WAY), lines.filter(state=OrderLine.State.DELIVERED)):
        customers = {line.customer_id: line.customer for line in found.select_related("customer")}
        if customers:
            return next(iter(customers.values())) if len(customers) == 1 else None
    return None


def names_of(data: Mapping[str, Any]) -> list[str]:
    """The domains that an event is about, one or several (contract, quirk 34)."""
    listed, facts = data.get("domains"), [data]
    if isinstance(listed, list):
        facts = [each for each in listed if isinstance(each, dict)]
    names = [ascii_name(str(each.get("domainName") or each.get("domain") or "")) for each in facts]
    return [name for name in names if name]


def domain_delivered(event: Received) -> None:
    """`domain.order.success`, flat or with `domains` (contract, quirk 34).

    The second shape has no ids. A domain without one could carry no mailboxes later, so the order is looked at.
    """
    if not event.order_id:
        lines = OrderLine.objects.filter(customer=event.customer, item=Item.DOMAIN, name__in=names_of(event.data))
        under_ways = OrderPart.objects.filter(lines__in=lines.filter(state__in=UNDER_WAY))
        for under_way in under_ways.distinct().order_by("pk"):
            settlement.look_at(under_way)
        return
    part = _part(event)
    if part is None:
        return
    news: dict[OrderLine, News] = {}
    for facts in event.data.get("domains") or [event.data]:
        if not facts.get("domainId"):
            settlement.look_at(part)
            continue
        delivery = as_delivery(facts, upstream_id=str(facts.get("domainId") or ""))
        told = News(delivery, cost_minor=_cents(facts.get("price")))
        news |= dict.fromkeys(_lines(part, Item.DOMAIN, str(facts.get("domainName", ""))), told)
    settlement.settle(part, news)


def domain_failed(event: Received) -> None:
    """`domain.order.failed`: no mailbox event will follow, so its mailboxes end with it."""
    told = News(reason=_reason(event), cost_minor=_cents(event.data.get("price")))
    _settle_all(event, Item.DOMAIN, told)


def workspace_delivered(event: Received) -> None:
    """`mailbox.order.success`: the workspace stands and tells what its mailboxes cost together.

    Called by `domains`, which takes the rest of the event.
    """
    part, total = _part(event), _cents(event.data.get("price"))
    lines = _lines(part, Item.MAILBOX, str(event.data.get("domainName", "")))
    if part is not None and total is not None and lines:
        shares = _shares(total, len(lines))
        told = [News(cost_minor=share, is_cost_taken=True) for share in shares]
        settlement.settle(part, dict(zip(lines, told, strict=True)))


def workspace_failed(event: Received) -> None:
    _settle_all(event, Item.MAILBOX, News(reason=_reason(event)))


def mailbox_created(event: Received) -> None:
    """`mailbox.created`: the address works; its credentials come with it."""
    part = _part(event)
    if part is None:
        return
    secrets = {ours: str(event.data[theirs]) for theirs, ours in SECRETS.items() if event.data.get(theirs)}
    delivery = as_delivery(event.data, upstream_id=str(event.data.get("mailboxId") or ""), secrets=secrets)
    address = ascii_address(str(event.data.get("email", "")))
    lines = settlement.lines_of(part).filter(item=Item.MAILBOX, name=address)
    settlement.settle(part, dict.fromkeys(lines, News(delivery)))


def _settle_all(event: Received, item: str, told: News) -> None:
    """What an event tells of all lines of one kind on its domain."""
    part = _part(event)
    if part is not None:
        settlement.settle(part, dict.fromkeys(_lines(part, item, str(event.data.get("domainName", ""))), told))


def _reason(event: Received) -> str:
    return str(event.data.get("reason") or settlement.NO_REASON)


def _part(event: Received) -> OrderPart | None:
    """The part of this upstream order; None for an order that was not placed here.

    Raises `NotYet` as long as our own commit may still be on its way.
    """
    part = settlement.lock_part(event.order_id)
    if part is None and event.attempts < ATTEMPTS_FOR_OUR_COMMIT:
        raise NotYet(f"no order {event.order_id} here yet")
    return part


def _lines(part: OrderPart | None, item: str, domain_name: str) -> list[OrderLine]:
    return (
        [] if part is None else list(settlement.lines_of(part).filter(item=item, domain_name=ascii_name(domain_name)))
    )


def _cents(value: object) -> int | None:
    try:
        return None if value in {None, ""} else to_minor(Decimal(str(value)))
    except InvalidOperation:
        return None


def _shares(total: int, count: int) -> list[int]:
    """Equal shares in whole cents; the first ones carry what does not divide."""
    share, rest = divmod(total, count)
    return [share + (number < rest) for number in range(count)]
