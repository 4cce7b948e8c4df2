"""The list of mailboxes, the page of one, and the reveal of its credentials."""

from allauth.core import ratelimit
from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts.door import CustomerRequest, customer_view
from accounts.security_log import log
from accounts.selectors import history_of
from billing.models import PROVIDER_WORDS
from mailboxes.codes import code_of
from mailboxes.models import Credential, Mailbox
from mailboxes.selectors import MailboxRow, get_mailbox, list_mailboxes
from mailboxes.services.refreshing import refresh_mailbox, refresh_of
from mailboxes.services.secrets import NoCredentials, Revealed, reveal
from reseller_portal.core.lists.domains import readable
from reseller_portal.core.lists.names import shown_name
from reseller_portal.core.parts import is_part, page_or_part
from reseller_portal.core.templatetags.portal import listed_state
from reseller_portal.core.times import Times, times_of_page

VIEWS = (("", "All"), ("active", "Active"), ("working", "Being created"), ("attention", "Needs attention"))
STATE_WORDS = {str(value): str(label) for value, label in Mailbox.State.choices}
SHOWN_SECONDS = 30
SERVERS = {
    "GOOGLE": ("smtp.gmail.com:587", "imap.gmail.com:993"),
    "MICROSOFT": ("smtp.office365.com:587", "outlook.office365.com:993"),
}


class PasswordForm(forms.Form):
    """The person's own password, asked again before secrets are shown."""

    password = forms.CharField(
        label="Your own password",
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
    )


@require_GET
@customer_view("mailboxes.view")
def mailbox_list(request: CustomerRequest) -> HttpResponse:
    contains, state = request.GET.get("contains", ""), request.GET.get("state", "")
    window = list_mailboxes(
        customer=request.actor.customer, contains=contains, state=state, after=request.GET.get("after", "")
    )
    working, times = {Mailbox.State.IN_PROGRESS, Mailbox.State.CREATING_PASSWORD}, times_of_page()
    context = {
        "window": window,
        "rows": [_cells(mailbox, request.path, times) for mailbox in window.rows],
        "contains": contains,
        "state": state,
        "views": VIEWS,
        "is_working": any(mailbox.state in working for mailbox in window.rows),
    }
    return page_or_part(request, "mailboxes/mailbox_list.html", "rows", context)


def _cells(mailbox: MailboxRow, base: str, times: Times) -> tuple[str, ...]:
    """One row, ready to print: a template that asks a model for each cell costs as much again as the query."""
    return (
        f"{base}{mailbox.id}/",
        readable(mailbox.address),
        shown_name(mailbox.first_name, mailbox.last_name),
        listed_state(mailbox.state, STATE_WORDS, is_missing=bool(mailbox.missing_since)),
        PROVIDER_WORDS.get(mailbox.provider, mailbox.provider),
        times.day(mailbox.expires_at),
        times.as_of(mailbox.seen_at),
    )


@require_GET
@customer_view("mailboxes.view")
def mailbox_detail(request: CustomerRequest, number: int) -> HttpResponse:
    return _page(request, _find(request, number), form=PasswordForm())


@require_POST
@customer_view("mailboxes.view")
def mailbox_refresh(request: CustomerRequest, number: int) -> HttpResponse:
    """Ask the upstream now; the page shows the answer when it comes."""
    mailbox = _find(request, number)
    refresh_mailbox(actor=request.actor, mailbox=mailbox)
    if not is_part(request):
        return HttpResponseRedirect(reverse("mailboxes:detail", args=[request.actor.customer.slug, number]))
    return _page(request, mailbox, form=PasswordForm())


@sensitive_post_parameters("password")
@never_cache
@require_POST
@customer_view("mailboxes.reveal")
def mailbox_reveal(request: CustomerRequest, number: int) -> HttpResponse:
    mailbox, form = _find(request, number), PasswordForm(request.POST)
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        log("reveal.limited", request=request, mailbox=mailbox.pk)
        form.add_error(None, "Too many tries. Wait a minute, then try again.")
    elif form.is_valid() and not request.user.check_password(form.cleaned_data["password"]):
        log("reveal.wrong", request=request, mailbox=mailbox.pk)
        form.add_error("password", "This is not your password. Type the one that you sign in with.")
    if form.errors:
        return _page(request, mailbox, form=form, status=422)
    try:
        revealed = reveal(actor=request.actor, mailbox=mailbox)
    except NoCredentials as error:
        form.add_error(None, str(error))
        return _page(request, mailbox, form=form, status=422)
    log("reveal.good", request=request, mailbox=mailbox.pk)
    return _page(request, mailbox, form=PasswordForm(), revealed=revealed)


def _find(request: CustomerRequest, number: int) -> Mailbox:
    mailbox = get_mailbox(customer=request.actor.customer, number=number)
    if mailbox is None:
        raise Http404("No such mailbox here.")
    return mailbox


def _page(
    request: CustomerRequest,
    mailbox: Mailbox,
    *,
    form: PasswordForm,
    revealed: Revealed | None = None,
    status: int = 200,
) -> HttpResponse:
    smtp, imap = SERVERS.get(mailbox.provider, ("", ""))
    question = refresh_of(request.actor.customer, mailbox)
    context = {
        "mailbox": mailbox,
        "question": question,
        "is_refreshing": question is not None and not question.is_final,
        "form": form,
        "revealed": revealed,
        "code": code_of(revealed.authenticator) if revealed else None,
        "shown_seconds": SHOWN_SECONDS,
        "has_credentials": Credential.objects.filter(customer=request.actor.customer, mailbox=mailbox).exists(),
        "smtp": smtp,
        "imap": imap,
        "entries": history_of(customer=request.actor.customer, subject=mailbox),
    }
    return page_or_part(request, "mailboxes/mailbox_detail.html", "live", context, status=status)
