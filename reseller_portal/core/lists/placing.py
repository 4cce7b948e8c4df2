"""The address of each person: as it was written, or made from the name, and no two the same."""

from collections.abc import Sequence

from reseller_portal.core.lists.persons import Person
from reseller_portal.core.lists.text import cut
from reseller_portal.core.lists.usernames import Pattern, problem_of, username_of


def with_usernames(people: Sequence[Person], pattern: Pattern) -> list[Person]:
    """Names become addresses by the pattern; what is written in the list comes first. Twins are told apart or shown."""
    taken = _Taken()
    marked = list(people)
    for at, each in enumerate(people):
        if each.is_given and not each.problem:
            marked[at] = taken.place(each, each.username)
    for at, each in enumerate(people):
        if not each.is_given and not each.problem:
            marked[at] = taken.place(each, username_of(each.first_name, each.last_name, pattern))
    return marked


class _Taken:
    """The addresses of the list so far. One without a domain stands on every domain."""

    def __init__(self) -> None:
        self.on: dict[str, set[str]] = {}
        self.persons: set[tuple[str, str, str]] = set()

    def place(self, person: Person, username: str) -> Person:
        if not username:
            name = f"{person.first_name} {person.last_name}"
            return person._replace(
                problem=f"Write an address for {cut(name, 60)}: no letter of this name has a Latin one."
            )
        if not person.is_given and (problem := problem_of(username)):
            return person._replace(username=username, problem=problem)
        key = (person.first_name.casefold(), person.last_name.casefold(), person.domain)
        if self._is_taken(username, person.domain):
            longer = username_of(person.first_name, person.last_name, Pattern.FIRST_LAST)
            if person.is_given or key in self.persons or self._is_taken(longer, person.domain) or problem_of(longer):
                problem = f"{username} is in the list twice. Remove one or change it."
                return person._replace(username=username, problem=problem)
            username = longer
        self.on.setdefault(username, set()).add(person.domain)
        self.persons.add(key)
        return person._replace(username=username)

    def _is_taken(self, username: str, domain: str) -> bool:
        domains = self.on.get(username, set())
        return bool(domains) and (not domain or domain in domains or "" in domains)
