"""On the admin's page of a customer: how his account at the upstream stands, and the import of one that is there."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.admin_pages import staff_of
from accounts.admin_site import Section
from accounts.models import Customer
from billing.services.accounts import ask_who_has_it, import_account, state_of
from reseller_portal.core.errors import DomainError
from reseller_portal.operations.deciding import SETTLE

REASON = forms.CharField(
    max_length=200,
    label="Reason",
    help_text="For the audit trail: why this account is his.",
    widget=forms.TextInput(attrs={"class": "input"}),
)


class ImportForm(forms.Form):
    user_id = forms.CharField(max_length=64, widget=forms.HiddenInput())
    reason = REASON


def account_section(customer: Customer) -> Section | None:
    """Only for a customer without an account."""
    state = state_of(customer)
    if state is None:
        return None
    if not state.is_asking and not state.found:
        ask_who_has_it(customer)
    content = {
        "customer": customer,
        "state": state,
        "can_import": bool(state.found) and state.other is None,
        "asks": state.is_asking,
    }
    return Section("billing/admin/account.html", content)


def import_page(request: HttpRequest, number: int) -> HttpResponse:
    """What would be taken over, a reason, and one button. In the admin's staff scope."""
    if not request.user.has_perm(SETTLE):
        raise PermissionDenied
    customer = get_object_or_404(Customer, pk=number)
    back = redirect("admin:accounts_customer_change", number)
    state = state_of(customer)
    wanted = (request.POST if request.method == "POST" else request.GET).get("user_id", "")
    shown = next((each for each in state.found if each.user_id == wanted), None) if state else None
    if shown is None:
        messages.error(request, "This account is not shown any more. Look at the page again.")
        return back
    form = ImportForm(request.POST if request.method == "POST" else None, initial={"user_id": wanted})
    if request.method == "POST" and form.is_valid():
        try:
            import_account(
                user=staff_of(request), customer=customer, user_id=wanted, reason=form.cleaned_data["reason"]
            )
            messages.success(request, f"{shown} is imported. What it owns is read now.")
        except DomainError as error:
            messages.error(request, str(error))
        return back
    context = {
        **admin.site.each_context(request),
        "title": f"Import the account of {customer.company}",
        "customer": customer,
        "shown": shown,
        "form": form,
        "back": reverse("admin:accounts_customer_change", args=[number]),
    }
    return render(request, "admin/billing/account_import.html", context, status=422 if form.errors else 200)
