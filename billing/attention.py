"""What staff should know of orders (`jobs.attention`): questions about a risen price, and what nobody paid for."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F, Min, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from billing import price_changes
from billing.models import Order, OrderLine, Shortfall
from reseller_portal.core.templatetags.portal import money
from reseller_portal.jobs.attention import IS_LATE, Case, Source, nothing
from reseller_portal.jobs.rules import LATE

LEAVE_IT_OUT = (
    "Nobody answered, and the money could not be given back by itself. Leave it out; the log says what failed."
)


def asked_for_a_price() -> QuerySet[Order]:
    asked = price_changes.is_asked("lines__")
    rows = Order.objects.filter(pk__in=OrderLine.objects.filter(price_changes.is_asked()).values("order")).annotate(
        asked_at=Min("lines__part__price_asked_at", filter=asked),
        more=Sum(F("lines__asked_price_minor") - F("lines__price_minor"), filter=asked),
    )
    return rows.select_related("customer").order_by("asked_at", "pk")


def is_too_long() -> Q:
    """The money should have gone back an hour ago."""
    return Q(asked_at__lt=timezone.now() - timedelta(hours=settings.PRICE_ANSWER_HOURS) - LATE)


def waiting_for_an_answer() -> QuerySet[Order]:
    return asked_for_a_price().exclude(is_too_long())


def asked_for_too_long() -> QuerySet[Order]:
    return asked_for_a_price().filter(is_too_long())


def tell(order: Order, how: str) -> Case:
    """`order` is a row of `asked_for_a_price`."""
    asked_at, more = order.asked_at, money(order.more)  # type: ignore[attr-defined]  # annotated there
    return Case(
        how=how,
        subject=order,
        what=str(order),
        url=reverse("admin:billing_order_change", args=[order.pk]),
        customer=order.customer.company,
        reason=f"A price has risen since it was ordered, by {more} in all, and the customer is asked.",
        next_step=LEAVE_IT_OUT
        if how == IS_LATE
        else "Nothing: without an answer the money goes back. Or leave it out.",
        since=asked_at,
        until=asked_at + timedelta(hours=settings.PRICE_ANSWER_HOURS),
        at_end="Money back",
    )


SOURCE = Source(
    needs=nothing(Order.objects.all()),
    late=asked_for_too_long,
    on_purpose=waiting_for_an_answer,
    tell=tell,
)


def not_charged() -> QuerySet[Shortfall]:
    rows = Shortfall.objects.filter(state=Shortfall.State.OPEN).select_related("customer", "line")
    return rows.order_by("opened_at", "pk")


def tell_not_charged(case: Shortfall, how: str) -> Case:
    return Case(
        how=how,
        subject=case,
        what=f"Not charged: {case}",
        url=reverse("admin:billing_shortfall_change", args=[case.pk]),
        customer=case.customer.company,
        reason="It was delivered after its money had gone back, and the balance does not suffice.",
        next_step="Charge the balance, or let it go.",
        since=case.opened_at,
    )


NOT_CHARGED = Source(
    needs=not_charged,
    late=nothing(Shortfall.objects.all()),
    on_purpose=nothing(Shortfall.objects.all()),
    tell=tell_not_charged,
)
