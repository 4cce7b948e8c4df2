"""From what was typed in the order builder to the lines of a quote: domains times people, counted before built."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from accounts.models import Customer
from billing.deliveries import OwnedDomain, owned_domains
from billing.models import Item, Quote
from billing.services.quotes import MOST_LINES, MOST_NEW_DOMAINS, LineDraft
from reseller_portal.core.lists.columns import Meaning
from reseller_portal.core.lists.domains import PastedName, PastedNames, read_domains, readable
from reseller_portal.core.lists.files import NotAList, refuse_other_texts
from reseller_portal.core.lists.people import People, as_line, read_people
from reseller_portal.core.lists.persons import Person
from reseller_portal.core.lists.reader import TooManyLines
from reseller_portal.core.lists.usernames import Pattern

NOBODY = "Name at least one person for this domain in the list of people."


@dataclass(frozen=True)
class Wish:
    """What was typed, as it was typed. `columns` is what the person said of the columns of their list, by block.

    Of an order that follows a failed one, `instead_of` is its reference and `replaces` are the positions of the lines
    that get other names.
    """

    provider: str = "GOOGLE"
    domains: str = ""
    people: str = ""
    pattern: str = Pattern.FIRST
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    instead_of: str = ""
    replaces: Sequence[int] = ()

    def as_json(self) -> dict[str, Any]:
        columns = {key: list(each) for key, each in self.columns.items()}
        return {
            "provider": self.provider, "domains": self.domains, "people": self.people, "pattern": str(self.pattern),
            "columns": columns, "instead_of": self.instead_of, "replaces": list(self.replaces),
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Wish":
        known = {key: value for key, value in kept.items() if key in cls.__dataclass_fields__}
        return cls(**known)


@dataclass(frozen=True)
class Reading:
    """Both lists as they were read. `refusals` say why a list was not read at all, or is too large to be ordered."""

    names: PastedNames = field(default_factory=PastedNames)
    people: People = field(default_factory=People)
    owned: Mapping[str, OwnedDomain] = field(default_factory=dict)
    refusals: Sequence[str] = ()

    @cached_property
    def domain_errors(self) -> list[PastedName]:
        return [each for each in self.names.entries if each.problem]

    @cached_property
    def people_errors(self) -> list[Person]:
        return [each for each in self.people.people if each.problem]

    @property
    def is_good(self) -> bool:
        """Whether it can be ordered: somebody is named, and nothing needs a correction."""
        return bool(self.people.people) and not (self.domain_errors or self.people_errors or self.refusals)

    @cached_property
    def good_names(self) -> list[str]:
        return [each.name for each in self.names.entries if each.name]

    @cached_property
    def good_people(self) -> list[Person]:
        return [each for each in self.people.people if not each.problem]

    @cached_property
    def new_count(self) -> int:
        return sum(name not in self.owned for name in self.good_names)

    @cached_property
    def mailbox_count(self) -> int:
        """How many mailboxes the lists ask for, from their lengths alone."""
        bound = Counter(person.domain for person in self.good_people)
        return bound[""] * len(self.good_names) + sum(bound[name] for name in self.good_names)


def read(customer: Customer, wish: Wish) -> Reading:
    """Read both lists and hold each against the other. Nothing is built, and nothing that is too long is parsed."""
    reading = read_lists(wish)
    if reading.refusals:
        return reading
    known = {each.name for each in reading.names.entries if each.name}
    reading = replace(reading, owned=owned_domains(customer, known))
    return replace(reading, refusals=_refuse_odd_sizes(reading))


def read_lists(wish: Wish) -> Reading:
    """Both lists as they are read, without what is known of the customer."""
    try:
        refuse_other_texts(wish.people)
        refuse_other_texts(wish.domains)
        names = read_domains(wish.domains, most_lines=MOST_LINES, most_entries=MOST_LINES)
        columns = {key: [Meaning(each) for each in meanings] for key, meanings in wish.columns.items()}
        people = read_people(wish.people, most=MOST_LINES, pattern=Pattern(wish.pattern), columns=columns)
    except (TooManyLines, NotAList) as refusal:
        return Reading(refusals=[str(refusal)])
    known = {each.name for each in names.entries if each.name}
    checked = [_check_domain(person, known) for person in people.people]
    entries = names.entries
    if checked and not any(person.problem for person in checked):
        # While people need a correction, or nobody is named, that is said of them, and of no domain.
        bound = {person.domain for person in checked}
        entries = [_check_people(each, bound) for each in entries]
    return Reading(replace(names, entries=entries), replace(people, people=checked))


def wish_of(quote: Quote) -> Wish:
    """What was typed for a quote; of one that nobody typed, such as a second try, what would make it."""
    if quote.wish:
        return Wish.from_json(quote.wish)
    lines = list(quote.lines.order_by("position"))
    people = [
        as_line(line.first_name, line.last_name, line.name.partition("@")[0], line.domain_name)
        for line in lines
        if line.item == Item.MAILBOX
    ]
    domains = dict.fromkeys(line.domain_name for line in lines)
    return Wish(quote.provider, "\n".join(domains), "\n".join(people))


def wish_on(customer: Customer, domains: Sequence[str]) -> Wish:
    """An order that begins with these domains, at the provider of those that the customer owns where they have one."""
    providers = {each.provider for each in owned_domains(customer, set(domains)).values() if each.provider}
    listed = "\n".join(domains)
    return Wish(providers.pop(), listed) if len(providers) == 1 else Wish(domains=listed)


def lines_of(reading: Reading) -> list[LineDraft]:
    """The lines of a good reading. Domains that the customer owns get mailboxes only; others are bought with them."""
    return list(_lines(reading)) if reading.is_good else []


def _refuse_odd_sizes(reading: Reading) -> list[str]:
    """From the counts, before the first line is made."""
    lines = reading.mailbox_count + reading.new_count
    if lines <= MOST_LINES and reading.new_count <= MOST_NEW_DOMAINS:
        return []
    return [
        f"One order carries up to {MOST_NEW_DOMAINS} new domains and {MOST_LINES:,} lines; this has "
        f"{reading.new_count:,} new domains and {reading.mailbox_count:,} mailboxes. Split it into several orders."
    ]


def _check_domain(person: Person, known: set[str]) -> Person:
    if person.problem or not person.domain or person.domain in known:
        return person
    shown = readable(person.domain)
    return person._replace(problem=f"{shown} is not among the domains of this order. Add it there, or change it here.")


def _check_people(pasted: PastedName, bound: set[str]) -> PastedName:
    """The upstream takes no order for a domain without a mailbox on it."""
    if pasted.problem or "" in bound or pasted.name in bound:
        return pasted
    return replace(pasted, problem=NOBODY)


def _lines(reading: Reading) -> Iterator[LineDraft]:
    everywhere = [person for person in reading.good_people if not person.domain]
    bound: dict[str, list[Person]] = {}
    for person in reading.good_people:
        if person.domain:
            bound.setdefault(person.domain, []).append(person)
    for name in reading.good_names:
        if name not in reading.owned:
            yield LineDraft(Item.DOMAIN, name, name)
        for person in (
            sorted([*everywhere, *bound.get(name, ())], key=lambda each: each.line) if name in bound else everywhere
        ):
            address = f"{person.username}@{name}"
            yield LineDraft(Item.MAILBOX, address, name, person.first_name, person.last_name)
