"""What columns hold under heads that do not say it, or say something else than what their cells are."""

import re
from collections.abc import Sequence

from reseller_portal.core.lists.columns import HEADERS, Meaning, plain_head
from reseller_portal.core.lists.guessing import MOST_SEEN, WHICH, Guess, is_made_of, is_whole_person, shape_of_column
from reseller_portal.core.lists.headings import domains_in, without_domains
from reseller_portal.core.lists.reader import Row
from reseller_portal.core.lists.text import in_letters

USERNAMES = (
    "A column of this list may hold the first parts of addresses. Choose under “How the list was read”, or keep it."
)
OTHER_ADDRESS = "This line has another address. Write it on a line of its own, or keep this one alone."
OTHER_DOMAIN = "This line has another domain. Write it with this one in one cell, or keep this one alone."
_LOCAL = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
_FILE = re.compile(r"\.(?:jpe?g|png|gif|svg|webp|heic|pdf|docx?|xlsx?|csv|txt)$", re.IGNORECASE)
_NEVER = re.compile(r"pass|secret|recovery|reply|linkedin|token|totp|licen|photo|picture|nickname")
_OF_ADDRESSES = re.compile(
    r"mail|box|user|login|alias|prefix|handle|account|acct|address|adress|upn|wanted|sender|local"
)
_OUTSIDE = re.compile(r"track|forward|redirect|smtp|imap|linkedin|signature|note|comment")
_NAMED = frozenset({Meaning.FIRST, Meaning.LAST, Meaning.FULL_NAME})


def fitted(meanings: Sequence[Meaning], heads: Sequence[str], rows: Sequence[Row]) -> Guess:
    """The meanings of heads, held against the cells: who wrote a domain or a username there meant it."""
    fit = _Fit(list(meanings), [plain_head(head) for head in heads], rows)
    fit.names()
    fit.addresses()
    fit.domains()
    fit.usernames()
    return Guess(fit.found, fit.doubt)


class _Fit:
    """Goes over the columns once for each thing that they may hold."""

    def __init__(self, found: list[Meaning], heads: list[str], rows: Sequence[Row]) -> None:
        self.found, self.heads, self.doubt = found, heads, ""
        sample = rows[:MOST_SEEN]
        self.cells = [[row.cells[at] if at < len(row.cells) else "" for row in sample] for at in range(len(found))]
        self.filled = [[cell for cell in column if cell] for column in self.cells]
        self.shapes = [shape_of_column(column) for column in self.filled]

    def _spare(self) -> list[int]:
        """Columns that say nothing yet."""
        return [at for at, each in enumerate(self.found) if each == Meaning.IGNORE and self.filled[at]]

    def _known(self, at: int) -> bool:
        return HEADERS.get(self.heads[at]) == Meaning.IGNORE

    def names(self) -> None:
        """*Sender*, *User*, *Inbox* over whole names; a head that nobody knows, where nothing else names anybody."""
        for at, each in enumerate(self.found):
            if each in {Meaning.ADDRESS, Meaning.USERNAME} and self._are_names(at):
                self.found[at] = Meaning.IGNORE if _NAMED & set(self.found) else Meaning.FULL_NAME
        if _NAMED & set(self.found):
            return
        named = [at for at in self._spare() if not self._known(at) and self._are_names(at)]
        if named:
            at = max(named, key=self._agreeing)
            self.found[at] = Meaning.FULL_NAME
            self.doubt = "" if self._agreeing(at) * 2 > len(self.filled[at]) else WHICH

    def _are_names(self, at: int) -> bool:
        cells = self.filled[at]
        named = sum(is_whole_person(cell) and not any(map(str.isdigit, cell)) for cell in cells)
        return named * 2 > len(cells) and not any("@" in cell for cell in cells)

    def _agreeing(self, at: int) -> int:
        """In how many rows a word of this cell stands in another cell of the row, as in an address."""
        others = [
            other for other in range(len(self.found)) if other != at and self.shapes[other] in {"address", "user"}
        ]
        return sum(
            any(
                is_made_of(self.cells[other][row].rpartition("@")[0] or self.cells[other][row], [cell])
                for other in others
            )
            for row, cell in enumerate(self.cells[at])
            if cell
        )

    def addresses(self) -> None:
        for at in self._spare():
            if self.shapes[at] != "address" or self._known(at):
                continue
            if not {Meaning.ADDRESS, Meaning.USERNAME} & set(self.found):
                self.found[at] = Meaning.ADDRESS
            elif self._is_counted_with(at, Meaning.ADDRESS):
                self.doubt = self.doubt or OTHER_ADDRESS

    def domains(self) -> None:
        """A column of domains binds its people whatever its head, where no address of the row does."""
        if any(self._is_counted_with(at, Meaning.DOMAIN) for at in self._spare()):
            self.doubt = self.doubt or OTHER_DOMAIN
        if Meaning.DOMAIN in self.found or self._have_hosts():
            return
        for at in self._spare():
            cells = self.filled[at]
            named = sum(bool(domains_in(cell, with_paths=True)) and not without_domains(cell) for cell in cells)
            if named * 2 > len(cells) and not _OUTSIDE.search(self.heads[at]):
                self.found[at] = Meaning.DOMAIN
                return

    def _is_counted_with(self, at: int, meaning: Meaning) -> bool:
        """*Email 2* beside *Email 1*: the same head but for a number, which exports of contacts do not use."""
        head = self.heads[at]
        others = [self.heads[other] for other, each in enumerate(self.found) if each == meaning]
        return head[-1:].isdigit() and head.rstrip("0123456789") in {other.rstrip("0123456789") for other in others}

    def _have_hosts(self) -> bool:
        if Meaning.ADDRESS not in self.found:
            return False
        cells = self.filled[self.found.index(Meaning.ADDRESS)]
        return sum("@" in cell for cell in cells) * 2 > len(cells)

    def usernames(self) -> None:
        """A column whose cells are made of the names of their rows is that of the usernames, whatever its head."""
        if {Meaning.ADDRESS, Meaning.USERNAME} & set(self.found) or not _NAMED & set(self.found):
            return
        is_split = {Meaning.FIRST, Meaning.LAST} <= set(self.found)
        spare = self._spare() + [at for at, each in enumerate(self.found) if each == Meaning.FULL_NAME and is_split]
        spare = [at for at in spare if all(map(_is_local, self.filled[at])) and not _NEVER.search(self.heads[at])]
        for at in spare:
            agreeing = sum(self._is_of_names(at, row) for row in range(len(self.cells[at])))
            if agreeing * 2 > len(self.filled[at]):
                self.found[at] = Meaning.USERNAME
                return
        if any(not self._known(at) and _OF_ADDRESSES.search(self.heads[at]) for at in spare):
            self.doubt = self.doubt or USERNAMES

    def _is_of_names(self, at: int, row: int) -> bool:
        """A whole word of the name in it, or its letters written small with a dot or as they begin."""
        cell = self.cells[at][row]
        names = [self.cells[other][row] for other, each in enumerate(self.found) if each in _NAMED and other != at]
        local = in_letters(re.sub(r"[._]", "", cell))
        words = [word for name in names for each in name.split() if (word := in_letters(each))]
        is_whole = any(len(word) > 2 and word in local for word in words)
        return bool(cell) and (is_whole or (cell.islower() and is_made_of(cell, names)))


def _is_local(cell: str) -> bool:
    return bool(_LOCAL.match(cell)) and any(map(str.isalpha, cell)) and not _FILE.search(cell)
