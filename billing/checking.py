"""What a line costs or why it cannot be had, read from the answers of its questions.

A line is judged by all of its answers together, under a lock on its quote: of two workers who settle the two answers of
one name, the second sees what the first one wrote.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import Customer
from billing.models import Item, PriceRule, Quote, QuoteLine
from billing.price_rules import price_minor, rule_for, rules_of
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation

AVAILABILITY = "domain.availability"
WORKSPACE = "domain.workspace"
State = QuoteLine.State
DONE = Operation.State.DONE
# No answer comes any more unless somebody asks again.
GAVE_UP = (Operation.State.FAILED, Operation.State.NEEDS_PERSON)
TAKEN = "This name is taken. Choose another one."
NOT_FOR_SALE = "This name is not for sale here. Choose another one."
HAS_WORKSPACE = "This name is in use at the provider already, so an order on it would fail. Choose another one."
NO_PRICE = "No price is set for this yet. Ask the support team to set one."
NO_ANSWER = "This could not be checked. Check again."
DOMAIN_FAILED = "Its domain cannot be ordered."
JUDGED = ("state", "problem", "cost_minor", "cost_read_at", "price_minor", "renewal_minor")


@dataclass(frozen=True)
class Answers:
    """The questions about names, by name. `work` is of one provider."""

    availability: Mapping[str, Operation]
    workspace: Mapping[str, Operation]


def note_answer(lookup: Operation, name: str) -> None:
    """Judge what waits for this name, in the transaction that writes the answer down."""
    waiting = QuoteLine.objects.filter(customer=lookup.customer, domain_name=name, state=State.CHECKING)
    quotes = Quote.objects.filter(pk__in=waiting.values("quote"), customer=lookup.customer)
    for quote in locked(quotes.order_by("pk")):
        settle(quote, names={name})


def locked(quotes: QuerySet[Quote]) -> QuerySet[Quote]:
    """Held until the transaction ends; in the order of their keys, as every worker takes them."""
    return quotes.select_related("customer__brand").select_for_update(of=("self",), no_key=True)


def settle(quote: Quote, *, names: Iterable[str] | None = None) -> None:
    """Judge the lines being checked by the answers that are there. The caller holds the lock on the quote."""
    lines = quote.lines.filter(state=State.CHECKING)
    waiting = list(lines if names is None else lines.filter(domain_name__in=names))
    judged = judge(quote, waiting, answers_of(quote, waiting))
    QuoteLine.objects.bulk_update(judged, JUDGED, batch_size=500)


def answers_of(quote: Quote, lines: Sequence[QuoteLine]) -> Answers:
    """What is known of the names of these lines. Asks nothing."""
    names, with_mailboxes = questions_of(lines)
    of_provider = {f"{quote.provider} {name}": name for name in with_mailboxes}
    workspace = lookups.find(customer=quote.customer, kind=WORKSPACE, keys=of_provider)
    return Answers(
        {row.key: row for row in lookups.find(customer=quote.customer, kind=AVAILABILITY, keys=names)},
        {of_provider[row.key]: row for row in workspace},
    )


def questions_of(lines: Iterable[QuoteLine]) -> tuple[list[str], list[str]]:
    """Names to be asked for, in their order, and those of them that carry mailboxes."""
    waiting = [line for line in lines if line.state == State.CHECKING]
    with_mailboxes = {line.domain_name for line in waiting if line.item == Item.MAILBOX}
    names = [line.name for line in waiting if line.item == Item.DOMAIN]
    return names, [name for name in names if name in with_mailboxes]


def judge(quote: Quote, lines: Sequence[QuoteLine], answers: Answers) -> list[QuoteLine]:
    """The lines that are decided now, changed but not saved."""
    rules, decided = rules_of(quote.customer.brand), []
    with_mailboxes = {line.domain_name for line in lines if line.item == Item.MAILBOX}
    verdicts = {
        name: _verdict(answers, name, needs_workspace=name in with_mailboxes)
        for name in dict.fromkeys(line.domain_name for line in lines)
    }
    for line in lines:
        problem, offer = verdicts[line.domain_name]
        if problem is None:
            continue
        if problem:
            refuse(line, problem if line.item == Item.DOMAIN else DOMAIN_FAILED)
        elif line.item == Item.DOMAIN:
            price(line, offer["cost_minor"], rules, renewal_cost_minor=offer.get("renew_minor") or None)
            line.cost_read_at = answers.availability[line.domain_name].finished_at
        else:
            price(line, settings.MAILBOX_COST_MINOR, rules, renewal_cost_minor=settings.MAILBOX_COST_MINOR)
        decided.append(line)
    return decided


def refuse(line: QuoteLine, problem: str) -> None:
    line.state, line.problem = State.PROBLEM, problem


def price(
    line: QuoteLine, cost_minor: int, rules: Mapping[str, PriceRule], *, renewal_cost_minor: int | None = None
) -> None:
    """Ready, at the price that goes with this cost; a problem where no rule says."""
    rule = rules.get(line.item)
    line.cost_minor = cost_minor
    if rule is None:
        refuse(line, NO_PRICE)
        return
    line.state, line.problem, line.price_minor = State.READY, "", price_minor(rule, cost_minor)
    line.renewal_minor = None if renewal_cost_minor is None else price_minor(rule, renewal_cost_minor)


def price_of(customer: Customer, item: str, cost_minor: int) -> int | None:
    """What the customer pays for something that costs `cost_minor`; None when no rule says."""
    rule: PriceRule | None = rule_for(customer.brand, item)
    return None if rule is None else price_minor(rule, cost_minor)


def _verdict(answers: Answers, name: str, *, needs_workspace: bool) -> tuple[str | None, Mapping[str, int]]:
    """Why the name cannot be had, "" when it can, None as long as an answer may come; and the offer."""
    offer, workspace = answers.availability.get(name), answers.workspace.get(name)
    asked = [offer, workspace] if needs_workspace else [offer]
    if offer and offer.state == DONE and not offer.answer["is_available"]:
        return TAKEN if offer.answer.get("is_taken", True) else NOT_FOR_SALE, {}
    if needs_workspace and workspace and workspace.state == DONE and not workspace.answer["is_free"]:
        return HAS_WORKSPACE, {}
    if any(each is None or each.state in GAVE_UP for each in asked):
        return NO_ANSWER, {}
    if offer is None or any(each and each.state != DONE for each in asked):
        return None, {}
    return "", offer.answer
