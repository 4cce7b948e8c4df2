"""Answers of lookups, written onto the quote lines that wait for them."""

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import Customer
from billing.models import Item, PriceRule, QuoteLine
from billing.price_rules import price_minor, rule_for
from reseller_portal.operations.models import Operation

State = QuoteLine.State
TAKEN = "This name is taken. Choose another one."
HAS_WORKSPACE = "This name carries a workspace already, so an order on it would fail. Choose another one."
NO_PRICE = "No price is set for this yet. Ask the support team to set one."
NO_ANSWER = "The registry gave no answer. Check again."
DOMAIN_FAILED = "Its domain cannot be ordered."


def note_availability(lookup: Operation) -> None:
    """The price of a name, or that it is taken, on every line that waits for it."""
    name = lookup.payload["key"]
    lines = _waiting(lookup.customer, name).filter(item=Item.DOMAIN)
    if lookup.state == Operation.State.FAILED:
        _refuse(lookup.customer, name, NO_ANSWER)
    elif lookup.state == Operation.State.DONE and not lookup.answer["is_available"]:
        _refuse(lookup.customer, name, TAKEN)
    elif lookup.state == Operation.State.DONE:
        lines.update(cost_minor=lookup.answer["cost_minor"])
        _finish(lookup.customer, name)


def note_workspace(lookup: Operation) -> None:
    """That a name is free of a workspace of this provider, or not."""
    provider, _, name = lookup.payload["key"].partition(" ")
    if lookup.state == Operation.State.DONE and lookup.answer["is_free"]:
        _waiting(lookup.customer, name).filter(item=Item.MAILBOX, quote__provider=provider).update(
            cost_minor=settings.MAILBOX_COST_MINOR
        )
        _finish(lookup.customer, name)
    elif lookup.is_final:
        _refuse(lookup.customer, name, HAS_WORKSPACE if lookup.answer else NO_ANSWER, provider=provider)


def price_of(customer: Customer, item: str, cost_minor: int) -> int | None:
    """What the customer pays for something that costs `cost_minor`; None when no rule says."""
    rule: PriceRule | None = rule_for(customer.brand, item)
    return None if rule is None else price_minor(rule, cost_minor)


def _waiting(customer: Customer, name: str) -> QuerySet[QuoteLine]:
    return QuoteLine.objects.filter(customer=customer, domain_name=name, state=State.CHECKING)


def _refuse(customer: Customer, name: str, problem: str, *, provider: str = "") -> None:
    """The domain carries the problem; the mailboxes on it fall with it."""
    lines = _waiting(customer, name)
    if provider:
        lines = lines.filter(quote__provider=provider)
    lines.filter(item=Item.MAILBOX).update(state=State.PROBLEM, problem=DOMAIN_FAILED)
    lines.filter(item=Item.DOMAIN).update(state=State.PROBLEM, problem=problem)


def _finish(customer: Customer, name: str) -> None:
    """A name is ready when both answers are in: the domain has its cost, and so do its mailboxes."""
    for quote_id in set(_waiting(customer, name).values_list("quote_id", flat=True)):
        lines = _waiting(customer, name).filter(quote_id=quote_id)
        if lines.filter(cost_minor=0).exists():
            continue
        prices = {
            (item, cost): price_of(customer, item, cost) for item, cost in set(lines.values_list("item", "cost_minor"))
        }
        if None in prices.values():
            lines.update(state=State.PROBLEM, problem=NO_PRICE)
            continue
        for (item, cost), price in prices.items():
            lines.filter(item=item, cost_minor=cost).update(state=State.READY, price_minor=price)
