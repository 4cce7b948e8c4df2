"""A price that rose before it was paid: the customer accepts it, or takes the money back."""

import re
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.door import CustomerRequest, customer_view
from billing.price_changes import accept, decline
from billing.views.orders import find_order, order_page
from reseller_portal.core.errors import DomainError


@require_POST
@customer_view("orders.pay")
def price_accept(request: CustomerRequest, reference: str) -> HttpResponse:
    order, text = find_order(request, reference), request.POST.get("more_minor", "")
    more_minor = int(text) if re.fullmatch(r"[0-9]{1,12}", text) else -1
    try:
        accept(actor=request.actor, order=order, more_minor=more_minor)
    except DomainError as error:
        return order_page(request, order, error=error, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, f"Order {order.reference} goes on at the new price.")
    return HttpResponseRedirect(reverse("orders:detail", args=[request.actor.customer.slug, order.reference]))


@require_POST
@customer_view("orders.pay")
def price_decline(request: CustomerRequest, reference: str) -> HttpResponse:
    order = find_order(request, reference)
    try:
        decline(actor=request.actor, order=order)
    except DomainError as error:
        return order_page(request, order, error=error, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, "Left out, and the money is back on the balance.")
    return HttpResponseRedirect(reverse("orders:detail", args=[request.actor.customer.slug, order.reference]))
