"""The start page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.door import memberships_of, public_view, suspended_of, suspended_page
from accounts.hosts import admin_origin
from accounts.models import User
from accounts.services.joining import invitations_of
from accounts.tenancy import user_scope


@public_view
def home(request: HttpRequest) -> HttpResponse:
    """Where a person belongs: their company, the admin, or the sign-in page."""
    if not isinstance(request.user, User):
        return redirect("account_login")
    with user_scope(request.user.pk):
        companies = memberships_of(request.user, host=request.get_host())
        suspended = [] if companies else suspended_of(request.user, host=request.get_host())
        is_asked = not companies and bool(invitations_of(request.user, host=request.get_host()))
    if is_asked:
        return redirect("invitations")
    if companies:
        return redirect("overview", customer=companies[0].customer.slug)
    if suspended and not request.user.is_staff:
        return suspended_page(request, suspended)
    return redirect(admin_origin() + reverse("admin:index") if request.user.is_staff else "account_logout")
