"""Lists of people: every line becomes persons, or says what to do; what was left out is said once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reseller_portal.core.lists import cards
from reseller_portal.core.lists.blocks import SHOWN_ROWS, Block, filled_up, is_filled, key_of, print_of
from reseller_portal.core.lists.columns import Meaning, may_begin_a_head, meanings_of
from reseller_portal.core.lists.doubts import (
    AFTER_A_LETTER,
    MOST_OF_A_SIGNATURE,
    OF_A_LABEL,
    OF_A_LETTER,
    ends_letter,
    is_labelled,
    is_nobody,
    is_speech,
)
from reseller_portal.core.lists.guessing import guess_of, head_of_unknown_words, is_domain, with_unknown_columns
from reseller_portal.core.lists.names import is_like_a_name, part_of_name
from reseller_portal.core.lists.persons import NO_NAME, Person, persons_of
from reseller_portal.core.lists.placing import with_usernames
from reseller_portal.core.lists.reader import (
    LONGEST_LINE,
    Row,
    TooManyLines,
    is_rule,
    lines_of,
    rows_of,
    separator_line,
)
from reseller_portal.core.lists.separators import cells_of, out_of_marks, separator_by_head
from reseller_portal.core.lists.shapes import (
    SEVERAL,
    Found,
    domain_head,
    doubt_of_two,
    found_in,
    found_in_line,
    has_brackets,
    is_card_line,
    name_in,
    names_in,
)
from reseller_portal.core.lists.text import cut
from reseller_portal.core.lists.usernames import Pattern

TOO_LONG = "This line is too long for one person. Write each on a line of their own."
OF_DOMAINS = "Headings of this list are domains. Write each person with their domain, or keep this for all domains."
ABOVE = "This stands above the headings. Empty the line, or write the person under them."
MOST_TITLES = 3
# Headings, titles and domains take lines too.
MOST_BESIDE = 500
_DRAWN = frozenset(" \t|+:=-_*#.,;~•·")


@dataclass(frozen=True)
class People:
    """`said` has what was read but is no person, by line: headings, titles, what stood beside a name."""

    people: list[Person] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    said: list[tuple[int, str]] = field(default_factory=list)


def read_people(
    text: str, *, most: int, pattern: Pattern = Pattern.FIRST, columns: Mapping[str, Sequence[Meaning]] | None = None
) -> People:
    """Read a pasted or uploaded list of at most `most` people. Raises `TooManyLines`, before anything is parsed.

    `columns` overrules what was seen in the columns of a block, by the block's key.
    """
    lines = lines_of(text, most=most, beside=MOST_BESIDE)
    reading = _Reading(lines, most, columns or {})
    reading.read()
    people = with_usernames(sorted(reading.people, key=lambda each: each.line), pattern)
    return People(people, reading.blocks, reading.said)


def mend(text: str, changes: Mapping[int, tuple[int, str]]) -> str:
    """The list with some records written anew: {line: (lines it takes, new text)}. The others keep their numbers."""
    lines = text.lstrip("\ufeff").splitlines()
    for line, (height, new) in changes.items():
        if 1 <= line <= len(lines):
            lines[line - 1 : line - 1 + height] = [" ".join(new.splitlines())] + [""] * (height - 1)
    return "\n".join(lines)


def as_line(first: str, last: str, username: str, domain: str = "") -> str:
    """A person in the one form that every list takes and that loses nothing: `Ferro, Maya <maya@example.com>`.

    Without a username, as in `Ferro, Maya <>`, the address comes from the name.
    """
    name = ", ".join(part.replace(",", " ").replace("<", " ") for part in (last, first))
    return f"{name} <{username}{'@' if domain else ''}{domain}>"


class _Reading:
    """Goes through the lines once."""

    def __init__(self, lines: Sequence[str], most: int, chosen: Mapping[str, Sequence[Meaning]]) -> None:
        self.lines, self.most, self.chosen = lines, most, chosen
        self.people: list[Person] = []
        self.blocks: list[Block] = []
        self.said: list[tuple[int, str]] = []

    def read(self) -> None:
        at = begin = 0
        has_entries = any(cards.begins_entry(line) for line in self.lines)
        while at < len(self.lines):
            line = self.lines[at]
            if has_entries and cards.is_beside_entries(line):
                self._list(begin, at)
                self.said.append((at + 1, "a line of the directory export"))
                begin = at = at + 1
            elif cards.begins_card(line):
                self._list(begin, at)
                row, at = cards.card_at(self.lines, at, 1)
                self._add(row, _fromcells_of(row, _PLACES_OF_CARDS))
                begin = at
            elif at > begin and (is_rule(line) or self._is_new_head(line)):
                if is_rule(line) or not self._titles(begin, at):
                    self._list(begin, at)
                begin = at
                at += 1
            else:
                at += 1
        self._list(begin, len(self.lines))

    def _is_new_head(self, line: str) -> bool:
        if not may_begin_a_head(line):
            return False
        cells = cells_of(line)
        return sum(1 for each in meanings_of(cells) or [] if each != Meaning.IGNORE) >= 2

    def _titles(self, begin: int, end: int) -> bool:
        """Up to three lines above a head are its titles; one that may be a person is asked about."""
        above = [(at + 1, self.lines[at]) for at in range(begin, end) if self.lines[at].strip()]
        if len(above) > MOST_TITLES or any("@" in text or _is_wide(text) for _, text in above):
            return False
        for line, text in above:
            if is_like_a_name(text) and not is_nobody(text):
                self.people.append(Person(line, cut(text), problem=ABOVE))
            else:
                self.said.append((line, "a title"))
        return True

    def _list(self, begin: int, end: int) -> None:
        """One block of lines: its separator, its head or the shape of its columns, its people."""
        while begin < end and (not self.lines[begin].strip() or is_rule(self.lines[begin])):
            if self.lines[begin].strip():
                self.said.append((begin + 1, "a line between two lists"))
            begin += 1
        if begin >= end:
            return
        separator = separator_line(self.lines[begin])
        if separator:
            self.said.append((begin + 1, "the separator of the list"))
            begin += 1
        lines = out_of_marks(self.lines[begin:end])
        rows = []
        for row in rows_of(lines, separator or separator_by_head(lines), first=begin + 1):
            if any(sign not in _DRAWN for sign in row.text):
                rows.append(row)
            else:
                self.said.append((row.line, "a line without letters"))
        if rows:
            self._rows(rows)

    def _rows(self, rows: list[Row]) -> None:
        heads, rows, (meanings, doubt) = self._head(rows)
        width = max([len(heads), *(len(row.cells) for row in rows[:200])], default=0)
        place = f"{len(self.blocks)}.{width}.{key_of(heads)}"
        key = f"{place}~{'.'.join(print_of(row) for row in rows[:SHOWN_ROWS])}"
        seen = filled_up(meanings, width)
        chosen = self._choice(place, rows)
        is_chosen = len(chosen) == width and width > 0
        if is_chosen:
            meanings = None if all(each == Meaning.AS_WRITTEN for each in chosen) else chosen
        shown = filled_up(meanings, width)
        sample = [list(row.cells) for row in rows[:SHOWN_ROWS]]
        self.blocks.append(Block(len(self.blocks), rows[0].line if rows else 0, heads, shown, seen, sample, key))
        self._say_ignored(heads, shown, rows)
        if meanings is None:
            self._free(rows)
        else:
            self._columns(rows, meanings, doubt="" if is_chosen else doubt, is_sure=bool(heads) or is_chosen)

    def _head(self, rows: list[Row]) -> tuple[Sequence[str], list[Row], tuple[list[Meaning] | None, str]]:
        """The words of the head or none, the rows below it, and what the columns hold, with the doubt about that."""
        heads = rows[0].cells
        known = meanings_of(heads)
        if known is not None:
            self.said.append((rows[0].line, "the headings"))
            rows = self._without_letter(rows[1:], is_wide=len(heads) > 1)
            doubt = OF_DOMAINS if any(is_domain(head) for head in heads) else ""
            return heads, rows, (with_unknown_columns(known, heads, rows), doubt)
        rows = self._without_letter(rows)
        guess = head_of_unknown_words(rows)
        if guess:
            self.said.append((rows[0].line, "the headings"))
            return rows[0].cells, rows[1:], guess
        return [], rows, guess_of(rows) or (None, "")

    def _without_letter(self, rows: list[Row], *, is_wide: bool = False) -> list[Row]:
        """The rows without those that are the text of a letter around the list; each of these is asked about."""
        last = next((at for at in range(len(rows) - 1, -1, -1) if ends_letter(rows[at].text)), len(rows))
        signature = range(last + 1, len(rows)) if len(rows) - last <= MOST_OF_A_SIGNATURE + 1 else range(0)
        kept = []
        for at, row in enumerate(rows):
            if is_wide and sum(1 for cell in row.cells if cell) > 1 and not ends_letter(row.text):
                kept.append(row)
            elif not is_wide and is_labelled(row.text) and not is_card_line(row.text):
                self.people.append(Person(row.line, cut(row.text, LONGEST_LINE), problem=OF_A_LABEL))
            elif is_speech(row.text):
                self.people.append(Person(row.line, cut(row.text, LONGEST_LINE), problem=OF_A_LETTER))
            elif at in signature:
                self._add(row, [each._replace(doubt=AFTER_A_LETTER) for each in found_in_line(row)])
            else:
                kept.append(row)
        return kept

    def _choice(self, place: str, rows: Sequence[Row]) -> list[Meaning]:
        """What was said of this block's columns: of the same layout, with at least one row that it was said about."""
        for key, meanings in self.chosen.items():
            where, _, prints = key.rpartition("~")
            if where == place and not {print_of(row) for row in rows}.isdisjoint(prints.split(".")):
                return list(meanings)
        return []

    def _say_ignored(self, heads: Sequence[str], shown: Sequence[Meaning], rows: Sequence[Row]) -> None:
        left = [heads[at] if at < len(heads) and heads[at] else f"column {at + 1}" for at, each in enumerate(shown)
                if each == Meaning.IGNORE and is_filled(at, heads, rows)]  # fmt: skip
        if left:
            self.said.append((0, f"not needed: {cut(', '.join(left), 300)}"))

    def _columns(self, rows: Sequence[Row], meanings: Sequence[Meaning], *, doubt: str, is_sure: bool) -> None:
        places: dict[Meaning, int] = {meaning: at for at, meaning in enumerate(meanings) if meaning != Meaning.IGNORE}
        has_domains = is_sure and Meaning.DOMAIN in places
        for row in rows:
            if len(row.text) > LONGEST_LINE * row.height or has_brackets(row.text):
                self._add(row, found_in_line(row), needs_domain=has_domains)
            elif not is_sure and len(row.cells) != len(meanings):
                self._add(row, found_in(row))
            else:
                found = _fromcells_of(row, places, is_guessed=not is_sure)
                if doubt:
                    found = [each._replace(doubt=doubt) for each in found]
                self._add(row, found, needs_domain=has_domains)

    def _free(self, rows: Sequence[Row]) -> None:
        """Lines without columns; one that is a domain alone binds those after it."""
        head: tuple[Row, str] | None = None
        count = 0
        for row in rows:
            domain = domain_head(row)
            if domain:
                self._say_head(head, count)
                head, count = (row, domain), 0
                continue
            bound = head[1] if head else ""
            before = len(self.people)
            self._add(row, found_in_line(row), bound=bound)
            count += len(self.people) - before
        self._say_head(head, count)

    def _say_head(self, head: tuple[Row, str] | None, count: int) -> None:
        if head is None:
            return
        row, domain = head
        if count:
            people = "person" if count == 1 else "people"
            self.said.append((row.line, f"{domain} is for the {count:,} {people} below it"))
        else:
            self.people.append(Person(row.line, cut(row.text), problem=f"Nobody is listed under {domain}."))

    def _add(self, row: Row, found: Sequence[Found], *, bound: str = "", needs_domain: bool = False) -> None:
        if len(self.people) + len(found) > self.most:
            # Several people on each line: the number of lines alone does not bound them.
            raise TooManyLines(f"This list has more than {self.most:,} people, the most of one order. Split it.")
        for each in found or [Found(problem=TOO_LONG if len(row.text) > LONGEST_LINE * row.height else NO_NAME)]:
            if each.left_out:
                self.said.append((row.line, f"“{cut(each.left_out, 60)}” is no part of the name"))
            self.people += persons_of(row, each, bound, needs_domain=needs_domain)


