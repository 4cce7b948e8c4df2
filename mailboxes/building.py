"""From what was typed in the order builder to the lines of a quote: domains times people, errors by line."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from accounts.models import Customer
from billing.models import Item
from billing.services.quotes import LineDraft
from domains.names import PastedName, read_names
from domains.services.deliveries import owned_ids
from mailboxes.models import Mailbox
from mailboxes.people import Person, read_people

EXISTS = "This address exists already."


@dataclass(frozen=True)
class Wish:
    """What was typed, as it was typed."""

    provider: str = "GOOGLE"
    domains: str = ""
    people: str = ""

    def as_json(self) -> dict[str, str]:
        return {"provider": self.provider, "domains": self.domains, "people": self.people}


@dataclass(frozen=True)
class Built:
    """`domain_errors` and `people_errors` name the line and what to do; with any of them there is nothing to order."""

    lines: list[LineDraft] = field(default_factory=list)
    domain_errors: list[PastedName] = field(default_factory=list)
    people_errors: list[Person] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.domain_errors and not self.people_errors


def build(customer: Customer, wish: Wish) -> Built:
    """Read both lists. Domains that the customer owns get mailboxes only; other names are bought with them."""
    names, people = read_names(wish.domains), read_people(wish.people)
    known = {each.name for each in names if each.name}
    people = [_check_domain(person, known) for person in people]
    names = [_check_people(each, people) for each in names]
    bad_names = [each for each in names if each.problem]
    bad_people = [each for each in people if each.problem]
    if bad_names or bad_people:
        return Built([], bad_names, bad_people)
    owned = owned_ids(customer, known)
    drafts = [draft for each in names for draft in _lines_of(each.name, people, owned.get(each.name, ""))]
    return Built(_mark_existing(customer, drafts))


def _check_domain(person: Person, known: set[str]) -> Person:
    if person.problem or not person.domain or person.domain in known:
        return person
    problem = f"{person.domain} is not among the domains above. Add it there, or write the name without it."
    return Person(person.line, person.text, problem=problem)


def _check_people(pasted: PastedName, people: Sequence[Person]) -> PastedName:
    """The upstream takes no order for a domain without a mailbox on it."""
    if pasted.problem or any(person.domain in {"", pasted.name} for person in people):
        return pasted
    return PastedName(pasted.line, pasted.text, problem="Name at least one person for this domain in the list below.")


def _lines_of(name: str, people: Sequence[Person], upstream_id: str) -> list[LineDraft]:
    domain = [] if upstream_id else [LineDraft(Item.DOMAIN, name, name)]
    wanted = [person for person in people if person.domain in {"", name}]
    return domain + [
        LineDraft(Item.MAILBOX, f"{person.username}@{name}", name, upstream_id, person.first_name, person.last_name)
        for person in wanted
    ]


def _mark_existing(customer: Customer, drafts: list[LineDraft]) -> list[LineDraft]:
    """Addresses that exist stay in the quote as lines with a problem, so that nobody wonders where they went."""
    wanted = [draft.name for draft in drafts if draft.item == Item.MAILBOX and draft.upstream_domain_id]
    living = Mailbox.objects.filter(customer=customer, address__in=wanted).exclude(state__in=Mailbox.GONE)
    existing = set(living.values_list("address", flat=True))
    return [draft if draft.name not in existing else _with_problem(draft) for draft in drafts]


def _with_problem(draft: LineDraft) -> LineDraft:
    return LineDraft(
        draft.item, draft.name, draft.domain_name, draft.upstream_domain_id, draft.first_name, draft.last_name, EXISTS
    )
