"""The account's pages that allauth's own would answer otherwise."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import EmailView, PasswordResetFromKeyView, password_reset_from_key
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.invitation_mail import ASKED_BY
from accounts.models import User
from accounts.person_log import note
from accounts.services.addresses import CannotConfirm, Wish, confirm, read_link, send_link
from accounts.services.joining import NotAsked, answer, invitations_of
from accounts.tenancy import user_scope


class AddressesView(EmailView):  # type: ignore[misc]  # allauth ships no types
    """Only proved addresses become the first one, and a link is sent by our own service."""

    def _action_primary(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        address = self._get_email_address(request)
        if address is not None and not address.verified:
            messages.error(request, "Confirm this address first: we send you a link for it.")
            return None
        try:
            with transaction.atomic():
                return super()._action_primary(request, *args, **kwargs)
        except IntegrityError:
            messages.error(request, "This address cannot be the first one. Write to the support team.")
            return None

    def _action_send(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        address = self._get_email_address(request)
        if address is not None and not address.verified:
            send_link(user=address.user, address=address.email)
            messages.success(request, f"A link is on its way to {address.email}.")

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        messages.success(self.request, "If this address can be added, a link is on its way to it. Open it here.")
        return answer


addresses = AddressesView.as_view()


@require_http_methods(["GET", "POST"])
@login_required
def confirm_address(request: HttpRequest, key: str) -> HttpResponse:
    """Asks the person who wants the address, signed in, and names the account that gets it."""
    person = request.user
    assert isinstance(person, User)
    try:
        wish = read_link(key)
        if wish.user_id != person.pk:
            raise CannotConfirm("This link belongs to another account. Sign in with the one that asked for it.")
        if request.method == "POST":
            return _confirmed(request, person, wish)
    except CannotConfirm as error:
        return render(request, "account/email_confirm.html", {"problem": str(error)}, status=422)
    return render(request, "account/email_confirm.html", {"address": wish.address, "person": person})


@require_http_methods(["GET", "POST"])
@login_required
def invitations(request: HttpRequest) -> HttpResponse:
    """Companies that the person was asked to join: only who is signed in with the asked address accepts."""
    person = request.user
    assert isinstance(person, User)
    if request.method == "POST":
        return _answered(request, person)
    with user_scope(person.pk):
        several = invitations_of(person, host=request.get_host())
    return render(request, "account/invitations.html", {"invitations": several})


def password_from_link(request: HttpRequest, uidb36: str, key: str) -> HttpResponse:
    """Allauth's page; the link in an invitation says which one it is, and the session keeps that beside the key."""
    if key != PasswordResetFromKeyView.reset_url_key:
        request.session.pop(ASKED_BY, None)
        if company := request.GET.get(ASKED_BY):
            request.session[ASKED_BY] = company
    page: HttpResponse = password_reset_from_key(request, uidb36=uidb36, key=key)
    return page


def _answered(request: HttpRequest, person: User) -> HttpResponseRedirect:
    text, accepts = request.POST.get("invitation", ""), request.POST.get("do") == "accept"
    try:
        with user_scope(person.pk):
            asked = {str(each.pk): each.pk for each in invitations_of(person, host=request.get_host())}
        customer = answer(person=person, number=asked.get(text, 0), accepts=accepts)
    except NotAsked as error:
        messages.error(request, str(error))
        return redirect("invitations")
    if accepts:
        return redirect("overview", customer=customer.slug)
    messages.success(request, f"You declined the invitation to {customer.company}.")
    return redirect("invitations")


def _confirmed(request: HttpRequest, person: User, wish: Wish) -> HttpResponseRedirect:
    confirm(user=person, wish=wish)
    note(person, "user.address_added", request=request, after={"email": wish.address})
    get_adapter(request).send_notification_mail("account/email/email_confirm", person)
    messages.success(request, f"{wish.address} is yours now. You can sign in with it.")
    return redirect(reverse("account_email"))
