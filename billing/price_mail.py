"""The e-mail that asks who may pay for an order about a price that rose, from the brand, with a link to the order."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.brands import origin_of
from accounts.mails import NotNeeded, is_for, queue_mail
from accounts.models import Mail, Membership, User
from accounts.roles import Role, permissions_of
from billing import price_changes
from billing.models import Order
from reseller_portal.core.templatetags.portal import money

PRICE_ASKED = "price_asked"
SHOWN = 10


def queue_question(order: Order) -> None:
    """To who placed the order, while that person may still pay; else to all who may. In the customer's scope."""
    brand = order.customer.brand
    for person in payers_of(order):
        queue_mail(
            to=person.email,
            subject=f"{brand.name}: a price of order {order.reference} has risen",
            template="emails/price_asked",
            purpose=PRICE_ASKED,
            context={"owner_id": person.pk, "order_id": order.pk},
            brand=brand,
            customer=order.customer,
        )


def payers_of(order: Order) -> list[User]:
    roles = [role for role in Role.values if "orders.pay" in permissions_of(role)]
    members = Membership.objects.filter(
        customer=order.customer_id, role__in=roles, user__is_active=True, accepted_at__isnull=False
    )
    people = [each.user for each in members.select_related("user").order_by("pk")]
    placed = [person for person in people if person.pk == order.placed_by_id]
    return placed or people


def question_of(mail: Mail) -> Mapping[str, Any]:
    """As it stands when the mail is sent. Raises `NotNeeded` once it was answered, or ended by itself."""
    customer, brand = mail.customer, mail.brand
    person = User.objects.filter(pk=mail.context["owner_id"], is_active=True).first()
    order = Order.objects.filter(pk=mail.context["order_id"], customer=customer).first()
    if order is None or customer is None or brand is None:
        raise NotNeeded("The order is not there any more.")
    lines = list(price_changes.asked_lines(order))
    if not lines:
        raise NotNeeded("The question has been answered.")
    if person is None or person not in payers_of(order) or not is_for(mail, person):
        # Whoever placed the order was the only one who was written to.
        is_only_one = mail.context["owner_id"] == order.placed_by_id
        others = partial(queue_question, order) if is_only_one else None
        raise NotNeeded("The person may not pay for it any more, or has another address.", instead=others)
    origin, end = origin_of(brand), price_changes.end_of_question(lines)
    return {
        "owner": person,
        "order": order,
        "home": f"{origin}/",
        "url": origin + reverse("orders:detail", kwargs={"customer": customer.slug, "reference": order.reference}),
        "changes": [(each.name, money(each.price_minor), money(each.asked_price_minor)) for each in lines[:SHOWN]],
        "others": max(0, len(lines) - SHOWN),
        "more": money(price_changes.more_of(lines)),
        "until": end and timezone.localtime(end, timezone.get_default_timezone()),
    }
