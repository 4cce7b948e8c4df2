"""Find domains: by a keyword or by a pasted list. Answers arrive one by one; nothing waits for them."""

import re
from http import HTTPStatus

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import CustomerRequest, customer_view
from domains.finding import (
    MOST_NAMES,
    Answer,
    answers_for_keyword,
    answers_for_names,
    ask_for_names,
    ask_for_suggestions,
)
from domains.names import read_names
from reseller_portal.core.parts import page_or_part
from reseller_portal.operations.lookups import TooManyQuestions

KEYWORD = re.compile(r"[^a-z0-9-]+")


@require_http_methods(["GET", "POST"])
@customer_view("orders.create")
def domain_find(request: CustomerRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request, "list" if request.GET.get("way") == "list" else "keyword")
    try:
        return _ask(request)
    except TooManyQuestions as refused:
        way = "list" if request.POST.get("way") == "list" else "keyword"
        return _page(request, way, refused=str(refused), status=HTTPStatus.TOO_MANY_REQUESTS)


def _page(request: CustomerRequest, way: str, *, refused: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
    answers, is_waiting, problem = _answers(request, way)
    context = {
        "way": way,
        "keyword": _typed(request),
        "names": _kept(request),
        "answers": answers,
        "is_waiting": is_waiting,
        "problem": refused or problem,
        "checked": sum(answer.state != "checking" for answer in answers),
        "has_asked": bool(answers) or is_waiting or bool(_typed(request)),
        "most_names": MOST_NAMES,
    }
    return page_or_part(request, "domains/domain_find.html", "answers", context, status=status)


@require_POST
@customer_view("orders.create")
def domain_choose(request: CustomerRequest) -> HttpResponse:
    """Keep what was ticked, and go on to the mailboxes."""
    chosen = list(dict.fromkeys(request.POST.getlist("name")))[:MOST_NAMES]
    request.session[f"order:{request.actor.customer.slug}"] = {"domains": "\n".join(chosen)}
    return HttpResponseRedirect(reverse("mailboxes:order", args=[request.actor.customer.slug]))


def _ask(request: CustomerRequest) -> HttpResponse:
    """Put the questions, then show the page by its own address, so that reloading asks nothing twice."""
    customer = request.actor.customer
    page = reverse("domains:find", args=[customer.slug])
    if request.POST.get("way") == "list":
        text = request.POST.get("names", "")
        request.session[f"find:{customer.slug}"] = text
        ask_for_names(customer, _askable(text))
        return HttpResponseRedirect(f"{page}?way=list")
    keyword = _as_keyword(request.POST.get("keyword", ""))
    if keyword:
        ask_for_suggestions(customer, keyword)
    return HttpResponseRedirect(f"{page}?keyword={keyword}")


def _answers(request: CustomerRequest, way: str) -> tuple[list[Answer], bool, str]:
    """(answers, still waiting, what is wrong with the question)"""
    customer = request.actor.customer
    if way == "keyword":
        answers, is_waiting = answers_for_keyword(customer, _as_keyword(_typed(request)))
        return answers, is_waiting, ""
    pasted = read_names(_kept(request))
    answers = answers_for_names(customer, pasted[:MOST_NAMES])
    too_many = len(pasted) > MOST_NAMES
    problem = (
        f"{len(pasted):,} names were pasted. The first {MOST_NAMES} are checked below; paste the others after these."
        if too_many
        else ""
    )
    return answers, any(answer.state == "checking" for answer in answers), problem


def _askable(text: str) -> list[str]:
    return [each.name for each in read_names(text)[:MOST_NAMES] if each.name]


def _kept(request: CustomerRequest) -> str:
    return str(request.session.get(f"find:{request.actor.customer.slug}", ""))


def _typed(request: CustomerRequest) -> str:
    return str(request.POST.get("keyword") or request.GET.get("keyword", ""))


def _as_keyword(text: str) -> str:
    """The letters, digits and hyphens of what was typed; a whole name is cut to its first part."""
    return KEYWORD.sub("", text.strip().lower().replace(" ", "").partition(".")[0])[:50].strip("-")
