"""Sold for less than it costs: a fixed price stays what it is when the cost rises past it, and staff are told.

Where staff ticked *Sell below cost* for that price, they know.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.hosts import admin_origin
from accounts.mails import queue_mail
from billing.models import Order, OrderLine, PriceRule
from reseller_portal.core.templatetags.portal import money
from reseller_portal.operations.alarms import addresses

EVERY = timedelta(days=1)
PURPOSE = "below_cost"


def tell_staff(order: Order, lines: Sequence[OrderLine], rules: Mapping[str, PriceRule]) -> None:
    """Mail of the lines that are about to be paid and lose money; at most once a day for each price.

    In the transaction that lets them be paid. The admin's first page lists all of them.
    """
    for item, rule in rules.items():
        losing = [line for line in lines if line.item == item and line.cost_minor > line.price_minor]
        if losing and not rule.below_cost and _is_first_today(rule):
            _queue(order, losing, rule)


def sold_below_cost() -> QuerySet[OrderLine]:
    """What was not taken back, the newest first. In a staff scope."""
    rows = OrderLine.objects.filter(cost_minor__gt=F("price_minor")).exclude(state=OrderLine.State.FAILED)
    return rows.select_related("order", "customer").order_by("-pk")


def _is_first_today(rule: PriceRule) -> bool:
    """Noted in the same statement, so that of two orders at once one tells it."""
    now = timezone.now()
    rows = PriceRule.objects.filter(Q(loss_told_at=None) | Q(loss_told_at__lt=now - EVERY), pk=rule.pk)
    return bool(rows.update(loss_told_at=now))


def _queue(order: Order, losing: Sequence[OrderLine], rule: PriceRule) -> None:
    worst = max(losing, key=lambda line: line.cost_minor - line.price_minor)
    context = {
        "rule": str(rule),
        "order": order.reference,
        "company": order.customer.company,
        "count": len(losing),
        "name": worst.name,
        "cost": money(worst.cost_minor),
        "price": money(worst.price_minor),
        "loss": money(sum(line.cost_minor - line.price_minor for line in losing)),
        "url": admin_origin() + reverse("admin:billing_pricerule_change", args=[rule.pk]),
    }
    for address in addresses():
        queue_mail(
            to=address,
            subject=f"Sold below cost: {rule}",
            template=f"emails/{PURPOSE}",
            purpose=PURPOSE,
            context=context,
        )
