"""People in lines without heads: what a cell is, by how it looks."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from reseller_portal.core.lists.columns import HEADERS, Meaning, once, plain_head
from reseller_portal.core.lists.domains import judge
from reseller_portal.core.lists.names import begins_with_particle, is_position, is_remark, split_name, without_mark
from reseller_portal.core.lists.reader import LONGEST_LINE, Row
from reseller_portal.core.lists.text import cut, without_unseen

MOST_ON_A_LINE = 200
_ANGLE = re.compile(r"([^<>]*)<\s*(?:mailto:)?([^<>\s]*)\s*>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"“”|]+@[^\s<>()\[\],;:\"“”|]+")
_USER = re.compile(r"^[a-z0-9][a-z0-9._-]*$")
_NUMBER = re.compile(r"^[#(]?\d+[.)]?$")
_OTHER = re.compile(
    r"^(?:[+(]?[\d][\d\s()./-]{4,}|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*|https?://\S+|[\d.,]+\s*(?:%|€|\$|USD|EUR)?)$"
)
_HEAD = re.compile(r"^[\s#*>=-]*(?:domain\s*:\s*)?@?([^\s:@#*]+\.[^\s:@#*]+?)\.?[\s:*=-]*$", re.IGNORECASE)
_INLINE_HEAD = re.compile(r"^\s*@?([^\s:@]+\.[^\s:@]+)\s*:\s+(\S.*)$")
_LABEL = re.compile(r"^\s*([^\W\d][\w .-]{0,30})\s*[:=]\s*\S")
_CARD_LINE = re.compile(
    r"^(?:item\d+\.)?(?:N|FN|EMAIL|TEL|ORG|ADR|TITLE|ROLE|UID|REV|VERSION|PRODID|NOTE|URL|BDAY|PHOTO|X-[A-Z-]+|END)[;:]"
)
ONE_LINE = "This is one detail of a person. Write the whole person on one line, such as Maya Ferro <maya@example.com>."
_RECIPIENTS = re.compile(r"^\s*(?:to|cc|bcc|from|an|von|kopie|para|de|à|cci|a|da)\s*:\s*(?=.*@)", re.IGNORECASE)
_EMPHASIS = re.compile(r"^([*_~`]{1,3})(.+)\1$")
_BETWEEN = re.compile(r"[\n;；，]")
_EDGES = " \t,;:|\"“”'’‘-–—()[]=>→*_`"


class Found(NamedTuple):
    """What stood there of one person. `address` may be a username alone; `is_guessed` when no head named the parts."""

    first: str = ""
    last: str = ""
    address: str = ""
    domain: str = ""
    left_out: str = ""
    problem: str = ""
    is_guessed: bool = False


def domain_head(row: Row) -> str:
    """The domain, when the row is a domain alone and so the head of those after it."""
    if len(row.text) > 260 or sum(1 for cell in row.cells if cell) != 1:
        return ""
    match = _HEAD.match(without_unseen(row.text))
    return judge(match[1].lower().removeprefix("www.")).name if match else ""


def found_in_line(row: Row) -> list[Found]:
    """The people of a line that stands for itself: one, or several with an address each or a sign between them."""
    if len(row.text) > LONGEST_LINE * row.height:
        return []
    text = _RECIPIENTS.sub("", without_mark(without_unseen(row.text)).replace("mailto:", ""))
    if text != row.text and _RECIPIENTS.match(row.text):
        return found_in_line(Row(row.line, [text], text, row.height))
    label = _LABEL.match(text)
    if _CARD_LINE.match(text) or (label and plain_head(label[1]) in HEADERS):
        return [Found(problem=ONE_LINE)]
    inline = _INLINE_HEAD.match(text)
    if inline and (domain := judge(inline[1].lower()).name):
        cells = [cell.strip() for cell in re.split(r"[,;|\t]", inline[2]) if cell.strip()]
        return [each._replace(domain=domain) for each in found_in_line(Row(row.line, cells, inline[2]))]
    angled = _ANGLE.findall(text) if "<" in text else []
    if angled:
        return _angled(text, angled)
    return found_in(row)


def found_in(row: Row) -> list[Found]:
    """The people of a row of cells without heads."""
    cells = _whole_brackets([without_unseen(cell).replace("mailto:", "") for cell in row.cells if cell])
    if cells:
        cells[0] = without_mark(cells[0])
    cells = [_EMPHASIS.sub(r"\2", cell) for cell in cells]
    if "、" in row.text:
        return [found for cell in cells for name in cell.split("、") if name for found in _in_one_cell(name.strip())]
    cells = [line for cell in cells for line in _parts(cell)]
    if len(cells) < 2:
        return _in_one_cell(cells[0]) if cells else []
    cells = _paired(cells)
    if all(_is_whole_person(cell) for cell in cells):
        return [each for cell in cells[:MOST_ON_A_LINE] for each in _in_one_cell(cell)]
    return [_by_columns(cells, _columns([cells]))]


def _paired(cells: list[str]) -> list[str]:
    """*name, address, name, address* has each name with its address; other rows stay as they are."""
    for names, addresses in ((cells[::2], cells[1::2]), (cells[1::2], cells[::2])):
        has_names = all("@" not in name and _is_whole_person(name) for name in names)
        if len(names) == len(addresses) and has_names and all(_ADDRESS.fullmatch(each) for each in addresses):
            return [f"{name} {address}" for name, address in zip(names, addresses, strict=True)]
    return cells


def _whole_brackets(cells: Sequence[str]) -> list[str]:
    """A remark in brackets belongs together, whatever separators are in it."""
    whole: list[str] = []
    for cell in cells:
        if whole and whole[-1].count("(") > whole[-1].count(")"):
            whole[-1] = f"{whole[-1]}, {cell}"
        else:
            whole.append(cell)
    return whole


def columns_by_shape(rows: Sequence[Row]) -> list[Meaning] | None:
    """What the columns of a list without heads hold, by the rows of the commonest width; None for free lines."""
    sample = [row for row in rows[:100] if not set("<(") & set(row.text)]
    widths = Counter(len(row.cells) for row in sample if sum(1 for cell in row.cells if cell) > 1)
    if not widths:
        return None
    width, count = widths.most_common(1)[0]
    if count * 2 <= len(sample):
        return None
    cells = [[without_unseen(cell) for cell in row.cells] for row in sample if len(row.cells) == width]
    several = sum(1 for row in cells if all(_is_whole_person(cell) for cell in row if cell))
    if several * 2 > len(cells):
        return None
    return _columns(cells)


def with_unknown_columns(meanings: Sequence[Meaning], heads: Sequence[str], rows: Sequence[Row]) -> list[Meaning]:
    """Under heads of which nobody knows some: a column of addresses, or of domains, is used whatever its word.

    Who wrote them there meant that person to be there, and nowhere else.
    """
    found = list(meanings)
    strange = [
        at for at, each in enumerate(meanings) if each == Meaning.IGNORE and plain_head(heads[at]) not in HEADERS
    ]
    for at in strange:
        cells = [row.cells[at] for row in rows[:100] if at < len(row.cells) and row.cells[at]]
        meaning = _PLAIN.get(_shape_of_column(cells), Meaning.IGNORE) if cells else Meaning.IGNORE
        if meaning != Meaning.IGNORE and not {Meaning.ADDRESS, Meaning.USERNAME, meaning} & set(found):
            found[at] = meaning
    return found


def _columns(rows: Sequence[Sequence[str]]) -> list[Meaning]:
    shapes = [_shape_of_column([row[at] for row in rows if row[at]]) for at in range(len(rows[0]))]
    names = [at for at, shape in enumerate(shapes) if shape in {"word", "words", "user"}]
    meanings = [_PLAIN.get(shape, Meaning.IGNORE) for shape in shapes]
    for at, meaning in zip(names, _names(names, shapes, rows, Meaning.ADDRESS in meanings), strict=False):
        meanings[at] = meaning
    return once(meanings)


_PLAIN = {"address": Meaning.ADDRESS, "domain": Meaning.DOMAIN}


def _names(
    names: Sequence[int], shapes: Sequence[str], rows: Sequence[Sequence[str]], has_address: bool
) -> list[Meaning]:
    if len(names) == 1:
        return [Meaning.FULL_NAME]
    if len(names) == 2:
        if shapes[names[1]] == "words" and shapes[names[0]] == "user" and not _is_particled(names[1], rows):
            return [Meaning.FULL_NAME if has_address else Meaning.USERNAME, Meaning.FULL_NAME]
        surname_first = _is_particled(names[0], rows) and not _is_particled(names[1], rows)
        return [Meaning.LAST, Meaning.FIRST] if surname_first else [Meaning.FIRST, Meaning.LAST]
    if has_address or (names and shapes[names[0]] != "user"):
        return [Meaning.FIRST, Meaning.LAST]
    return [Meaning.USERNAME, Meaning.FIRST, Meaning.LAST]


def _is_particled(at: int, rows: Sequence[Sequence[str]]) -> bool:
    return any(begins_with_particle(row[at]) for row in rows)


def _shape_of_column(cells: Sequence[str]) -> str:
    counts = Counter(_shape(cell) for cell in cells)
    if not counts:
        return "blank"
    if counts["word"] + counts["words"] + counts["user"] >= len(cells) / 2:
        return next(shape for shape, _ in counts.most_common() if shape in {"word", "words", "user"})
    return counts.most_common(1)[0][0]


def _shape(cell: str) -> str:
    if "@" in cell:
        return "address"
    if _NUMBER.match(cell) or _OTHER.match(cell):
        return "number"
    if _USER.match(cell):
        return "domain" if "." in cell and judge(cell).name else "user"
    if is_remark(cell):
        return "job"
    if "." in cell and " " not in cell and judge(cell.lower()).name:
        return "domain"
    return "words" if " " in cell else "word"


def _by_columns(cells: Sequence[str], meanings: Sequence[Meaning]) -> Found:
    found = dict(zip(meanings, cells, strict=True))
    left = " ".join(cell for cell, meaning in zip(cells, meanings, strict=True) if meaning == Meaning.IGNORE)
    name = split_name(found.get(Meaning.FULL_NAME, ""))
    first = found.get(Meaning.FIRST) or name.first
    last = found.get(Meaning.LAST) or name.last
    address = found.get(Meaning.ADDRESS) or found.get(Meaning.USERNAME, "")
    return Found(first, last, address, found.get(Meaning.DOMAIN, ""), f"{left} {name.left_out}".strip())


def _is_whole_person(cell: str) -> bool:
    if "@" in cell:
        return bool(_ADDRESS.search(cell)) and (" " in cell or _ADDRESS.fullmatch(cell) is not None)
    return " " in cell and not begins_with_particle(cell) and not is_remark(cell) and not _OTHER.match(cell)


def _parts(cell: str) -> list[str]:
    """A cell of several lines, or of several people with a semicolon between them."""
    return [part for part in (each.strip() for each in _BETWEEN.split(cell)) if part] or [cell]


def _in_one_cell(cell: str) -> list[Found]:
    addresses = _ADDRESS.findall(cell)
    if not addresses:
        if is_position(cell):
            return [Found(problem=f"“{cut(cell, 60)}” is no name. Remove this line, or write a name in it.")]
        name = split_name(cell)
        return [Found(name.first, name.last, left_out=name.left_out, is_guessed=True)]
    if len(addresses) > 1:
        return [_named("", each) for each in addresses[:MOST_ON_A_LINE]]
    return [_named(cell.replace(addresses[0], " ", 1), addresses[0])]


def _angled(text: str, angled: Sequence[tuple[str, str]]) -> list[Found]:
    found = [_named(name, address) for name, address in angled[:MOST_ON_A_LINE]]
    rest = _ANGLE.sub("", text)
    for alone in _ADDRESS.findall(rest)[: MOST_ON_A_LINE - len(found)]:
        # In a list of recipients those without a name have no brackets.
        found.append(_named("", alone))
        rest = rest.replace(alone, "", 1)
    rest = rest.strip(_EDGES)
    if rest and found:
        found[-1] = found[-1]._replace(left_out=f"{found[-1].left_out} {rest}".strip())
    return found


def _named(text: str, address: str) -> Found:
    """An address with the name beside it; without one, *lena.ostrow@* says the name itself."""
    address = address.removeprefix("mailto:").strip(".'’‘`")
    name = split_name(text.strip(_EDGES))
    if name.first or name.last:
        return Found(name.first, name.last, address, left_out=name.left_out, is_guessed=True)
    return Found(*name_in(address), address)


def name_in(address: str) -> tuple[str, str]:
    """*lena.ostrow@example.com* says a name; other addresses say none."""
    local = address.rpartition("@")[0] if "@" in address else ""
    first, _, last = local.replace("_", ".").partition(".")
    if first.isalpha() and last.isalpha() and len(first) > 1 and len(last) > 1:
        return first.title(), last.title()
    return "", ""
