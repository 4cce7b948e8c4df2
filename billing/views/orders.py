"""Check and pay, orders, and their progress."""

import re
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.costly import costly, turned_away
from accounts.door import CustomerRequest, customer_view
from accounts.selectors import history_of
from billing import ledger
from billing.follow_ups import follow_up_of
from billing.models import Order, Provider, Quote
from billing.order_groups import failures_of, groups_of
from billing.price_changes import asked_lines, end_of_question, more_of
from billing.quote_groups import SHOWN_PROBLEMS, Problem, problems_of
from billing.selectors import (
    QuoteSums,
    get_order,
    get_quote,
    is_being_looked_at,
    list_orders,
    money_of,
    orders_elsewhere,
    progress_of,
    quote_lines,
    renewals_of,
    sums_of,
)
from billing.services.orders import confirm_quote, retry_failed_lines
from billing.services.quotes import NothingToQuote, check_again
from billing.services.refreshing import refresh_order
from reseller_portal.core.errors import DomainError
from reseller_portal.core.parts import is_part, page_or_part
from reseller_portal.operations.lookups import TooManyQuestions

VIEWS = (
    ("", "All"),
    ("working", "In progress"),
    ("delivered", "Delivered"),
    ("partly", "Partly delivered"),
    ("failed", "Failed"),
)


@require_GET
@customer_view("orders.view")
def order_list(request: CustomerRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    window = list_orders(customer=request.actor.customer, state=state, after=request.GET.get("after", ""))
    context = {
        "window": window,
        "state": state,
        "views": VIEWS,
        "is_working": any(not order.is_final for order in window.rows),
    }
    return page_or_part(request, "billing/order_list.html", "rows", context)


@require_http_methods(["GET", "POST"])
@customer_view("orders.view")
def order_check(request: CustomerRequest, reference: str) -> HttpResponse:
    """The last page before money: every line with its price or its problem."""
    quote = _find_quote(request, reference)
    if request.method == "POST":
        return _confirm(request, quote)
    order = Order.objects.filter(customer=request.actor.customer, quote=quote).first()
    if order:
        return HttpResponseRedirect(_address_of(request, order))
    return _no_place(request) or _check_page(request, quote)


@require_POST
@customer_view("orders.create")
@costly
def order_check_again(request: CustomerRequest, reference: str) -> HttpResponse:
    """The same lines with the prices of now, in a new quote."""
    old, provider = _find_quote(request, reference), request.POST.get("provider", "")
    if provider not in {"", *Provider.values}:
        raise Http404("No such provider.")
    try:
        quote = check_again(actor=request.actor, quote=old, provider=provider)
    except TooManyQuestions as error:
        return _check_page(request, old, error=error, status=HTTPStatus.TOO_MANY_REQUESTS)
    except NothingToQuote as error:
        return _check_page(request, old, error=error, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return HttpResponseRedirect(reverse("orders:check", args=[request.actor.customer.slug, quote.reference]))


@require_GET
@customer_view("orders.view")
def order_detail(request: CustomerRequest, reference: str) -> HttpResponse:
    order = find_order(request, reference)
    return _no_place(request) or order_page(request, order)


def order_page(
    request: CustomerRequest, order: Order, *, error: DomainError | None = None, status: int = 200
) -> HttpResponse:
    progress, everything = progress_of(order), _wants_all(request)
    asked = [] if order.is_final else list(asked_lines(order))
    context: dict[str, Any] = {
        "order": order,
        "progress": progress,
        "everything": everything,
        "is_being_looked_at": is_being_looked_at(order),
        "sums": money_of(order),
        "asked": asked,
        "more_minor": more_of(asked),
        "asked_until": end_of_question(asked),
        "entries": history_of(customer=request.actor.customer, subject=order),
        "may_pay": request.actor.may("orders.pay"),
        "error": error,
    }
    context["groups"], context["hidden"] = groups_of(order, everything=everything)
    if progress.failed:
        context["failures"], context["hidden_failures"] = failures_of(order, everything=everything)
        context["follow_up"] = follow_up_of(order)
    if status != HTTPStatus.OK:
        return render(request, "billing/order_detail.html", context, status=status)
    return page_or_part(request, "billing/order_detail.html", "live", context)


@require_POST
@customer_view("orders.view")
def order_refresh(request: CustomerRequest, reference: str) -> HttpResponse:
    """Ask the upstream now; the page shows the answer when it comes."""
    order = find_order(request, reference)
    refresh_order(actor=request.actor, order=order)
    return order_page(request, order) if is_part(request) else HttpResponseRedirect(_address_of(request, order))


@require_POST
@customer_view("orders.create")
@costly
def order_retry(request: CustomerRequest, reference: str) -> HttpResponse:
    order = find_order(request, reference)
    try:
        quote = retry_failed_lines(actor=request.actor, order=order)
    except DomainError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(_address_of(request, order))
    return HttpResponseRedirect(reverse("orders:check", args=[request.actor.customer.slug, quote.reference]))


def _confirm(request: CustomerRequest, quote: Quote) -> HttpResponse:
    if not request.actor.may("orders.pay"):
        raise PermissionDenied("Your role does not include paying. Ask an owner of the company.")
    text = request.POST.get("total_minor", "")
    try:
        # Some signs are digits to Python and no number, and very long numbers are refused by it.
        total_minor = int(text) if re.fullmatch(r"[0-9]{1,12}", text) else -1
        order = confirm_quote(actor=request.actor, quote=quote, total_minor=total_minor)
    except DomainError as error:
        return _check_page(request, quote, error=error, status=422)
    messages.success(request, f"Order {order.reference} is placed.")
    return HttpResponseRedirect(_address_of(request, order))


def _check_page(
    request: CustomerRequest, quote: Quote, *, error: DomainError | None = None, status: int = 200
) -> HttpResponse:
    sums, available = sums_of(quote), ledger.balance_of(request.actor.customer)
    context = {
        "quote": quote,
        "problems": [] if sums.checking else _problems(request, quote, sums),
        "groups": quote_lines(quote, sums, everything=_wants_all(request)),
        "sums": sums,
        "available_minor": available,
        "after_minor": available - sums.total_minor,
        "missing_minor": max(sums.total_minor - available, 0),
        "error": error,
        "renewals": renewals_of(quote),
        "elsewhere": orders_elsewhere(quote) if sums.problems else [],
        "may_pay": request.actor.may("orders.pay"),
    }
    if status != 200:
        return render(request, "billing/order_check.html", context, status=status)
    return page_or_part(request, "billing/order_check.html", "live", context)


def _problems(request: CustomerRequest, quote: Quote, sums: QuoteSums) -> list[Problem]:
    found = problems_of(quote) if sums.problems else []
    return found if _wants_all(request) else found[:SHOWN_PROBLEMS]


def _wants_all(request: CustomerRequest) -> bool:
    return request.GET.get("lines") == "all"


def _no_place(request: CustomerRequest) -> HttpResponse | None:
    return turned_away(request) if _wants_all(request) else None


def _find_quote(request: CustomerRequest, reference: str) -> Quote:
    quote = get_quote(customer=request.actor.customer, reference=reference)
    if quote is None:
        raise Http404("No such quote here.")
    return quote


def find_order(request: CustomerRequest, reference: str) -> Order:
    order = get_order(customer=request.actor.customer, reference=reference)
    if order is None:
        raise Http404("No such order here.")
    return order


def _address_of(request: CustomerRequest, order: Order) -> str:
    return reverse("orders:detail", args=[request.actor.customer.slug, order.reference])
