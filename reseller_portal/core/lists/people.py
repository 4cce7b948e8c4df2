"""Lists of people: every line becomes persons, or says what to do; what was left out is said once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reseller_portal.core.lists import cards
from reseller_portal.core.lists.blocks import SHOWN_ROWS, Block, filled_up, is_filled, key_of, print_of
from reseller_portal.core.lists.celled import PLACES_OF_CARDS, found_in_columns
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
from reseller_portal.core.lists.fitting import fitted
from reseller_portal.core.lists.guessing import guess_of, head_of_unknown_words, is_domain
from reseller_portal.core.lists.headings import domains_in, heading_of, without_domains
from reseller_portal.core.lists.names import is_like_a_name
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
    Found,
    found_beside,
    found_in_line,
    has_brackets,
    is_card_line,
)
from reseller_portal.core.lists.text import cut
from reseller_portal.core.lists.usernames import Pattern

TOO_LONG = "This line is too long for one person. Write each on a line of their own."
OF_DOMAINS = "Headings of this list are domains. Write each person with their domain, or keep this for all domains."
ABOVE = "This stands above the headings. Empty the line, or write the person under them."
LEFT = "{} in this line is bound to nobody. Write the address with its domain, or keep it without."
OTHERS = "Other lines name a domain and this one does not. Write the address, or keep it for all domains."
HEADS = "This may be the heading of the lines below it. Keep it if it is somebody."
BELOW = "It is not clear whether domains stand above or below their people here. Write the address with its domain."
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
        # The domains that hold for those below them, and how many these are.
        self.head: tuple[int, str, str] | None = None
        self.count = 0
        self.open: list[int] = []
        self.headed: list[int] = []
        self.beside: list[int] = []
        self.is_bound = False

    def read(self) -> None:
        """All lines, and then who is to be asked because of other lines."""
        self._go()
        is_below = self._end_head() and bool(self.headed) and any(not self.people[at].problem for at in self.open)
        is_mixed = any(not self.people[at].problem for at in self.open)
        for at in self.open if self.is_bound else ():
            self._doubt(at, OTHERS)
        for at in self.beside if is_mixed else ():
            self._doubt(at, HEADS)
        for at in self.headed if is_below else ():
            self._doubt(at, BELOW)

    def _doubt(self, at: int, why: str) -> None:
        if not self.people[at].problem:
            self.people[at] = self.people[at]._replace(problem=why, is_doubtful=True)

    def _go(self) -> None:
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
                self._add(row, found_in_columns(row, PLACES_OF_CARDS), is_headed=True)
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
            if domains := domains_in(text, with_paths=True):
                self._begin_head(line, text, domains)
            elif is_like_a_name(text) and not is_nobody(text):
                self.people.append(Person(line, cut(text), problem=ABOVE))
            else:
                self.said.append((line, "a title"))
        return True

    def _list(self, begin: int, end: int) -> None:
        """One block of lines: its separator, its head or the shape of its columns, its people."""
        while begin < end and (not self.lines[begin].strip() or is_rule(self.lines[begin])):
            if self.lines[begin].strip():
                self._rule(begin + 1, self.lines[begin])
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

    def _rule(self, line: int, text: str) -> None:
        """A line drawn under a domain leaves it above those that follow; one drawn elsewhere ends what came before."""
        if domains := heading_of(text.strip(" \t-=_*")):
            self._begin_head(line, text, domains)
            return
        if self.count or any(map(str.isalpha, text)):
            self._end_head()
        self.said.append((line, "a line between two lists"))

    def _rows(self, rows: list[Row]) -> None:
        while rows and (domains := _heading_row(rows[0])):
            self._begin_head(rows[0].line, rows[0].text, domains)
            rows = rows[1:]
        if rows:
            self._block(rows)

    def _block(self, rows: list[Row]) -> None:
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
            found = fitted(known, heads, [row for row in rows if not _heading_row(row)])
            return heads, rows, (found.meanings, _doubt_of_domains(heads) or found.doubt)
        rows = self._without_letter(rows)
        guess = head_of_unknown_words(rows)
        if guess:
            self.said.append((rows[0].line, "the headings"))
            return rows[0].cells, rows[1:], guess
        return [], rows, guess_of([row for row in rows if not _heading_row(row)]) or (None, "")

    def _without_letter(self, rows: list[Row], *, is_wide: bool = False) -> list[Row]:
        """The rows without those that are the text of a letter around the list; each of these is asked about."""
        last = next((at for at in range(len(rows) - 1, -1, -1) if ends_letter(rows[at].text)), len(rows))
        signature = range(last + 1, len(rows)) if len(rows) - last <= MOST_OF_A_SIGNATURE + 1 else range(0)
        kept = []
        for at, row in enumerate(rows):
            if (heading_of(row.text) and at not in signature) or (
                is_wide and sum(1 for cell in row.cells if cell) > 1 and not ends_letter(row.text)
            ):
                kept.append(row)
            elif not is_wide and is_labelled(without_domains(row.text)) and not is_card_line(row.text):
                self._ask_line(row, OF_A_LABEL)
            elif is_speech(row.text):
                self._ask_line(row, OF_A_LETTER)
            elif at in signature:
                self._add(row, [each._replace(doubt=AFTER_A_LETTER) for each in found_in_line(row)])
            else:
                kept.append(row)
        return kept

    def _ask_line(self, row: Row, problem: str) -> None:
        """A line that is nobody's. The domains that it names may be meant for those below it."""
        self.people.append(Person(row.line, cut(row.text, LONGEST_LINE), problem=problem))
        self.is_bound = self.is_bound or bool(domains_in(row.text))

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
            filled = sum(1 for cell in row.cells if cell)
            if filled < 3 and (filled < 2 or not has_domains) and (domains := _heading_row(row)):
                self._begin_head(row.line, row.text, domains)
            elif len(row.text) > LONGEST_LINE * row.height or has_brackets(row.text):
                self._add(row, found_beside(row), needs_domain=has_domains)
            elif not is_sure and (len(row.cells) != len(meanings) or _has_domain_beside(row)):
                self._add(row, found_beside(row))
            else:
                found = found_in_columns(row, places, is_guessed=not is_sure)
                if doubt:
                    found = [each._replace(doubt=doubt) for each in found]
                self._add(row, found, needs_domain=has_domains, is_headed=is_sure)

    def _free(self, rows: Sequence[Row]) -> None:
        """Lines without columns; one that is a domain alone binds those after it."""
        for row in rows:
            if domains := _heading_row(row):
                self._begin_head(row.line, row.text, domains)
            else:
                self._add(row, found_beside(row))

    def _begin_head(self, line: int, text: str, domains: Sequence[str]) -> None:
        self._end_head()
        self.head, self.count = (line, text, ", ".join(domains)), 0

    def _end_head(self) -> bool:
        """Say for how many the domain above them was; whether it was for nobody, which is asked about."""
        head, self.head = self.head, None
        if head is None:
            return False
        line, text, domains = head
        if self.count:
            people = "person" if self.count == 1 else "people"
            self.said.append((line, f"{domains} is for the {self.count:,} {people} below it"))
        else:
            self.people.append(Person(line, cut(text), problem=f"Nobody is listed under {domains}."))
        return not self.count

    def _add(self, row: Row, found: Sequence[Found], *, needs_domain: bool = False, is_headed: bool = False) -> None:
        if len(self.people) + len(found) > self.most:
            # Several people on each line: the number of lines alone does not bound them.
            raise TooManyLines(f"This list has more than {self.most:,} people, the most of one order. Split it.")
        before = len(self.people)
        for each in found or [Found(problem=TOO_LONG if len(row.text) > LONGEST_LINE * row.height else NO_NAME)]:
            if each.left_out:
                self.said.append((row.line, f"“{cut(each.left_out, 60)}” is no part of the name"))
            self._bind(
                each, persons_of(row, each, self.head[2] if self.head else "", needs_domain=needs_domain), is_headed
            )
        self._ask_of_left(row, before, is_headed=is_headed)

    def _bind(self, found: Found, persons: Sequence[Person], is_headed: bool) -> None:
        begin = len(self.people)
        self.people += persons
        if self.head and not found.problem:
            self.count += len(persons)
            self.headed += [begin + at for at, each in enumerate(persons) if not found.domain and each.domain]
        if found.domain and not is_headed:
            self.beside += range(begin, len(self.people))
        if not found.domain and not found.is_sure:
            self.open += [begin + at for at, each in enumerate(persons) if not each.domain and not each.problem]
        self.is_bound = self.is_bound or any(each.domain and "@" not in found.address for each in persons)

    def _ask_of_left(self, row: Row, begin: int, *, is_headed: bool) -> None:
        """A domain of this line that none of its people is bound to is asked about."""
        persons = self.people[begin:]
        if is_headed and not self.head and all(each.domain for each in persons):
            return
        bound = {each.domain for each in persons}
        left = [domain for domain in domains_in(row.text) if domain not in bound]
        for at in range(begin, len(self.people)) if left else ():
            self._doubt(at, LEFT.format(cut(left[0], 80)))
        if left and self.head:
            # It may be the heading of those below, who are no longer those of the domain above.
            self._end_head()


def _has_domain_beside(row: Row) -> bool:
    return "." in row.text and any(
        "@" not in cell and without_domains(cell) != cell and without_domains(cell) for cell in row.cells
    )


def _heading_row(row: Row) -> list[str]:
    return heading_of(row.text) if len(row.text) < LONGEST_LINE and sum(1 for cell in row.cells if cell) < 4 else []


def _doubt_of_domains(heads: Sequence[str]) -> str:
    """*user.id, user.login* are names of fields, *tryacme.net* is a domain."""
    found = [head for head in heads if is_domain(head)]
    fields = Counter(head.partition(".")[0] for head in heads if "." in head)
    return OF_DOMAINS if any(fields[head.partition(".")[0]] < 2 for head in found) else ""


def _is_wide(line: str) -> bool:
    return sum(1 for cell in cells_of(line) if cell) > 1
