"""Orders that staff should know of (`jobs.attention`): those that wait for the customer's answer to a risen price."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Min, Q, QuerySet
from django.urls import reverse

from billing import price_changes
from billing.models import Order, OrderLine
from reseller_portal.core.templatetags.portal import money
from reseller_portal.jobs.attention import Case, Source, nothing

ASKED = Q(
    parts__price_asked_at__isnull=False,
    parts__lines__asked_price_minor__isnull=False,
    parts__lines__state=OrderLine.State.WAITING,
)


def asked_for_a_price() -> QuerySet[Order]:
    rows = Order.objects.filter(ASKED).annotate(asked_at=Min("parts__price_asked_at"))
    return rows.select_related("customer").order_by("asked_at", "pk")


def tell(order: Order, how: str) -> Case:
    lines = list(price_changes.asked_lines(order))
    more = money(price_changes.more_of(lines))
    asked_at = price_changes.asked_since(lines) or order.placed_at
    return Case(
        how=how,
        subject=order,
        what=str(order),
        url=reverse("admin:billing_order_change", args=[order.pk]),
        customer=order.customer.company,
        reason=f"A price has risen since it was ordered, by {more} in all, and the customer is asked.",
        next_step="Nothing: without an answer the money goes back. Or leave it out now.",
        since=asked_at,
        until=asked_at + timedelta(hours=settings.PRICE_ANSWER_HOURS),
        at_end="Money back",
    )


SOURCE = Source(
    needs=nothing(Order.objects.all()),
    late=nothing(Order.objects.all()),
    on_purpose=asked_for_a_price,
    tell=tell,
)
