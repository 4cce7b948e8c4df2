"""The order builder: which mailboxes on which domains, from a provider."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.costly import costly, few_at_once, turned_away
from accounts.door import CustomerRequest, customer_view
from accounts.drafts import draft_of, is_key, keep_draft, new_key
from billing.follow_ups import renaming_of, wish_instead
from billing.models import Item, Provider
from billing.price_rules import rule_for
from billing.selectors import get_order, get_quote
from billing.services.quotes import NothingToQuote, QuoteDraft, TooMuchAtOnce, make_quote
from domains.selectors import active_names
from mailboxes.building import Reading, Wish, lines_of, read, wish_of, wish_on
from mailboxes.forms import MOST_ECHOED, OrderForm, typed_wish
from mailboxes.mending import with_changes, with_columns, with_domains
from mailboxes.removing import (
    Removed,
    instead_of,
    put_back,
    with_people_kept,
    without_domain,
    without_lines,
)
from mailboxes.shown import shown_of
from reseller_portal.core.lists.domains import read_domain
from reseller_portal.core.lists.usernames import PATTERN_EXAMPLES
from reseller_portal.operations.lookups import TooManyQuestions

# Characters of both lists together from which on reading them takes as long as a dozen other pages.
LONG_LISTS = 20_000
PRESSES = {"remove", "drop", "drop-all", "keep", "keep-all"}
NAMES = {"domains": "Domains", "people": "People", "file": "File", "provider": "Provider", "pattern": "Addresses"}


@require_http_methods(["GET", "POST"])
@customer_view("orders.create")
@costly
def order_build(request: CustomerRequest) -> HttpResponse:
    """Each draft has an address of its own, so that two tabs hold two orders and Back finds what was typed."""
    if request.method == "GET":
        key = request.GET.get("draft", "")
        return _shown(request, _kept(request, key)) if is_key(key) else _begin(request)
    form = OrderForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, typed_wish(request.POST), problems=_messages(form), status=422)
    kept = _kept(request, request.GET.get("draft", ""))
    wish = replace(form.to_wish(), instead_of=kept.instead_of, replaces=kept.replaces)
    return _answer(request, _changed(request, wish))


@require_POST
@customer_view("orders.create")
@few_at_once
def order_preview(request: CustomerRequest) -> HttpResponse:
    """How the lists are read, while they are typed. Nothing is written."""
    form = OrderForm(request.POST)
    posted = request.POST.dict()
    typed = form.to_wish() if form.is_valid() else typed_wish(request.POST)
    wish = _with_own(with_columns(typed, posted), posted)
    return render(request, "mailboxes/order_build.html#reading", _context(request, wish, _read(request, wish)))


def _shown(request: CustomerRequest, wish: Wish) -> HttpResponse:
    is_long = len(wish.domains) + len(wish.people) > LONG_LISTS
    return (turned_away(request) if is_long else None) or _page(request, wish)


@require_POST
@customer_view("orders.create")
@costly
def order_instead(request: CustomerRequest, reference: str) -> HttpResponse:
    """The order of a quote without one of its domains, or with another in its place, checked anew."""
    customer, key = request.actor.customer, new_key()
    quote = get_quote(customer=customer, reference=reference)
    if quote is None:
        raise Http404("No such quote here.")
    typed = read_domain(request.POST.get("new", "").replace("\0", ""))
    new = "" if request.POST.get("do") == "remove" else typed.name or typed.text
    if not new and request.POST.get("do") != "remove":
        messages.error(request, "Write the other name first, such as example.com.")
        return HttpResponseRedirect(reverse("orders:check", args=[customer.slug, reference]))
    wish = instead_of(wish_of(quote), request.POST.get("old", ""), new)
    reading = _read(request, wish)
    if wish.domains.strip() and reading.people.people and reading.is_good:
        try:
            draft = QuoteDraft(wish.provider, lines_of(reading), wish.as_json(), retry_of=quote.retry_of)
            made = make_quote(actor=request.actor, draft=draft)
        except (NothingToQuote, TooMuchAtOnce, TooManyQuestions) as error:
            messages.error(request, str(error))
        else:
            return HttpResponseRedirect(reverse("orders:check", args=[customer.slug, made.reference]))
    keep_draft(actor=request.actor, key=key, content=wish.as_json())
    return HttpResponseRedirect(f"{reverse('mailboxes:order', args=[customer.slug])}?draft={key}")


def _begin(request: CustomerRequest) -> HttpResponse:
    """A new draft, with what a link brought along: domains, a quote to be changed, or an order that failed in part."""
    customer, key = request.actor.customer, new_key()
    if renaming := renaming_of(customer=customer, reference=request.GET.get("instead", "")):
        keep_draft(actor=request.actor, key=key, content=wish_instead(renaming, []))
        return HttpResponseRedirect(f"{reverse('mailboxes:order', args=[customer.slug])}?draft={key}")
    quote = get_quote(customer=customer, reference=request.GET["quote"]) if request.GET.get("quote") else None
    wish = wish_of(quote) if quote else wish_on(customer, request.GET.getlist("domain"))
    if wish.domains or wish.people:
        keep_draft(actor=request.actor, key=key, content=wish.as_json())
    return HttpResponseRedirect(f"{reverse('mailboxes:order', args=[customer.slug])}?draft={key}")


def _changed(request: CustomerRequest, wish: Wish) -> Wish:
    """With what was chosen over the columns, corrected in the rows, and taken out of the domains."""
    posted = request.POST.dict()
    wish = with_domains(with_columns(wish, posted), posted)
    return _with_own(with_changes(wish, _read(request, wish), posted), posted)


def _with_own(wish: Wish, posted: dict[str, str]) -> Wish:
    """With a domain that was chosen from those that the customer owns."""
    lines, added = wish.domains.rstrip().splitlines(), posted.get("own", "")
    return replace(wish, domains="\n".join([*lines, added])) if added and added not in lines else wish


def _pressed(request: CustomerRequest, wish: Wish) -> tuple[Wish, Removed]:
    """With what one press took out, put back or kept; and what is needed to put it back."""
    posted, key = request.POST.dict(), request.GET.get("draft", "")
    if posted.get("do") == "undo":
        return put_back(wish, draft_of(actor=request.actor, key=key).get("removed", {})), {}
    if removed := posted.get("remove"):
        return without_domain(wish, _read(request, wish), removed)
    if {"drop", "drop-all"} & set(posted):
        return without_lines(wish, _read(request, wish), posted)
    return with_people_kept(wish, _read(request, wish), posted) if {"keep", "keep-all"} & set(posted) else wish, {}


def _answer(request: CustomerRequest, wish: Wish) -> HttpResponse:
    wish, removed = _pressed(request, wish)
    reading = _read(request, wish)
    key = request.GET.get("draft", "")
    if is_key(key) and not reading.refusals:
        keep_draft(actor=request.actor, key=key, content=wish.as_json() | {"removed": removed})
    if request.POST.get("do") in {"read", "undo"} or PRESSES & set(request.POST):
        return _page(request, wish, reading=reading, removed=removed)
    if not wish.domains.strip():
        return _page(request, wish, reading=reading, problems=["Domains: name at least one."], status=422)
    if not reading.people.people and not reading.refusals:
        return _page(request, wish, reading=reading, problems=["People: name at least one."], status=422)
    if not reading.is_good:
        return _page(request, wish, reading=reading, problems=list(reading.refusals), status=422)
    try:
        failed = get_order(customer=request.actor.customer, reference=wish.instead_of) if wish.instead_of else None
        draft = QuoteDraft(wish.provider, lines_of(reading), wish.as_json(), retry_of=failed)
        quote = make_quote(actor=request.actor, draft=draft)
    except (NothingToQuote, TooMuchAtOnce, TooManyQuestions) as error:
        return _page(request, wish, reading=reading, problems=[str(error)], status=422)
    return HttpResponseRedirect(reverse("orders:check", args=[request.actor.customer.slug, quote.reference]))


def _read(request: CustomerRequest, wish: Wish) -> Reading:
    return read(request.actor.customer, wish)


def _page(
    request: CustomerRequest,
    wish: Wish,
    *,
    reading: Reading | None = None,
    problems: list[str] | None = None,
    status: int = 200,
    removed: Removed | None = None,
) -> HttpResponse:
    if reading is None:
        reading = _read(request, wish)
    if reading.refusals:
        wish = replace(wish, domains=wish.domains[:MOST_ECHOED], people=wish.people[:MOST_ECHOED])
    context = _context(request, wish, reading) | {"problems": problems or [], "is_refused": status == 422}
    context |= {"removed": removed, "removed_lines": list((removed or {}).get("lines", {}))}
    return render(request, "mailboxes/order_build.html", context, status=status)


def _context(request: CustomerRequest, wish: Wish, reading: Reading) -> dict[str, Any]:
    rule = rule_for(request.actor.customer.brand, Item.MAILBOX)
    price_minor = rule.fixed_minor if rule and rule.method == "fixed" else None
    return {
        "wish": wish,
        "providers": Provider.choices,
        "patterns": PATTERN_EXAMPLES.items(),
        "reading": reading,
        "own": active_names(customer=request.actor.customer),
        "shown": shown_of(reading),
        "mailbox_price_minor": price_minor,
        "monthly_minor": price_minor * reading.mailbox_count if price_minor else None,
    }


def _kept(request: CustomerRequest, key: str) -> Wish:
    return Wish.from_json(draft_of(actor=request.actor, key=key))


def _messages(form: OrderForm) -> list[str]:
    return [f"{NAMES[key]}: {error}" for key, errors in form.errors.items() for error in errors]
