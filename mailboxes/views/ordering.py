"""The order builder: which mailboxes on which domains, from a provider."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.door import CustomerRequest, customer_view
from billing.models import Item, Provider
from billing.price_rules import rule_for
from billing.services.quotes import NothingToQuote, QuoteDraft, TooMuchAtOnce, make_quote
from mailboxes.building import Built, Wish, build
from mailboxes.people import NotText, decode
from reseller_portal.operations.lookups import TooManyQuestions

LARGEST_FILE = 1024 * 1024


class OrderForm(forms.Form):
    """The two lists and the provider. Lines are judged by `build`, which knows the customer."""

    provider = forms.ChoiceField(choices=Provider.choices, initial=Provider.GOOGLE, widget=forms.RadioSelect)
    domains = forms.CharField(widget=forms.Textarea)
    people = forms.CharField(widget=forms.Textarea, required=False)
    file = forms.FileField(required=False)

    def clean_file(self) -> str:
        """Its text, or nothing."""
        file: UploadedFile | None = self.cleaned_data.get("file")
        if file is None:
            return ""
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("The file is larger than 1 MB. Split it into smaller ones.")
        try:
            return decode(file.read())
        except NotText:
            raise forms.ValidationError(
                "This is not a text file. In your spreadsheet, save it as CSV, then choose that file."
            ) from None

    def to_wish(self) -> Wish:
        """A file is read as if it had been pasted under what was typed."""
        typed = [self.cleaned_data["people"], self.cleaned_data["file"]]
        return Wish(
            provider=self.cleaned_data["provider"],
            domains=self.cleaned_data["domains"],
            people="\n".join(part.strip("\n") for part in typed if part.strip()),
        )


@require_http_methods(["GET", "POST"])
@customer_view("orders.create")
def order_build(request: CustomerRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request, _kept(request))
    form = OrderForm(request.POST, request.FILES)
    if not form.is_valid():
        typed = Wish(*(request.POST.get(key, "") for key in ("provider", "domains", "people")))
        return _page(request, typed, problems=_messages(form), status=422)
    return _quote(request, form.to_wish())


def _quote(request: CustomerRequest, wish: Wish) -> HttpResponse:
    request.session[_session_key(request)] = wish.as_json()
    built = build(request.actor.customer, wish)
    if not built.is_good:
        return _page(request, wish, built=built, status=422)
    try:
        quote = make_quote(actor=request.actor, draft=QuoteDraft(wish.provider, built.lines, wish.as_json()))
    except (NothingToQuote, TooMuchAtOnce, TooManyQuestions) as error:
        return _page(request, wish, problems=[str(error)], status=422)
    return HttpResponseRedirect(reverse("orders:check", args=[request.actor.customer.slug, quote.reference]))


def _page(
    request: CustomerRequest,
    wish: Wish,
    *,
    built: Built | None = None,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    rule = rule_for(request.actor.customer.brand, Item.MAILBOX)
    context = {
        "wish": wish,
        "providers": Provider.choices,
        "built": built,
        "problems": problems or [],
        "mailbox_price_minor": rule.fixed_minor if rule and rule.method == "fixed" else None,
    }
    return render(request, "mailboxes/order_build.html", context, status=status)


def _kept(request: CustomerRequest) -> Wish:
    """What was typed before, and a domain that a link brought along."""
    known = request.session.get(_session_key(request), {})
    named = request.GET.get("domain", "")
    return Wish(
        provider=known.get("provider", Provider.GOOGLE),
        domains=named or known.get("domains", ""),
        people=known.get("people", ""),
    )


def _messages(form: OrderForm) -> list[str]:
    names = {"domains": "Domains", "people": "People", "file": "File", "provider": "Provider"}
    return [f"{names[key]}: {error}" for key, errors in form.errors.items() for error in errors]


def _session_key(request: CustomerRequest) -> str:
    return f"order:{request.actor.customer.slug}"
