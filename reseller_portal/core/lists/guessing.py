"""What the columns of a list hold that has no heads, or heads that nobody knows: told by how their cells look.

Whatever is not clear is said as a doubt, and asked about before anything is bought.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from reseller_portal.core.lists.columns import Meaning, once
from reseller_portal.core.lists.domains import judge
from reseller_portal.core.lists.doubts import is_empty_word, is_nobody
from reseller_portal.core.lists.headings import domains_in, without_domains
from reseller_portal.core.lists.names import begins_with_particle, is_remark, is_title
from reseller_portal.core.lists.reader import Row
from reseller_portal.core.lists.text import in_letters, without_unseen
from reseller_portal.core.lists.words import CITIES, PLACES

MOST_SEEN = 100
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"“”|]+@[^\s<>()\[\],;:\"“”|]+")
OTHER = re.compile(
    r"^(?:[+(]?[\d][\d\s()./-]{4,}|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*|https?://\S+|[\d.,]+\s*(?:%|€|\$|£|USD|EUR)?|"
    r"[$€£]\s*[\d.,]+.*|\d{1,2}:\d\d.*|\d{1,2}\.? \w{3,9}\.? \d{2,4}|\w{3,9}\.? \d{1,2},? \d{4})$"
)
_USER = re.compile(r"^[a-z0-9][a-z0-9._-]*$")
_LINK = re.compile(r"^https?://([^/\s?#]+)/?$", re.IGNORECASE)
_FILE = re.compile(r"\.(?:jpe?g|png|gif|svg|webp|heic|pdf|docx?|xlsx?|csv|txt)$", re.IGNORECASE)
_NUMBER = re.compile(r"^[#(]?\d+[.)]?$")
_SIDE = re.compile(
    r"^(?:true|false|yes|no|y|n|on|off|ja|nein|oui|non|sí|si|sim|não|x|✓|✔|✗|✅|❌|active|inactive|enabled|disabled|suspended|"
    r"pending|invited|verified|unverified|ok|done|new|open|closed|aktiv|inaktiv|actif|activo|ativo|"
    r"male|female|m|f|d|w|männlich|weiblich|english|german|french|spanish|en|de|fr|es|it|nl|pl|pt|"
    r"(?:user|shared|room|equipment|linked|team) ?mailbox|member|guest|admin|user|owner|licen[sc]ed|unlicen[sc]ed|"
    r".*\b(?:microsoft|office|google|workspace|exchange|outlook|azure|gmail|365)\b.*|"
    r"business (?:basic|standard|premium|starter|plus)|enterprise|e[135]|f[13]|"
    r"gmbh|inc\.?|ltd\.?|llc|"
    r"[^,]+ (?:gmbh|inc\.?|ltd\.?|llc|corp\.?|plc|ag|s\.?a\.?|b\.?v\.?|oy|ab|as|aps|kg|srl|sarl|pty|co\.?))$",
    re.IGNORECASE,
)
WHICH = "It is not clear which columns hold the name. Choose under “How the list was read”, or keep it as it is here."
_NAMES = frozenset({"word", "words", "user"})
_PLAIN = {"address": Meaning.ADDRESS, "domain": Meaning.DOMAIN}
FIRST_LAST = (Meaning.FIRST, Meaning.LAST)


class Guess(NamedTuple):
    """What each column holds. With a `doubt`, what is read so is asked about."""

    meanings: list[Meaning]
    doubt: str = ""


def guess_of(rows: Sequence[Row]) -> Guess | None:
    """What the columns of a list without heads hold, by the rows of the commonest width; None for free lines."""
    sample = [row for row in rows[:MOST_SEEN] if not set("<(") & set(row.text)]
    widths = Counter(len(row.cells) for row in sample if sum(1 for cell in row.cells if cell) > 1)
    if not widths:
        return None
    width, count = widths.most_common(1)[0]
    if count * 2 <= len(sample):
        return None
    cells = [[without_unseen(cell) for cell in row.cells] for row in sample if len(row.cells) == width]
    several = sum(1 for row in cells if all(is_whole_person(cell) for cell in row if cell))
    return None if several * 2 > len(cells) else guess_of_cells(cells)


def head_of_unknown_words(rows: Sequence[Row]) -> Guess | None:
    """What the columns below the first row hold, when that row is a head in words that nobody here knows.

    It is one when all rows below it have an address, or a domain, where it has another word that is nobody's username.
    """
    heads = [without_unseen(cell) for cell in rows[0].cells] if rows else []
    below = [[without_unseen(cell) for cell in row.cells] for row in rows[1:MOST_SEEN] if len(row.cells) == len(heads)]
    if len(heads) < 2 or not below or not all(heads):
        return None
    shapes = [shape_of_column([row[at] for row in below if row[at]]) for at in range(len(heads))]
    for at, shape in enumerate(shapes):
        if shape in _PLAIN and _shape(heads[at]) not in _PLAIN and not _is_of_names(heads, at):
            found = guess_of_cells(below)
            return found if set(found.meanings) != {Meaning.IGNORE} else None
    return None


def guess_of_cells(rows: Sequence[Sequence[str]]) -> Guess:
    """The same for rows of one width; a row alone says less than many."""
    columns = [[row[at] for row in rows if row[at]] for at in range(len(rows[0]))]
    shapes = [shape_of_column(column) for column in columns]
    meanings = [_PLAIN.get(shape, Meaning.IGNORE) for shape in shapes]
    names = [at for at, shape in enumerate(shapes) if shape in _NAMES]
    is_addressed = Meaning.ADDRESS in meanings
    doubt, is_told = "", False
    if is_addressed and len(names) > 1:
        names, is_told = _by_address(names, rows, meanings.index(Meaning.ADDRESS))
    if len(names) > 2 or (len(names) == 2 and _are_whole(columns[names[0]]) != _are_whole(columns[names[1]])):
        names = _varied(names, columns)
    if len(names) == 2:
        found, doubt = _two(names, shapes, columns, is_addressed=is_addressed)
    elif len(names) > 2:
        found, doubt = _many(names, shapes, rows, is_addressed=is_addressed)
    else:
        found = [Meaning.FULL_NAME] * len(names)
    for at, meaning in zip(names, found, strict=False):
        meanings[at] = meaning
    return Guess(once(meanings), "" if is_told else doubt)


def _two(
    names: Sequence[int], shapes: Sequence[str], columns: Sequence[Sequence[str]], *, is_addressed: bool
) -> tuple[list[Meaning], str]:
    one, two = names
    if shapes[two] == "words" and shapes[one] == "user" and not any(map(begins_with_particle, columns[two])):
        return [Meaning.FULL_NAME if is_addressed else Meaning.USERNAME, Meaning.FULL_NAME], ""
    if any(map(begins_with_particle, columns[one])) and not any(map(begins_with_particle, columns[two])):
        return [Meaning.LAST, Meaning.FIRST], ""
    # *Per Olsson, Berlin* is one person in a city, *Anna Maria, Bell* is one of two given names.
    is_clear = _are_whole(columns[one]) == _are_whole(columns[two]) or any(map(begins_with_particle, columns[two]))
    return list(FIRST_LAST), "" if is_clear else WHICH


def _many(
    names: Sequence[int], shapes: Sequence[str], rows: Sequence[Sequence[str]], *, is_addressed: bool
) -> tuple[list[Meaning], str]:
    if len(names) == 3 and not is_addressed and shapes[names[2]] == "user":
        related = sum(is_made_of(row[names[2]], [row[names[0]], row[names[1]]]) for row in rows)
        if related * 2 > len(rows):
            return [*FIRST_LAST, Meaning.USERNAME], ""
    if not is_addressed and shapes[names[0]] == "user":
        related = sum(is_made_of(row[names[0]], [row[names[1]], row[names[2]]]) for row in rows)
        return [Meaning.USERNAME, *FIRST_LAST], "" if related * 2 > len(rows) else WHICH
    return list(FIRST_LAST), WHICH


def _are_whole(column: Sequence[str]) -> bool:
    return all(is_whole_person(cell) for cell in column)


def _varied(names: Sequence[int], columns: Sequence[Sequence[str]]) -> list[int]:
    """Without columns that say the same of everybody, as that of a company does."""
    varied = [at for at in names if len(columns[at]) < 2 or len(set(columns[at])) > 1]
    return varied or list(names)


def _by_address(names: list[int], rows: Sequence[Sequence[str]], address: int) -> tuple[list[int], bool]:
    """The columns whose words stand in the addresses, and whether that tells them.

    Where one alone is there, the one behind it is the other name.
    """
    hits: Counter[int] = Counter()
    for row in rows:
        local = in_letters(row[address].rpartition("@")[0].replace(".", "").replace("_", ""))
        for at in names:
            hits[at] += sum(len(word) > 1 and word in local for word in map(in_letters, row[at].split()))
    whole = [at for at in names if hits[at] >= 2 * len(rows)]
    if whole:
        return whole[:1], True
    told = [at for at in names if hits[at] * 2 >= len(rows)]
    if len(told) == 1 and len(names) > 2:
        behind = [at for at in names if at > told[0]]
        is_told = len(behind) == 1 or (bool(behind) and told[0] == names[0])
        return ([told[0], behind[0]], True) if is_told else (names, False)
    return (told, True) if len(told) > 1 else (names, False)


def _is_of_names(heads: Sequence[str], at: int) -> bool:
    """Whether this cell is a username made of the other words of its row."""
    return is_made_of(heads[at], [cell for other, cell in enumerate(heads) if other != at])


def is_made_of(username: str, names: Sequence[str]) -> bool:
    local = in_letters(username.replace(".", "").replace("_", ""))
    words = [word for name in names for each in name.split() if (word := in_letters(each))]
    return any(len(word) > 1 and word in local for word in words) or (
        0 < len(local) <= len(words) + 1 and any(local.startswith(word[0]) for word in words)
    )


def shape_of_column(cells: Sequence[str]) -> str:
    counts = Counter(_shape(cell) for cell in cells)
    if not counts:
        return "blank"
    if counts["word"] + counts["words"] + counts["user"] > len(cells) / 2:
        return next(shape for shape, _ in counts.most_common() if shape in _NAMES)
    return counts.most_common(1)[0][0]


def _shape(cell: str) -> str:  # noqa: PLR0911  # one answer for each look
    if "@" in cell:
        return "address"
    if (link := _LINK.match(cell)) and judge(link[1].lower().removeprefix("www.")).name:
        return "domain"
    if _NUMBER.match(cell) or OTHER.match(cell):
        return "number"
    if _FILE.search(cell):
        return "side"
    if is_side(cell) or is_nobody(cell) or is_empty_word(cell):
        return "side"
    if is_domain(cell) or ("." in cell and domains_in(cell) and not without_domains(cell)):
        return "domain"
    if _USER.match(cell):
        return "user"
    return "words" if " " in cell else "word"


def is_domain(cell: str) -> bool:
    return "." in cell and " " not in cell and bool(judge(cell.lower()).name)


def is_side(cell: str) -> bool:
    """A cell that says something of somebody: a title, a city, a state, a licence, a job, a company."""
    low = cell.strip().lower()
    return bool(_SIDE.match(low)) or is_title(cell) or low in CITIES or low in PLACES or is_remark(cell)


def is_whole_person(cell: str) -> bool:
    if "@" in cell:
        return bool(ADDRESS.search(cell)) and (" " in cell or ADDRESS.fullmatch(cell) is not None)
    return (
        " " in cell
        and not begins_with_particle(cell)
        and not OTHER.match(cell)
        and not is_side(cell)
        and not is_nobody(cell)
    )
