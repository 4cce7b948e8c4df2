"""What a column holds, by the word at its head. One table for every list that comes in.

The words stand in `heads.toml`: those of languages, those of makers' own templates, and those only remembered.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from reseller_portal.core.lists.text import without_unseen
from reseller_portal.core.lists.words import BEFORE_HEADS


class Meaning(StrEnum):
    """What the cells of a column are to us."""

    AS_WRITTEN = "as-written"
    ADDRESS = "address"
    USERNAME = "username"
    FULL_NAME = "full-name"
    FIRST = "first-name"
    LAST = "last-name"
    DOMAIN = "domain"
    IGNORE = "ignore"


LABELS = {
    Meaning.AS_WRITTEN: "As written",
    Meaning.ADDRESS: "Address",
    Meaning.USERNAME: "Username",
    Meaning.FULL_NAME: "Full name",
    Meaning.FIRST: "First name",
    Meaning.LAST: "Last name",
    Meaning.DOMAIN: "Domain",
    Meaning.IGNORE: "Ignore",
}

# A name, or the part of it whose other part has a column of its own: *Name, Vorname*; *Nombre, Apellidos*.
_EITHER = {"name", "names", "nom", "noms", "nombre", "nome", "namen", "nume"}
# Alone beside unknown words these may be somebody's name: *Anna, Last*.
_WEAK = {
    "first", "last", "nom", "user", "alias", "login", "mail", "local", "given", "family", "owner", "member",
    "from", "sender", "person", "contact", "handle", "prefix", "zone", "box", "mel", "inbox", "employee",
    "persona",
}  # fmt: skip
# Alone on a line these are somebody's name rather than the head of a column.
_NAMES_TOO = {"ad", "ten", "ho", "ime", "meno", "nama", "vards", "adi", "isim", "nev"}
_REQUIRED = re.compile(
    r"\b(required|optional|mandatory|pflichtfeld|obligatorio|obligatoire|opcional|upload only|read only)\b"
)


_COUNTED = re.compile(r"^\s*\d{1,2}[.):]\s+")


def _squash(words: str) -> str:
    return words.replace(" ", "")


def _unaccented(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


# More than one order has lines: a cache that a list does not fit into costs and gives nothing.
@lru_cache(maxsize=16_384)
def plain_head(head: str) -> str:
    """A head without its dress: *First Name [Required]*, *first_name*, *2. FirstName*, *FIRSTNAME* are `firstname`."""
    text = _COUNTED.sub("", _unaccented(without_unseen(head[:200])))
    bare = re.sub(r"[\[({<][^\])}>]*[\])}>]", " ", text) or text
    bare = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", bare).casefold().replace("ø", "o").replace("æ", "ae")
    bare = re.sub(r"[^\w#]+|_+", " ", _REQUIRED.sub(" ", bare)).strip()
    return _squash(bare)


def _table() -> dict[str, Meaning]:
    """Of words that stand in two of its parts the later part counts: what is not ours never is."""
    tables = tomllib.loads(Path(__file__).with_name("heads.toml").read_text("utf-8"))
    found: dict[str, Meaning] = {"#": Meaning.IGNORE}
    for table in tables.values():
        for meaning, words in table.items():
            each = (plain_head(word) for word in re.split("[,;]", words))
            found.update({word: Meaning(meaning) for word in each if word})
    return found


HEADERS = _table()
MOST_SLIPPED_IN = 7
_LONG = sorted(
    head for head in HEADERS if len(head) > MOST_SLIPPED_IN and head.isascii() and HEADERS[head] != Meaning.IGNORE
)


@lru_cache(maxsize=4096)
def _near(head: str) -> str:
    """A known head that this one is, a word before it or one slip aside: *Their surname*, *Fist Name*; else itself."""
    if head in HEADERS or head in _EITHER:
        return head
    for word in BEFORE_HEADS:
        rest = head.removeprefix(word)
        if rest != head and (rest in HEADERS or rest in _EITHER or rest in {"firstname", "lastname"}):
            return rest
    if len(head) > MOST_SLIPPED_IN and head.isascii():
        return next((known for known in _LONG if _is_one_slip_away(head, known)), head)
    return head


def _is_one_slip_away(typed: str, meant: str) -> bool:
    if abs(len(typed) - len(meant)) > 1:
        return False
    at = next(
        (at for at, (one, two) in enumerate(zip(typed, meant, strict=False)) if one != two), min(len(typed), len(meant))
    )
    one, two = typed[at:], meant[at:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or (one[1::-1] == two[:2] and one[2:] == two[2:])


def meanings_of(cells: Sequence[str]) -> list[Meaning] | None:
    """What each column means, or None when this row is no head."""
    if any("@" in cell for cell in cells):
        return None
    heads = [plain_head(cell) if len(cell) < 80 else "" for cell in cells]
    known = [head for head in heads if head in HEADERS or head in _EITHER]
    if known or len(heads) > 1:
        heads = _with_near_ones(heads)
        known = [head for head in heads if head in HEADERS or head in _EITHER]
    ours = [head for head in known if head in _EITHER or HEADERS[head] != Meaning.IGNORE]
    filled = sum(1 for cell in cells if cell)
    is_alone = filled == 1 and not _NAMES_TOO & set(ours)
    is_sure = len(known) >= 2 or is_alone or any(head not in _WEAK | _NAMES_TOO for head in ours)
    return _resolved(heads) if ours and is_sure else None


def _with_near_ones(heads: Sequence[str]) -> list[str]:
    """What is only near to a known head counts where no other column says the same by its right word."""
    exact = {HEADERS.get(head) for head in heads}
    near = [_near(head) if head else head for head in heads]
    if (
        sum(one != two for one, two in zip(heads, near, strict=True))
        and len([head for head in near if head in HEADERS]) < 2
    ):
        return list(heads)
    return [two if HEADERS.get(two) not in exact else one for one, two in zip(heads, near, strict=True)]


def _resolved(heads: Sequence[str]) -> list[Meaning]:
    """One column for each meaning, the first; and *name* read by what stands beside it."""
    found = {HEADERS.get(head) for head in heads}
    either = Meaning.FULL_NAME
    if (Meaning.LAST in found) != (Meaning.FIRST in found):
        either = Meaning.FIRST if Meaning.LAST in found else Meaning.LAST
    return once([either if head in _EITHER else HEADERS.get(head, Meaning.IGNORE) for head in heads])


def once(meanings: Iterable[Meaning], *, but: Sequence[Meaning] = (Meaning.IGNORE,)) -> list[Meaning]:
    """A second column of the same meaning is ignored, except for the meanings in `but`."""
    seen: set[Meaning] = set()
    result = []
    for meaning in meanings:
        result.append(Meaning.IGNORE if meaning in seen and meaning not in but else meaning)
        seen.add(meaning)
    return result


def may_begin_a_head(line: str) -> bool:
    """A quick look that spares the long one: whether the line's first cell is a word of the table."""
    first = re.split(r"[\t;|,]", line, maxsplit=1)[0].strip(' "\ufeff')
    return len(first) < 80 and ((head := plain_head(first)) in HEADERS or head in _EITHER)
