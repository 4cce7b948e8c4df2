"""Make a quote: every line with its price or its problem, before anything is paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from billing import checking
from billing.checking import AVAILABILITY, WORKSPACE
from billing.deliveries import OwnedDomain
from billing.knowledge import Known, known_of
from billing.models import PROVIDER_WORDS, Item, Order, PriceRule, Provider, Quote, QuoteLine
from billing.price_rules import rules_of
from billing.references import new_reference
from reseller_portal.core.errors import DomainError
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation

MOST_LINES = 5000
MOST_NEW_DOMAINS = 500
# What was checked less than this long ago is not checked again.
RECENT = timedelta(minutes=1)
EXISTS = "This address exists already."
TWICE = "This address is in the list twice. Take one of the two out."
FAILED_BEFORE = "This name could not be set up when it was ordered before. Choose another one."
NO_DOMAIN = "Its domain is not part of this order and not yours. Add the domain, or choose another one."


@dataclass(frozen=True)
class LineDraft:
    """A thing wanted. `problem` is what the caller already knows to be wrong with it."""

    item: str
    name: str
    domain_name: str
    first_name: str = ""
    last_name: str = ""
    problem: str = ""


@dataclass(frozen=True)
class QuoteDraft:
    """`wish` is what was typed, kept so that it can be mended without typing it again."""

    provider: str
    lines: Sequence[LineDraft]
    wish: Mapping[str, Any] = field(default_factory=dict)
    retry_of: Order | None = None


class NothingToQuote(DomainError):
    """A quote needs at least one line."""


class TooMuchAtOnce(DomainError):
    """More than one quote can carry."""


@transaction.atomic
def make_quote(*, actor: Actor, draft: QuoteDraft) -> Quote:
    """Judge every line by what is known here, and put the questions about the rest.

    A domain that the customer owns is no line: its mailboxes go onto it. Raises `NothingToQuote`, `TooMuchAtOnce`,
    `NotAllowed`.
    """
    actor.require("orders.create")
    _refuse_odd_sizes(draft)
    known = known_of(
        actor.customer,
        domains={line.domain_name for line in draft.lines},
        addresses={line.name for line in draft.lines if line.item == Item.MAILBOX},
    )
    quote = Quote(
        customer=actor.customer,
        reference=new_reference("Q"),
        provider=Provider(draft.provider),
        wish=dict(draft.wish),
        made_by=actor.user,
        retry_of=draft.retry_of,
        expires_at=timezone.now() + timedelta(minutes=settings.QUOTE_MINUTES),
    )
    lines = _lines_of(quote, draft.lines, known)
    if not lines:
        raise NothingToQuote("You have these domains already. Name mailboxes to be put on them, or other domains.")
    quote.save()
    _ask(quote, lines)
    QuoteLine.objects.bulk_create(lines)
    record(actor=actor, action="quote.made", subject=quote, after={"lines": len(lines)})
    return quote


def check_again(*, actor: Actor, quote: Quote, provider: str = "") -> Quote:
    """A new quote of the same lines, with the prices of now and every check anew; a recent quote is its own answer.

    With `provider`, of those lines alone that can be ordered there.
    """
    rows = quote.lines.order_by("position")
    if provider:
        rows = rows.filter(order_at=provider)
    elif not quote.is_expired and quote.made_at > timezone.now() - RECENT:
        return quote
    drafts = [
        LineDraft(line.item, line.name, line.domain_name, first_name=line.first_name, last_name=line.last_name)
        for line in rows
    ]
    draft = QuoteDraft(provider or quote.provider, drafts, quote.wish, quote.retry_of)
    return make_quote(actor=actor, draft=draft)


def _ask(quote: Quote, lines: Sequence[QuoteLine]) -> None:
    """Put the questions; answers at hand are used at once.

    The questions stay locked until the lines are there to be seen by whoever writes the answers down.
    """
    names, with_mailboxes = checking.questions_of(lines)
    of_provider = [f"{quote.provider} {name}" for name in with_mailboxes]
    for kind, keys in ((AVAILABILITY, names), (WORKSPACE, of_provider)):
        if keys:
            lookups.ask(customer=quote.customer, kind=kind, keys=keys, priority=Operation.Priority.QUOTE)
            lookups.lock(customer=quote.customer, kind=kind, keys=keys)
    waiting = [line for line in lines if line.state == QuoteLine.State.CHECKING]
    checking.judge(quote, waiting, checking.answers_of(quote, waiting))


def _refuse_odd_sizes(draft: QuoteDraft) -> None:
    if not draft.lines:
        raise NothingToQuote("Name at least one domain or one mailbox.")
    new_domains = sum(line.item == Item.DOMAIN for line in draft.lines)
    if len(draft.lines) > MOST_LINES or new_domains > MOST_NEW_DOMAINS:
        raise TooMuchAtOnce(
            f"One order carries up to {MOST_NEW_DOMAINS} new domains and {MOST_LINES:,} lines; this has "
            f"{new_domains:,} domains in {len(draft.lines):,} lines. Split it into several orders."
        )


def _lines_of(quote: Quote, drafts: Sequence[LineDraft], known: Known) -> list[QuoteLine]:
    """Each thing once, without domains that are owned; each judged as far as the portal can say by itself."""
    rules = rules_of(quote.customer.brand)
    new_domains = {draft.name for draft in drafts if draft.item == Item.DOMAIN}
    lines: dict[tuple[str, str], QuoteLine] = {}
    for draft in drafts:
        owned, key = known.owned.get(draft.domain_name), (draft.item, draft.name)
        if owned and draft.item == Item.DOMAIN:
            continue
        if key in lines:
            if draft.item == Item.MAILBOX:
                checking.refuse(lines[key], TWICE)
            continue
        line = lines[key] = _line(quote, draft, owned, len(lines) + 1)
        problem = draft.problem or _problem(line, owned, known)
        if not problem and not owned and draft.domain_name not in new_domains:
            problem = NO_DOMAIN
        if problem:
            checking.refuse(line, problem)
        elif owned:
            _price_on_owned(line, known, rules)
    _refuse_with_their_domains(lines)
    return list(lines.values())


def _line(quote: Quote, draft: LineDraft, owned: OwnedDomain | None, position: int) -> QuoteLine:
    return QuoteLine(
        customer=quote.customer,
        quote=quote,
        position=position,
        item=draft.item,
        name=draft.name,
        domain_name=draft.domain_name,
        upstream_domain_id=owned.upstream_id if owned else "",
        first_name=draft.first_name,
        last_name=draft.last_name,
    )


def _problem(line: QuoteLine, owned: OwnedDomain | None, known: Known) -> str:
    """Why it cannot be ordered, as far as the portal knows by itself."""
    if line.name in known.addresses:
        return EXISTS
    if reference := known.ordered.get((line.item, line.name)):
        return f"This is being delivered already, with order {reference}."
    if reference := known.ordered.get((Item.DOMAIN, line.domain_name)):
        return f"Its domain is being delivered with order {reference}. Add this when it is there."
    if line.item == Item.DOMAIN and line.name in known.unsellable:
        return FAILED_BEFORE
    return _problem_on_owned(line, owned) if owned else ""


def _problem_on_owned(line: QuoteLine, owned: OwnedDomain) -> str:
    """The provider of the domain is that of its mailboxes: none of the other would get mail there."""
    if owned.problem or owned.provider in {"", line.quote.provider}:
        return owned.problem
    line.order_at = owned.provider
    return f"{line.domain_name} is on {PROVIDER_WORDS.get(owned.provider, owned.provider)}. Order it there."


def _price_on_owned(line: QuoteLine, known: Known, rules: Mapping[str, PriceRule]) -> None:
    """A mailbox on an owned domain raises no question: it costs what the domain's subscription says."""
    cost = known.costs.get(line.domain_name, settings.MAILBOX_COST_MINOR)
    checking.price(line, cost, rules, renewal_cost_minor=cost)


def _refuse_with_their_domains(lines: Mapping[tuple[str, str], QuoteLine]) -> None:
    """No mailbox is ordered on a domain of this quote that cannot be had."""
    for (item, _), line in lines.items():
        domain = lines.get((Item.DOMAIN, line.domain_name))
        if item == Item.MAILBOX and domain and domain.problem and not line.problem:
            checking.refuse(line, checking.DOMAIN_FAILED)
