"""Lines taken out of the lists by one press, which can be put back, and people who are kept as they stand there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mailboxes.building import Reading, Wish, read_lists
from mailboxes.mending import Field, fields_of, rewritten
from reseller_portal.core.lists.doubts import AFTER_A_LETTER, OF_A_LABEL, OF_A_LETTER, ends_letter
from reseller_portal.core.lists.headings import domains_in
from reseller_portal.core.lists.people import ABOVE, HEADS, mend
from reseller_portal.core.lists.persons import Person

Removed = dict[str, Any]


def without_lines(wish: Wish, reading: Reading, posted: Mapping[str, str]) -> tuple[Wish, Removed]:
    """The wish without what was pressed away, and what is needed to put it back; of several on a line the others stay.

    `drop` names one correction, `drop-all` all of a kind.
    """
    fields = list(fields_of(reading.people.people))
    chosen = [each for each in fields if each.person.problem and _is_pressed(each, posted, "drop")]
    if any(each.person.problem == OF_A_LETTER and ends_letter(each.person.text) for each in chosen):
        # Without its last words a letter's signature would look like people.
        chosen += [each for each in fields if each.person.problem == AFTER_A_LETTER]
    places = {each.place for each in chosen}
    changes = {
        line: (on_line[0].person.height, _others(on_line, places) or _domains_of(on_line[0].person))
        for line, on_line in _by_line(fields, {each.person.line for each in chosen}).items()
    }
    return (replace(wish, people=_bare(mend(wish.people, changes))), _as_kept(wish, changes)) if changes else (wish, {})


def _domains_of(person: Person) -> str:
    """What stays of a line whose domains may be for those below, who would else be on every domain."""
    return ", ".join(domains_in(person.text)) if person.problem in {OF_A_LETTER, OF_A_LABEL, ABOVE, HEADS} else ""


def _bare(text: str) -> str:
    """As it comes back from a form, which leaves out empty lines at either end."""
    return text.strip("\r\n")


def _as_kept(wish: Wish, changes: Mapping[int, tuple[int, str]]) -> Removed:
    """The lines as they stood, what stands there now, and how many empty ones above the first are left out."""
    lines, after = wish.people.lstrip("\ufeff").splitlines(), mend(wish.people, changes)
    return {
        "lines": {str(line): lines[line - 1 : line - 1 + height] for line, (height, _) in changes.items()},
        "left": {str(line): new for line, (_, new) in changes.items()},
        "above": len(after) - len(after.lstrip("\r\n")),
    }


def without_domain(wish: Wish, reading: Reading, removed: str) -> tuple[Wish, Removed]:
    """The wish without the entries of the list of domains that are written so."""
    domains = "\n".join(each.text for each in reading.names.entries if each.text != removed)
    return replace(wish, domains=domains), {"domains": [wish.domains, domains]}


def with_people_kept(wish: Wish, reading: Reading, posted: Mapping[str, str]) -> Wish:
    """The wish with everybody written as a person of whom `keep` says so, or `keep-all` of all that are doubtful."""
    pressed = [each for each in fields_of(reading.people.people) if each.may_keep and _is_pressed(each, posted, "keep")]
    changes = {each.person.line: (each.person.height, rewritten(each.person, {})) for each in pressed}
    return replace(wish, people=mend(wish.people, changes)) if changes else wish


def put_back(wish: Wish, removed: Removed) -> Wish:
    """The wish with the lines where they stood, as long as nothing else was written there since."""
    if "domains" in removed:
        before, after = removed["domains"]
        return replace(wish, domains=before) if wish.domains.splitlines() == after.splitlines() else wish
    lines = [""] * removed.get("above", 0) + wish.people.splitlines()
    for line, texts in removed.get("lines", {}).items():
        at = int(line) - 1
        lines += [""] * (at + len(texts) - len(lines))
        if lines[at] == removed["left"].get(line, "") and not any(lines[at + 1 : at + len(texts)]):
            lines[at : at + len(texts)] = texts
    return replace(wish, people="\n".join(lines))


def instead_of(wish: Wish, old: str, new: str = "") -> Wish:
    """The wish with another domain in the place of this one, for the same people; without a new one they go with it."""
    reading = read_lists(wish)
    domains = [new if each.name == old else each.text for each in reading.names.entries]
    fields = list(fields_of(reading.people.people))
    of_it = {each.person.line for each in fields if each.person.domain == old}
    changes = {}
    for line, on_line in _by_line(fields, of_it).items():
        stay = [each.person for each in on_line if new or each.person.domain != old]
        moved = [person._replace(domain=new) if person.domain == old else person for person in stay]
        changes[line] = (on_line[0].person.height, "; ".join(rewritten(person, {}) for person in moved))
    people = _bare(mend(wish.people, changes))
    found = replace(wish, domains="\n".join(each for each in domains if each), people=people)
    return _without_empty_heads(found, old)


def _without_empty_heads(wish: Wish, domain: str) -> Wish:
    """A line that names the domain of the people below it goes with the last of them."""
    empty = {
        each.line: (each.height, "")
        for each in read_lists(wish).people.people
        if each.problem == f"Nobody is listed under {domain}."
    }
    return replace(wish, people=mend(wish.people, empty)) if empty else wish


def _is_pressed(field: Field, posted: Mapping[str, str], button: str) -> bool:
    if button == "drop" and not (field.may_remove or field.way == "line"):
        return False
    return posted.get(button) == field.place or posted.get(f"{button}-all") == field.kind


def _by_line(fields: Sequence[Field], lines: set[int]) -> dict[int, list[Field]]:
    found: dict[int, list[Field]] = {}
    for each in fields:
        if each.person.line in lines:
            found.setdefault(each.person.line, []).append(each)
    return found


def _others(on_line: Sequence[Field], places: set[str]) -> str:
    """The line without those at these places; one that is shown as a whole goes as a whole."""
    if any(each.place in places and each.way == "line" for each in on_line):
        return ""
    return "; ".join(rewritten(each.person, {}) for each in on_line if each.place not in places)
