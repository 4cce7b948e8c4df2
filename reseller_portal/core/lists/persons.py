"""One mailbox wanted: what was found of a person, and what is wrong or doubtful with it."""

from typing import NamedTuple

from reseller_portal.core.lists.domains import comparable, hosts_of
from reseller_portal.core.lists.doubts import doubt_of_words
from reseller_portal.core.lists.names import looks_odd
from reseller_portal.core.lists.reader import LONGEST_LINE, Row
from reseller_portal.core.lists.shapes import Found
from reseller_portal.core.lists.signs import doubt_of_signs, problem_of_signs
from reseller_portal.core.lists.text import cut, without_unseen
from reseller_portal.core.lists.usernames import problem_of
from reseller_portal.core.lists.words import EMPTY

NO_NAME = "Write a name, such as Maya Ferro."
NO_DOMAIN = "Write the domain of this person: other lines of this list name one."


class Person(NamedTuple):
    """One mailbox wanted. `domain` is set, in ASCII, when the list binds the person to one.

    `is_given`: the username was in the list and not made from the name. `lacks_name`: a name would make it right.
    `is_doubtful`: it may be nobody, and is right as it is once somebody says that it is a person.
    """

    line: int
    text: str
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    domain: str = ""
    problem: str = ""
    height: int = 1
    is_given: bool = False
    lacks_name: bool = False
    is_doubtful: bool = False


def persons_of(row: Row, found: Found, bound: str, *, needs_domain: bool) -> list[Person]:
    """One person for each domain that the row names, or one alone."""
    local, sign, host = found.address.rpartition("@")
    username = without_unseen(local if sign else found.address).lower()
    if sign:
        return [_person(row, found, username, comparable(host), needs_domain=needs_domain)]
    domains = hosts_of(found.domain) if found.domain else hosts_of(bound)
    if not domains:
        return [_person(row, found, username, "", needs_domain=needs_domain)]
    return [_person(row, found, username, comparable(domain), needs_domain=needs_domain) for domain in domains]


def _person(row: Row, found: Found, username: str, domain: str, *, needs_domain: bool) -> Person:
    text = row.text if len(row.text) < LONGEST_LINE else cut(row.text)
    problem, doubt = found.problem or _problem(found, username), ""
    if not problem and needs_domain and not (domain or found.domain):
        problem = NO_DOMAIN
    if not problem and not found.is_sure:
        name = f"{found.first} {found.last}"
        doubt = (
            found.doubt or doubt_of_words(found.first, found.last, is_addressed=bool(username)) or doubt_of_signs(name)
        )
    return Person(
        row.line, text, username, found.first, found.last, domain, problem or doubt, row.height,
        bool(username), bool(problem) and not found.problem and _lacks_name(found, username), bool(doubt),
    )  # fmt: skip


def _lacks_name(found: Found, username: str) -> bool:
    """Whether what is there is right, and only a part of the name is missing."""
    part = found.first or found.last
    if (found.first and found.last) or not (part or username):
        return False
    return not looks_odd(part) and not (username and problem_of(username))


def _problem(found: Found, username: str) -> str:
    if username in EMPTY:
        return f"“{cut(username, 60)}” is no address. Write one, or empty it to have one made of the name."
    if username and (problem := problem_of(username)):
        return problem
    return _problem_of_name(found) if found.first and found.last else _what_is_missing(found, username)


def _what_is_missing(found: Found, username: str) -> str:
    name = found.first or found.last
    if name and looks_odd(name):
        return f"“{cut(name, 60)}” is no name. {NO_NAME}"
    if username and not name:
        return f"Write the first and last name of {cut(username, 60)}."
    if name:
        return f"Write the surname of {cut(name, 60)}." if found.first else f"Write the first name of {cut(name, 60)}."
    return f"“{cut(found.left_out, 60)}” is no name. {NO_NAME}" if found.left_out else NO_NAME


def _problem_of_name(found: Found) -> str:
    for name in (found.first, found.last):
        if name.isalpha() and name.isascii() and len(name) < 80:
            continue
        if (
            "@" in name
            or not (name[0].isalpha() or any(map(str.isalpha, name)))
            or (found.is_guessed and looks_odd(name))
        ):
            return f"“{cut(name, 60)}” is no name. {NO_NAME}"
        if len(name) > 80:
            return "This name is longer than 80 letters. Shorten it."
    if found.first.isascii() and found.last.isascii():
        return ""
    return problem_of_signs(f"{found.first} {found.last}")
