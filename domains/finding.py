"""What the page *Find domains* shows: every name asked for, with its answer as soon as there is one."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Customer
from billing.availability import AVAILABILITY, SUGGESTIONS
from billing.checking import price_of
from billing.models import Item
from domains.names import PastedName, as_shown
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation

MOST_NAMES = 500


@dataclass(frozen=True)
class Answer:
    """`state` is checking, ready (free), problem (taken, wrong) or failed (no answer). Prices in minor units."""

    name: str
    shown: str
    state: str
    word: str
    price_minor: int | None = None
    renew_minor: int | None = None

    @property
    def is_free(self) -> bool:
        return self.state == "ready"


def ask_for_names(customer: Customer, names: Sequence[str]) -> None:
    lookups.ask(customer=customer, kind=AVAILABILITY, keys=names)


def ask_for_suggestions(customer: Customer, keyword: str) -> None:
    lookups.ask(customer=customer, kind=SUGGESTIONS, keys=[keyword])


def answers_for_names(customer: Customer, pasted: Sequence[PastedName]) -> list[Answer]:
    """One answer for each entry, in the order it was pasted."""
    names = [each.name for each in pasted if each.name]
    found = {row.key: row for row in lookups.find(customer=customer, kind=AVAILABILITY, keys=names)}
    return [_of_name(customer, each, found.get(each.name)) for each in pasted]


def answers_for_keyword(customer: Customer, keyword: str) -> tuple[list[Answer], bool]:
    """The suggestions, and whether they are still awaited."""
    rows = lookups.find(customer=customer, kind=SUGGESTIONS, keys=[keyword])
    if not rows or not rows[0].is_final:
        return [], bool(rows)
    return [_free(customer, told) for told in rows[0].answer.get("domains", []) if told["is_available"]], False


def _of_name(customer: Customer, pasted: PastedName, lookup: Operation | None) -> Answer:
    if pasted.problem:
        return Answer(pasted.text, pasted.text, "problem", pasted.problem)
    shown = as_shown(pasted.name)
    if lookup is None or lookup.state == Operation.State.FAILED:
        return Answer(pasted.name, shown, "failed", "No answer. Ask again.")
    if not lookup.is_final:
        return Answer(pasted.name, shown, "checking", "Asking")
    if not lookup.answer["is_available"]:
        return Answer(pasted.name, shown, "problem", "Taken")
    return _free(customer, lookup.answer)


def _free(customer: Customer, told: dict[str, object]) -> Answer:
    name, cost, renew = str(told["name"]), int(str(told["cost_minor"])), int(str(told["renew_minor"]))
    word = "Free, premium price" if told["is_premium"] else "Free"
    price = price_of(customer, Item.DOMAIN, cost)
    return Answer(name, as_shown(name), "ready", word, price, price_of(customer, Item.DOMAIN, renew) if renew else None)