def _is_wide(line: str) -> bool:
    return sum(1 for cell in cells_of(line) if cell) > 1


def _fromcells_of(row: Row, places: Mapping[Meaning, int], *, is_guessed: bool = False) -> list[Found]:
    """The person of a row whose columns are known; the people, where its one name is that of several."""
    cells, left, doubt = row.cells, "", ""
    width = len(cells)

    def cell(meaning: Meaning) -> str:
        at = places.get(meaning, width)
        return cells[at] if at < width else ""

    address = cell(Meaning.ADDRESS) or cell(Meaning.USERNAME)
    first, last = cell(Meaning.FIRST), cell(Meaning.LAST)
    if not (first.isalpha() and last.isalpha()):
        first, first_left = part_of_name(first)
        last, last_left = part_of_name(last)
        left = f"{first_left} {last_left}".strip()
    if not (first and last) and (full := cell(Meaning.FULL_NAME) or cell(Meaning.AS_WRITTEN)):
        names = names_in(full)
        if len(names) > 1 and not (first or last or address):
            return [Found(each.first, each.last, "", cell(Meaning.DOMAIN), each.left_out) for each in names]
        name, doubt = names[0], SEVERAL if len(names) > 1 else doubt_of_two(full)
        is_guessed = is_guessed or not address
        first, last, left = first or name.first, last or name.last, left or name.left_out
    if address and not (first or last):
        first, last = name_in(address)
    if not (first or last or address):
        return [Found(problem=NO_NAME)]
    return [
        Found(
            first, last, _plain_address(address) if address else "", cell(Meaning.DOMAIN), left, "", is_guessed, doubt
        )
    ]


def _plain_address(cell: str) -> str:
    return cell.removeprefix("mailto:").strip(" <>\"'")


_PLACES_OF_CARDS: dict[Meaning, int] = {meaning: at for at, meaning in enumerate(cards.COLUMNS)}
