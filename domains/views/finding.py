"""Find domains: by a keyword or by a pasted list. Answers arrive one by one; nothing waits for them."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.costly import costly
from accounts.door import CustomerRequest, customer_view
from accounts.drafts import draft_of, keep_draft, new_key
from billing.follow_ups import Renaming, renaming_of, wish_instead
from domains.finding import (
    MOST_NAMES,
    Answers,
    answers_for_keyword,
    answers_for_names,
    ask_for_names,
    ask_for_suggestions,
    is_as_typed,
    keyword_of,
)
from reseller_portal.core.lists.domains import PastedName, PastedNames, read_domains
from reseller_portal.core.lists.files import NotAList, refuse_other_texts
from reseller_portal.core.lists.reader import TooManyLines
from reseller_portal.core.lists.secrets import without_secrets
from reseller_portal.core.parts import page_or_part
from reseller_portal.operations.lookups import TooManyQuestions

MOST_LINES = 10_000
LONGEST_LIST = 512 * 1024
MOST_ECHOED = 64 * 1024
NO_KEYWORD = "Write a word with letters or digits, such as the name of your company."


@dataclass(frozen=True)
class Question:
    """What the page is about. `problem` is wrong with it, `notes` say how it was read."""

    way: str
    typed: str = ""
    names: str = ""
    entries: Sequence[PastedName] = ()
    notes: Sequence[str] = ()
    problem: str = ""

    @property
    def keyword(self) -> str:
        return keyword_of(self.typed)


@require_http_methods(["GET", "POST"])
@customer_view("orders.create")
@costly
def domain_find(request: CustomerRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request, _question(request))
    return _ask_names(request) if request.POST.get("way") == "list" else _ask_keyword(request)


@require_POST
@customer_view("orders.create")
def domain_choose(request: CustomerRequest) -> HttpResponse:
    """Go on to the mailboxes with what was ticked, as an order of its own; people who lost their name come along."""
    key, customer, renaming = new_key(), request.actor.customer, _renaming(request)
    chosen = [name.replace("\0", "") for name in dict.fromkeys(request.POST.getlist("name"))][:MOST_NAMES]
    if not chosen and renaming:
        messages.error(request, "Tick at least one name, then continue.")
        return HttpResponseRedirect(_address(request))
    if not chosen:
        return HttpResponseRedirect(reverse("mailboxes:order", args=[customer.slug]))
    content = wish_instead(renaming, chosen) if renaming else {"domains": "\n".join(chosen)}
    keep_draft(actor=request.actor, key=key, content=content)
    return HttpResponseRedirect(f"{reverse('mailboxes:order', args=[customer.slug])}?draft={key}")


def _ask_keyword(request: CustomerRequest) -> HttpResponse:
    """Put the question, then show the page by its own address, so that reloading asks nothing twice."""
    typed = request.POST.get("keyword", "")[:200].replace("\0", "")
    question = Question("keyword", typed, problem="" if keyword_of(typed) else NO_KEYWORD)
    if question.problem:
        return _page(request, question, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        ask_for_suggestions(request.actor.customer, question.keyword)
    except TooManyQuestions as refused:
        return _refused(request, question, refused)
    return HttpResponseRedirect(_address(request, keyword=typed))


def _ask_names(request: CustomerRequest) -> HttpResponse:
    text = without_secrets(request.POST.get("names", "").replace("\0", ""), most_lines=MOST_LINES)
    try:
        read = _read(text)
    except (TooManyLines, NotAList) as refusal:
        question = Question("list", names=text[:MOST_ECHOED], problem=str(refusal))
        return _page(request, question, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    question = Question("list", names=text, entries=read.entries, notes=_notes(read))
    try:
        ask_for_names(request.actor.customer, [each.name for each in read.entries if each.name])
    except TooManyQuestions as refused:
        return _refused(request, question, refused)
    key, entries = new_key(), [astuple(each) for each in read.entries]
    keep_draft(actor=request.actor, key=key, content={"names": text, "entries": entries, "notes": question.notes})
    return HttpResponseRedirect(_address(request, way="list", list=key))


def _read(text: str) -> PastedNames:
    """Raises `TooManyLines`, `NotAList`; read once, however often the page asks for answers."""
    if len(text) > LONGEST_LIST:
        raise TooManyLines(f"This is longer than {MOST_NAMES} names can be. Split it; only its beginning is shown.")
    refuse_other_texts(text)
    return read_domains(text, most_lines=MOST_LINES, most_entries=MOST_NAMES)


def _notes(read: PastedNames) -> list[str]:
    if not read.left:
        return read.notes
    pasted = len(read.entries) + read.left
    more = f"{pasted:,} names were pasted. The first {MOST_NAMES} are checked below; paste the others after these."
    return [more, *read.notes]


def _question(request: CustomerRequest) -> Question:
    if request.GET.get("way") != "list":
        return Question("keyword", request.GET.get("keyword", "")[:200])
    kept: Mapping[str, Any] = draft_of(actor=request.actor, key=request.GET.get("list", ""))
    entries = [PastedName(*each) for each in kept.get("entries", [])]
    return Question("list", names=kept.get("names", ""), entries=entries, notes=kept.get("notes", []))


def _page(request: CustomerRequest, question: Question, *, status: int = HTTPStatus.OK) -> HttpResponse:
    renaming = _renaming(request)
    found = _answers(request, question, renaming)
    shown = sorted(found.rows, key=lambda each: each.state == "problem")
    context = {
        "question": question,
        "answers": shown,
        "is_waiting": found.is_waiting,
        "was_asked": found.was_asked,
        "has_failed": found.has_failed,
        "is_read_otherwise": bool(question.keyword) and not is_as_typed(question.keyword, question.typed),
        "checked": sum(answer.state != "checking" for answer in shown),
        "most_names": MOST_NAMES,
        "renaming": renaming,
        "instead": f"?instead={renaming.order}" if renaming else "",
    }
    return page_or_part(request, "domains/domain_find.html", "answers", context, status=status)


def _answers(request: CustomerRequest, question: Question, renaming: Renaming | None) -> Answers:
    customer = request.actor.customer
    if question.way == "keyword":
        return answers_for_keyword(customer, question.keyword, renaming)
    answers = answers_for_names(customer, question.entries, renaming)
    return Answers(answers, any(answer.state == "checking" for answer in answers), bool(answers))


def _refused(request: CustomerRequest, question: Question, refused: TooManyQuestions) -> HttpResponse:
    question = Question(question.way, question.typed, question.names[:MOST_ECHOED], problem=str(refused))
    return _page(request, question, status=HTTPStatus.TOO_MANY_REQUESTS)


def _renaming(request: CustomerRequest) -> Renaming | None:
    """What a failed order wants other names for, when the page was opened from it."""
    return renaming_of(customer=request.actor.customer, reference=request.GET.get("instead", ""))


def _address(request: CustomerRequest, **query: str) -> str:
    """Of this page, for the same failed order."""
    instead = {"instead": request.GET["instead"]} if request.GET.get("instead") else {}
    address = reverse("domains:find", args=[request.actor.customer.slug])
    return f"{address}?{urlencode(query | instead)}" if query or instead else address
