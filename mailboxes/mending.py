"""What was changed in the table under the lists, written back into the lists themselves.

A field's name says which line it belongs to and what stood there, so that a field of an older page changes nothing.
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mailboxes.building import Reading, Wish
from reseller_portal.core.lists.blocks import Block
from reseller_portal.core.lists.columns import Meaning, once
from reseller_portal.core.lists.domains import PastedName, readable
from reseller_portal.core.lists.people import as_line, mend
from reseller_portal.core.lists.persons import Person

_FIELD = re.compile(r"^(line|first|last|at)-(\d{1,7})-(\d{1,4})-([0-9a-f]{1,8})-(.*)$", re.DOTALL)
_COLUMN = re.compile(r"^column-(\d{1,3})-([a-z-]{1,12})-(.*)$", re.DOTALL)
_DOMAIN = re.compile(r"^domain-([1-9]\d{0,6})-(.+)$", re.DOTALL)
LONGEST_CHANGE = 1000


@dataclass(frozen=True)
class Field:
    """The names of one person's fields."""

    person: Person
    number: int
    is_alone: bool = True
    may_remove: bool = True

    @property
    def place(self) -> str:
        """The value of its buttons *Remove* and *Keep*."""
        return self._place

    @property
    def kind(self) -> str:
        """What its correction has in common with others: *nobody*, *name* (a part is missing) or *other*."""
        person = self.person
        if person.is_doubtful or not (person.first_name or person.last_name or person.username):
            return "nobody"
        return "name" if person.lacks_name else "other"

    @property
    def may_keep(self) -> bool:
        """Whether it can be said that this is a person, as it stands there."""
        return self.person.is_doubtful and self.is_alone and bool(self.person.first_name and self.person.last_name)

    @property
    def _place(self) -> str:
        return f"{self.person.line}-{self.number}-{_print(self.person.text)}"

    @property
    def line(self) -> str:
        return f"line-{self._place}-"  # its text is known by its print

    @property
    def first(self) -> str:
        return f"first-{self._place}-{self.person.first_name}"

    @property
    def last(self) -> str:
        return f"last-{self._place}-{self.person.last_name}"

    @property
    def at(self) -> str:
        return f"at-{self._place}-{self.address}"

    @property
    def address(self) -> str:
        """The username, with its domain when the list binds the person to one."""
        domain = self.person.domain
        return f"{self.person.username}@{readable(domain)}" if domain else self.person.username

    @property
    def id(self) -> str:
        return f"person-{self._place}"

    @property
    def at_id(self) -> str:
        """Of letters, digits and hyphens alone: what is kept over a swap is found by a selector."""
        return f"{self.id}-{_print(self.address)}"

    @property
    def way(self) -> str:
        """How it can be put right: by a name, by another address, or by writing the line anew."""
        if self.person.lacks_name:
            return "name"
        if self.person.is_doubtful:
            return "line"
        return "at" if self.person.first_name and self.person.last_name and self.person.username else "line"


def fields_of(people: Sequence[Person]) -> Iterator[Field]:
    """The fields of each person, with its number among those of the same line."""
    line = number = 0
    on_line = Counter(person.line for person in people)
    doubtful = {person.line for person in people if person.is_doubtful and on_line[person.line] > 1}
    for person in people:
        number = number + 1 if person.line == line else 0
        line = person.line
        yield Field(person, number, on_line[line] == 1, line not in doubtful)


def column_name(block: Block, at: int) -> str:
    return f"column-{at}-{block.seen[at]}-{block.key}"


def with_columns(wish: Wish, posted: Mapping[str, str]) -> Wish:
    """The wish with what was chosen over the columns; only what differs from what was seen is a choice."""
    chosen: dict[str, dict[int, tuple[str, str]]] = {}
    for name, value in posted.items():
        match = _COLUMN.match(name)
        if match and value in set(Meaning) and match[2] in set(Meaning):
            chosen.setdefault(match[3], {})[int(match[1])] = (match[2], value)
    columns = {
        key: _resolved(cells)
        for key, cells in chosen.items()
        if set(cells) == set(range(len(cells))) and any(seen != value for seen, value in cells.values())
    }
    return replace(wish, columns=columns)


def _resolved(cells: Mapping[int, tuple[str, str]]) -> list[str]:
    """What was changed goes before what was seen, where both say the same of two columns."""
    order = sorted(cells, key=lambda at: cells[at][0] == cells[at][1])
    meanings = once([Meaning(cells[at][1]) for at in order], but=(Meaning.IGNORE, Meaning.AS_WRITTEN))
    return [str(meaning) for _, meaning in sorted(zip(order, meanings, strict=True))]


def with_changes(wish: Wish, reading: Reading, posted: Mapping[str, str]) -> Wish:
    """The wish with every line rewritten that was changed in the table."""
    changed: dict[tuple[int, int], dict[str, str]] = {}
    for name, value in posted.items():
        if (match := _FIELD.match(name)) and _is_change(match, value):
            changed.setdefault((int(match[2]), int(match[3])), {})[match[1]] = value.strip()[:LONGEST_CHANGE]
    if not changed:
        return wish
    prints = {name.split("-")[3] for name in posted if _FIELD.match(name)}
    lines: dict[int, list[Field]] = {}
    for field in fields_of(reading.people.people):
        lines.setdefault(field.person.line, []).append(field)
    rewritten = {}
    for line, fields in lines.items():
        if any((line, field.number) in changed for field in fields) and _print(fields[0].person.text) in prints:
            rewritten[line] = (fields[0].person.height, _rewritten(fields, changed))
    return replace(wish, people=mend(wish.people, rewritten))


def domain_name(pasted: PastedName) -> str:
    """The name of the field in which an entry of the list of domains is put right."""
    return f"domain-{pasted.line}-{pasted.text}"


def with_domains(wish: Wish, posted: Mapping[str, str]) -> Wish:
    """The wish with the entries of the list of domains that were put right, each in its own line."""
    lines = wish.domains.splitlines()
    for name, value in posted.items():
        match = _DOMAIN.match(name)
        if match and (at := int(match[1]) - 1) < len(lines) and value.strip() != match[2]:
            lines[at] = lines[at].replace(match[2], value.strip()[:LONGEST_CHANGE], 1)
    return replace(wish, domains="\n".join(lines))


def _is_change(match: "re.Match[str]", value: str) -> bool:
    """What differs from what stood there. A name is never taken away, an address may be: then the pattern makes it."""
    if match[1] == "at":
        return value.strip().lower() != match[5]
    return match[1] == "line" or value.strip() not in {"", match[5]}


def _rewritten(fields: Sequence[Field], changed: Mapping[tuple[int, int], Mapping[str, str]]) -> str:
    for field in fields:
        change = changed.get((field.person.line, field.number), {})
        if "line" in change:
            return change["line"]
    return "; ".join(rewritten(each.person, changed.get((each.person.line, each.number), {})) for each in fields)


def rewritten(person: Person, change: Mapping[str, str]) -> str:
    """The person in the form that is read as it stands, with what was changed."""
    first, last = change.get("first", person.first_name), change.get("last", person.last_name)
    if "at" in change:
        username, sign, domain = change["at"].partition("@")
        return as_line(first, last, username.lower(), domain if sign else person.domain)
    return as_line(first, last, person.username if person.is_given else "", person.domain)


def _print(text: str) -> str:
    return f"{zlib.crc32(text.encode(errors='replace')):x}"
