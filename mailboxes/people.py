"""Lists of people as they are pasted or exported: names, addresses, CSV from any spreadsheet. Nothing is lost."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

USERNAME = re.compile(r"^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$")
RESERVED = {"abuse", "postmaster", "hostmaster", "webmaster", "mailer-daemon"}
LONGEST_LINE = 1000
HEADS = {
    "username": {"username", "user", "local", "mailbox", "alias", "name part"},
    "email": {"email", "e-mail", "address", "mail"},
    "first": {"first", "firstname", "first name", "first_name", "given name", "vorname"},
    "last": {"last", "lastname", "last name", "last_name", "surname", "family name", "nachname"},
}


@dataclass(frozen=True)
class Person:
    """One line of the list. `domain` is set when a whole address was given. `problem` is empty when it is fine."""

    line: int
    text: str
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    domain: str = ""
    problem: str = ""


@dataclass
class _Reader:
    """Columns by their head, or by their number when there is none."""

    columns: dict[str, int] = field(default_factory=dict)

    def read(self, line: int, cells: Sequence[str]) -> Person:
        text = ", ".join(cell for cell in cells if cell)
        if len(text) > LONGEST_LINE:
            return Person(
                line, text, problem="This line is too long for one person. Write each on a line of their own."
            )
        if self.columns:
            picked = {key: cells[at].strip() if at < len(cells) else "" for key, at in self.columns.items()}
            return _person(line, text, **picked)
        return _without_heads(line, text, cells)


class NotText(ValueError):
    """A workbook, a picture, or half a file."""


def decode(raw: bytes) -> str:
    """Text of a file: UTF-8 with or without a mark, UTF-16 with one, else Latin-1. Raises `NotText`."""
    try:
        text = _decode(raw)
    except UnicodeDecodeError:
        raise NotText from None
    if "\0" in text:
        raise NotText
    return text


def _decode(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def read_people(text: str) -> list[Person]:
    """Every line as a person, with what is wrong with it."""
    rows = [(number, cells) for number, cells in enumerate(_rows(text.lstrip("\ufeff")), start=1) if any(cells)]
    reader = _Reader(_heads(rows[0][1]) if rows else {})
    people = [reader.read(number, cells) for number, cells in (rows[1:] if reader.columns else rows)]
    return _mark_twins(people)


def username_of(first: str, last: str = "") -> str:
    """Letters and digits of a name without accents: *Zoë* is zoe."""
    plain = unicodedata.normalize("NFKD", f"{first}.{last}" if last else first)
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9.]+", "", ascii_only).strip(".")


def _rows(text: str) -> Iterable[list[str]]:
    """Cells by whichever separator the first lines use; a line without any is one cell.

    Each line is read for itself: a quotation mark that nobody closed must not swallow the lines after it.
    """
    sample = text[:2000]
    separator = max((";", "\t", ","), key=sample.count)
    return (_cells(line, separator) for line in text.splitlines())


def _cells(line: str, separator: str) -> list[str]:
    if len(line) > LONGEST_LINE:
        return [line]
    return [cell.strip() for row in csv.reader([line], delimiter=separator) for cell in row]


def _heads(cells: Sequence[str]) -> dict[str, int]:
    """Which column is what; empty when the first line is no head."""
    named = [cell.strip().lower() for cell in cells]
    found = {key: at for key, words in HEADS.items() for at, cell in enumerate(named) if cell in words}
    return found if len(found) >= 2 or "email" in found or "username" in found else {}


def _without_heads(line: int, text: str, cells: Sequence[str]) -> Person:
    filled = [cell for cell in cells if cell]
    if "@" in filled[0]:
        return _person(line, text, email=filled[0], first=_at(filled, 1), last=_at(filled, 2))
    if len(filled) >= 3:
        return _person(line, text, username=filled[0], first=filled[1], last=filled[2])
    first, _, last = (filled[0] if len(filled) == 1 else f"{filled[0]} {filled[1]}").partition(" ")
    return _person(line, text, first=first, last=last.strip())


def _at(cells: Sequence[str], number: int) -> str:
    return cells[number] if number < len(cells) else ""


def _person(line: int, text: str, *, username: str = "", email: str = "", first: str = "", last: str = "") -> Person:
    local, _, domain = email.lower().partition("@")
    chosen = (username or local or username_of(first)).lower()
    person = Person(line, text, chosen, first or chosen.title(), last or first or chosen.title(), domain)
    return replace(person, problem=_problem(person))


def _problem(person: Person) -> str:
    if not person.username:
        return "Write a name, such as Maya Ferro."
    if not USERNAME.match(person.username):
        return f"{person.username} cannot be the first part of an address: use letters, digits, dots and hyphens."
    if person.username in RESERVED:
        return f"{person.username} is reserved by the provider. Use another name."
    return ""


def _mark_twins(people: Sequence[Person]) -> list[Person]:
    """A first name that comes twice gets its surname; the very same person twice is a mistake to show."""
    taken: set[tuple[str, str]] = set()
    known: set[tuple[str, ...]] = set()
    marked = []
    for each in people:
        person = each
        same = (each.username, each.first_name.lower(), each.last_name.lower(), each.domain)
        if not each.problem and (each.username, each.domain) in taken:
            longer = username_of(each.first_name, each.last_name)
            is_twin = same in known or (longer, each.domain) in taken
            problem = f"{each.username} is in the list twice. Remove one or change it."
            person = replace(each, problem=problem) if is_twin else replace(each, username=longer)
        taken.add((person.username, person.domain))
        known.add(same)
        marked.append(person)
    return marked
