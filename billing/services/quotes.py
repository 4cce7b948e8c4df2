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
from billing.availability import AVAILABILITY, WORKSPACE
from billing.checking import NO_PRICE, note_availability, note_workspace, price_of
from billing.models import Item, Order, Provider, Quote, QuoteLine
from billing.references import new_reference
from reseller_portal.core.errors import DomainError
from reseller_portal.operations import lookups

MOST_LINES = 5000
MOST_NEW_DOMAINS = 500


@dataclass(frozen=True)
class LineDraft:
    """A thing wanted. `problem` is what the caller already knows to be wrong with it."""

    item: str
    name: str
    domain_name: str
    upstream_domain_id: str = ""
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
    """Note the lines and put the questions. Raises `NothingToQuote`, `TooMuchAtOnce`, `NotAllowed`."""
    actor.require("orders.create")
    _refuse_odd_sizes(draft)
    quote = Quote.objects.create(
        customer=actor.customer,
        reference=new_reference("Q"),
        provider=Provider(draft.provider),
        wish=dict(draft.wish),
        made_by=actor.user,
        retry_of=draft.retry_of,
        expires_at=timezone.now() + timedelta(minutes=settings.QUOTE_MINUTES),
    )
    QuoteLine.objects.bulk_create(_as_line(actor, quote, number, line) for number, line in enumerate(draft.lines, 1))
    check(quote)
    record(actor=actor, action="quote.made", subject=quote, after={"lines": len(draft.lines)})
    return quote


def check(quote: Quote) -> None:
    """Ask what is not known of the lines still being checked; answers at hand are used at once."""
    waiting = quote.lines.filter(state=QuoteLine.State.CHECKING)
    names = list(waiting.filter(item=Item.DOMAIN).order_by("position").values_list("name", flat=True))
    with_mailboxes = set(waiting.filter(item=Item.MAILBOX).values_list("domain_name", flat=True))
    of_provider = [f"{quote.provider} {name}" for name in names if name in with_mailboxes]
    for lookup in lookups.ask(customer=quote.customer, kind=AVAILABILITY, keys=names):
        note_availability(lookup)
    for lookup in lookups.ask(customer=quote.customer, kind=WORKSPACE, keys=of_provider):
        note_workspace(lookup)


def _refuse_odd_sizes(draft: QuoteDraft) -> None:
    if not draft.lines:
        raise NothingToQuote("Name at least one domain or one mailbox.")
    new_domains = sum(line.item == Item.DOMAIN for line in draft.lines)
    if len(draft.lines) > MOST_LINES or new_domains > MOST_NEW_DOMAINS:
        raise TooMuchAtOnce(
            f"One order carries up to {MOST_NEW_DOMAINS} new domains and {MOST_LINES:,} lines; this has "
            f"{new_domains:,} domains in {len(draft.lines):,} lines. Split it into several orders."
        )


def _as_line(actor: Actor, quote: Quote, position: int, draft: LineDraft) -> QuoteLine:
    line = QuoteLine(
        customer=actor.customer,
        quote=quote,
        position=position,
        item=draft.item,
        name=draft.name,
        domain_name=draft.domain_name,
        upstream_domain_id=draft.upstream_domain_id,
        first_name=draft.first_name,
        last_name=draft.last_name,
        problem=draft.problem,
    )
    if draft.problem:
        line.state = QuoteLine.State.PROBLEM
    elif draft.upstream_domain_id:
        _price_at_once(actor, line)
    return line


def _price_at_once(actor: Actor, line: QuoteLine) -> None:
    """A mailbox on an owned domain raises no question: its workspace is ours."""
    line.cost_minor = settings.MAILBOX_COST_MINOR
    price = price_of(actor.customer, line.item, line.cost_minor)
    line.state, line.problem = (QuoteLine.State.PROBLEM, NO_PRICE) if price is None else (QuoteLine.State.READY, "")
    line.price_minor = price or 0


def check_again(*, actor: Actor, quote: Quote) -> Quote:
    """A new quote of the same lines, with the prices of now."""
    drafts = [
        LineDraft(line.item, line.name, line.domain_name, line.upstream_domain_id, line.first_name, line.last_name)
        for line in quote.lines.order_by("position")
    ]
    return make_quote(actor=actor, draft=QuoteDraft(quote.provider, drafts, quote.wish, quote.retry_of))
