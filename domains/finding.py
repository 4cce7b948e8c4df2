"""What the page *Find domains* shows: every name asked for, with its answer as soon as there is one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from anyascii import anyascii

from accounts.models import Customer
from billing.availability import AVAILABILITY, SUGGESTIONS
from billing.follow_ups import Renaming
from billing.knowledge import under_way
from billing.models import PROVIDER_WORDS, Item, PriceRule, UnsellableName
from billing.price_rules import price_minor, rule_for
from domains.models import Domain
from domains.services.deliveries import living, owned
from reseller_portal.core.lists.domains import PastedName, readable
from reseller_portal.core.lists.text import without_unseen
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation

MOST_NAMES = 500
LONGEST_KEYWORD = 50
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9-]+")


@dataclass(frozen=True)
class Answer:
    """`state` is checking, ready (free), yours, working (with `order`, or without where it was bought elsewhere),
    problem (taken, wrong) or failed (no answer). Prices in minor units.
    """

    name: str
    shown: str
    state: str
    word: str
    price_minor: int | None = None
    renew_minor: int | None = None
    line: int = 0
    order: str = ""

    @property
    def is_free(self) -> bool:
        return self.state == "ready"

    @property
    def key(self) -> str:
        """The name without dots, which a selector would take for classes."""
        return self.name.replace(".", "_")

    @property
    def is_owned(self) -> bool:
        return self.state == "yours"


class Answers(NamedTuple):
    """Of one question: what is known, whether more is awaited, whether it was ever put, and whether none will come."""

    rows: Sequence[Answer] = ()
    is_waiting: bool = False
    was_asked: bool = False
    has_failed: bool = False


def ask_for_names(customer: Customer, names: Sequence[str]) -> None:
    """Put the question about each name that the customer neither owns nor waits for."""
    mine = {*owned(customer, set(names)), *_on_its_way(customer, names)}
    lookups.ask(customer=customer, kind=AVAILABILITY, keys=[name for name in names if name not in mine])


def ask_for_suggestions(customer: Customer, keyword: str) -> None:
    lookups.ask(customer=customer, kind=SUGGESTIONS, keys=[keyword])


def keyword_of(typed: str) -> str:
    """The letters, digits and hyphens of what was typed, in Latin letters; a whole name is cut to its first part."""
    text = anyascii(without_unseen(typed[:200]).lower()).lower().replace(" ", "")
    return _NOT_IN_A_NAME.sub("", text.partition(".")[0])[:LONGEST_KEYWORD].strip("-")


def is_as_typed(keyword: str, typed: str) -> bool:
    """Whether the keyword is what was typed, blanks and capitals aside."""
    return keyword == "".join(typed.lower().partition(".")[0].split())


def refused_names(names: Iterable[str], renaming: Renaming | None) -> dict[str, str]:
    """What is not offered whatever a registry says, with the word for it: it could not be set up once before."""
    rows = UnsellableName.objects.filter(name__in=set(names), is_sold_again=False).values_list("name", flat=True)
    refused = dict.fromkeys(rows, "Cannot be had")
    return refused | (dict.fromkeys(renaming.domains, f"Refused in {renaming.order}") if renaming else {})


def answers_for_names(
    customer: Customer, pasted: Sequence[PastedName], renaming: Renaming | None = None
) -> list[Answer]:
    """One answer for each entry, in the order it was pasted."""
    names = [each.name for each in pasted if each.name]
    mine = {name: PROVIDER_WORDS.get(each.provider, "") for name, each in owned(customer, set(names)).items()}
    found = {row.key: row for row in lookups.find(customer=customer, kind=AVAILABILITY, keys=names)}
    rule = rule_for(customer.brand, Item.DOMAIN)
    refused, coming = refused_names(names, renaming), _on_its_way(customer, names)

    def answer_for(each: PastedName) -> Answer:
        if each.name not in mine and each.name in coming:
            return Answer(each.name, readable(each.name), "working", "Being registered", order=coming[each.name])
        if each.name not in mine and each.name in refused:
            return Answer(each.name, readable(each.name), "problem", refused[each.name])
        return _of_name(rule, each, found.get(each.name), mine)

    return [answer_for(each) for each in pasted]


def _on_its_way(customer: Customer, names: Sequence[str]) -> dict[str, str]:
    """The order by name, "" where none is known: whatever a registry says of these, they are the customer's soon."""
    pending = living(customer).filter(name__in=names, state=Domain.State.PENDING).values_list("name", flat=True)
    ordered = under_way(customer, names)
    return dict.fromkeys(pending, "") | {name: order for (item, name), order in ordered.items() if item == Item.DOMAIN}


def answers_for_keyword(customer: Customer, keyword: str, renaming: Renaming | None = None) -> Answers:
    """The suggestions. A question without an answer says nothing of the names: it is no empty answer."""
    rows = lookups.find(customer=customer, kind=SUGGESTIONS, keys=[keyword]) if keyword else []
    if not rows or not rows[0].is_final:
        return Answers(is_waiting=bool(rows), was_asked=bool(rows))
    if rows[0].state == Operation.State.FAILED:
        return Answers(was_asked=True, has_failed=True)
    told = [each for each in rows[0].answer.get("domains", []) if each["is_available"]]
    names = {str(each["name"]) for each in told}
    left_out = {*owned(customer, names), *_on_its_way(customer, list(names)), *refused_names(names, renaming)}
    rule = rule_for(customer.brand, Item.DOMAIN)
    return Answers([_free(rule, each) for each in told if each["name"] not in left_out], was_asked=True)


def _of_name(rule: PriceRule | None, pasted: PastedName, lookup: Operation | None, mine: Mapping[str, str]) -> Answer:
    if pasted.problem:
        return Answer(pasted.text, pasted.text, "problem", pasted.problem, line=pasted.line)
    shown = readable(pasted.name)
    if pasted.name in mine:
        provider = mine[pasted.name]
        return Answer(pasted.name, shown, "yours", f"Yours, {provider}" if provider else "Yours")
    if lookup is None or lookup.state == Operation.State.FAILED:
        return Answer(pasted.name, shown, "failed", "No answer. Check it again.")
    if not lookup.is_final:
        return Answer(pasted.name, shown, "checking", "Asking")
    if not lookup.answer["is_available"]:
        word = "Taken" if lookup.answer.get("is_taken", True) else "Not for sale here"
        return Answer(pasted.name, shown, "problem", word)
    return _free(rule, lookup.answer)


def _free(rule: PriceRule | None, told: Mapping[str, object]) -> Answer:
    name, cost, renew = str(told["name"]), int(str(told["cost_minor"])), int(str(told["renew_minor"]))
    word = "Free, premium price" if told["is_premium"] else "Free"
    if rule is None:
        return Answer(name, readable(name), "ready", word)
    later = price_minor(rule, renew) if renew else None
    return Answer(name, readable(name), "ready", word, price_minor(rule, cost), later)
