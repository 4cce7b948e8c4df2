"""People in lines that stand for themselves: one to a line, or several."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reseller_portal.core.lists.columns import HEADERS, Meaning, plain_head
from reseller_portal.core.lists.domains import judge
from reseller_portal.core.lists.doubts import doubt_of_case
from reseller_portal.core.lists.guessing import ADDRESS, guess_of_cells, is_side, is_whole_person
from reseller_portal.core.lists.headings import domains_in, without_domains
from reseller_portal.core.lists.names import Name, is_like_a_name, is_position, looks_odd, split_name, without_mark
from reseller_portal.core.lists.reader import LONGEST_LINE, Row
from reseller_portal.core.lists.text import cut, without_unseen

MOST_ON_A_LINE = 200
_ANGLE = re.compile(r"([^<>]*)<\s*(?:mailto:)?([^<>\s]*)\s*>")
_INLINE_HEAD = re.compile(r"^\s*@?([^\s:@]+\.[^\s:@]+)\s*:\s+(\S.*)$")
_USERNAME = re.compile(r"^[a-z0-9][a-z0-9._-]*$")
_LABEL = re.compile(r"^\s*([^\W\d][\w .-]{0,30})\s*[:=]\s*\S")
_CARD_LINE = re.compile(
    r"^(?:item\d+\.)?(?:N|FN|EMAIL|TEL|ORG|ADR|TITLE|ROLE|UID|REV|VERSION|PRODID|NOTE|URL|BDAY|PHOTO|X-[A-Z-]+|END)[;:]"
)
SEVERAL = "This may be more than one person. Write each on a line of their own, or keep it as it is."
ONE_LINE = "This is one detail of a person. Write the whole person on one line, such as Maya Ferro <maya@example.com>."
_TAG = re.compile(r"</[a-z][a-z0-9]*>|<(?:br|td|tr|li|p|div|table|span|img|hr|b|i|a)(?:\s[^<>@]*)?/?>", re.IGNORECASE)
OF_REMARK = "“{}” may be a remark beside a name. Keep it if it is somebody."
OF_A_PAGE = "This is a line of a web page. Remove it, or write a name in it."
_RECIPIENTS = re.compile(r"^\s*(?:to|cc|bcc|an|kopie|para|à|cci|a)\s*:\s*(?=.*@)", re.IGNORECASE)
_EMPHASIS = re.compile(r"^([*_~`]{1,3})(.+)\1$")
_BETWEEN = re.compile(r"[\n;；，、]")
_AND = re.compile(r"\s+(?:and|und|et|og|och|&|\+|/|//|plus)\s+|\s*&amp;\s*", re.IGNORECASE)
_BEGINS_WITH_AND = re.compile(r"^\s*(?:and|und|&)\s+")
_DASH = re.compile(r"\s+[-–—]\s+")
_PERHAPS_AND = re.compile(r"\s+(?:y|e|i|en|ja|és|a|и)\s+")
_AS_LINE = re.compile(r"^\s*[^,]+,[^,]+$")
_SIGNS = " \t,;:|\"“”'’‘-–—=>→*_`"
_EDGES = f"{_SIGNS}()[]"


class Found(NamedTuple):
    """What stood there of one person. `address` may be a username alone; `is_guessed` when no head named the parts.

    A `doubt` asks whether it is somebody at all; in the form that `as_line` writes (`is_sure`) somebody has answered.
    """

    first: str = ""
    last: str = ""
    address: str = ""
    domain: str = ""
    left_out: str = ""
    problem: str = ""
    is_guessed: bool = False
    doubt: str = ""
    is_sure: bool = False


def found_beside(row: Row) -> list[Found]:
    """The people of a line that stands for itself; a domain that stands beside them is theirs."""
    if len(row.text) > LONGEST_LINE or _INLINE_HEAD.match(row.text) or "@" in row.text.replace(" @", " "):
        return found_in_line(row)
    domains = domains_in(row.text, with_paths=False)
    if not domains:
        return found_in_line(row)
    if len(domains) > 1 and len(cells := [cell for cell in row.cells if cell]) > 1 and all(map(_is_with_domain, cells)):
        return [each for cell in cells for each in found_beside(Row(row.line, [cell], cell, row.height))]
    cells = [bare for cell in row.cells if (bare := without_domains(cell))]
    found = found_in_line(Row(row.line, cells, without_domains(row.text), row.height))
    doubt = SEVERAL if len(found) > 1 and len(domains) > 1 else ""
    return [each._replace(domain=", ".join(domains), doubt=each.doubt or doubt) for each in found]


def _is_with_domain(cell: str) -> bool:
    return bool(domains_in(cell)) and is_whole_person(without_domains(cell))


def found_in_line(row: Row) -> list[Found]:  # noqa: PLR0911  # one answer for each form
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
        if all(_USERNAME.match(cell) for cell in cells):
            return [Found("", "", cell, domain) for cell in cells]
        return [each._replace(domain=domain) for each in found_in_line(Row(row.line, cells, inline[2]))]
    if _TAG.search(text):
        return [Found(problem=OF_A_PAGE)]
    angled = _ANGLE.findall(text) if "<" in text else []
    if angled:
        return _angled(text, angled)
    return found_in(row)


def is_card_line(line: str) -> bool:
    """A detail of a person, as contact cards and forms have it on a line of its own."""
    label = _LABEL.match(without_mark(line))
    return bool(_CARD_LINE.match(line)) or bool(label and plain_head(label[1]) in HEADERS)


def has_brackets(text: str) -> bool:
    """Whether an address in brackets may stand there; the tags of a signature are none."""
    return "<" in text and ">" in text and not _TAG.search(text)


def found_in(row: Row) -> list[Found]:
    """The people of a row of cells without heads."""
    cells = _whole_brackets([without_unseen(cell).replace("mailto:", "") for cell in row.cells if cell])
    if cells:
        cells[0] = without_mark(cells[0])
    cells = [_EMPHASIS.sub(r"\2", cell) for cell in cells]
    if "、" in row.text:
        return [found for cell in cells for part in _parts(cell) for found in _in_one_cell(part)]
    cells = [line for cell in cells for line in _parts(cell)]
    if len(cells) < 2:
        return _in_one_cell(cells[0]) if cells else []
    cells = _paired(cells)
    if all(is_whole_person(cell) for cell in cells):
        return [each for cell in cells[:MOST_ON_A_LINE] for each in _beside_others(cell, cells[0])]
    return _by_columns(cells)


def _beside_others(cell: str, first: str) -> list[Found]:
    """*Nadia Brandt, warmup off*: words written small beside a name with capitals are asked about."""
    found = _in_one_cell(cell)
    if first[:1].isupper() and cell.islower() and "@" not in cell:
        return [each._replace(doubt=each.doubt or OF_REMARK.format(cut(cell, 60))) for each in found]
    return found


def _paired(cells: list[str]) -> list[str]:
    """*name, address, name, address* has each name with its address; other rows stay as they are."""
    for names, addresses in ((cells[::2], cells[1::2]), (cells[1::2], cells[::2])):
        has_names = all("@" not in name and is_whole_person(name) for name in names)
        if len(names) == len(addresses) and has_names and all(ADDRESS.fullmatch(each) for each in addresses):
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


def _by_columns(cells: Sequence[str]) -> list[Found]:
    """One person, of cells that hold their parts."""
    meanings, doubt = guess_of_cells([cells])
    found = dict(zip(meanings, cells, strict=True))
    left = " ".join(cell for cell, meaning in zip(cells, meanings, strict=True) if meaning == Meaning.IGNORE)
    names = names_in(found.get(Meaning.FULL_NAME, ""))
    if len(names) > 1:
        return [Found(problem=SEVERAL)]
    name = names[0]
    first = found.get(Meaning.FIRST) or name.first
    last = found.get(Meaning.LAST) or name.last
    address = found.get(Meaning.ADDRESS) or found.get(Meaning.USERNAME, "")
    left = f"{left} {name.left_out}".strip()
    return [Found(first, last, address, found.get(Meaning.DOMAIN, ""), left, is_guessed=True, doubt=doubt)]


def names_in(text: str) -> list[Name]:
    """The names of one cell: *Maya Ferro and Tom Ash* are two. Raises nothing; an empty cell has one empty name."""
    parts = [part for part in _AND.split(_BEGINS_WITH_AND.sub("", text)) if part.strip()]
    if len(parts) > 1 and all(is_whole_person(part) for part in parts):
        return [split_name(part) for part in parts]
    return [split_name(_BEGINS_WITH_AND.sub("", text))]


def doubt_of_two(text: str) -> str:
    """A name in which a word may join two people: *Ana Sousa e Rui Costa*, *Nadia & Per Olsson*."""
    both = _PERHAPS_AND.split(text)
    if len(both) > 1 and all(is_whole_person(part) for part in both):
        return SEVERAL
    sides = _DASH.split(text)
    if len(sides) > 1 and all(is_whole_person(side) and is_like_a_name(side) for side in sides):
        return SEVERAL
    parts = [part for part in _AND.split(text) if part.strip()]
    return SEVERAL if len(parts) > 1 and not any(map(is_side, parts[1:])) else ""


def _parts(cell: str) -> list[str]:
    """A cell of several lines, or of several people with a semicolon between them."""
    return [part for part in (each.strip() for each in _BETWEEN.split(cell)) if part] or [cell]


def _in_one_cell(cell: str) -> list[Found]:
    addresses = ADDRESS.findall(cell)
    if not addresses:
        if is_position(cell):
            return [Found(problem=f"“{cut(cell, 60)}” is no name. Remove this line, or write a name in it.")]
        return list(_without_address(cell))
    if len(addresses) > 1:
        return [_named("", each) for each in addresses[:MOST_ON_A_LINE]]
    return [_named(cell.replace(addresses[0], " ", 1), addresses[0])]


def _without_address(cell: str) -> Iterator[Found]:
    names = names_in(cell)
    for name in names:
        several = doubt_of_two(cell) if len(names) == 1 else ""
        if several and looks_odd(f"{name.first} {name.last}"):
            yield Found(problem=several)
            continue
        doubt = several or doubt_of_case(f"{name.first} {name.last}")
        yield Found(name.first, name.last, left_out=name.left_out, is_guessed=True, doubt=doubt)


def _angled(text: str, angled: Sequence[tuple[str, str]]) -> list[Found]:
    found = [_before_brackets(name, address) for name, address in angled[:MOST_ON_A_LINE]]
    rest = _ANGLE.sub("", text)
    for alone in ADDRESS.findall(rest)[: MOST_ON_A_LINE - len(found)]:
        # In a list of recipients those without a name have no brackets.
        found.append(_named("", alone))
        rest = rest.replace(alone, "", 1)
    rest = rest.strip(_EDGES)
    if rest and found:
        found[-1] = found[-1]._replace(left_out=f"{found[-1].left_out} {rest}".strip())
    return found


def _before_brackets(text: str, address: str) -> Found:
    """*Surname, Given <address>* is the form in which somebody's answer is written; empty brackets say so surely."""
    bare = text.strip(_SIGNS)
    if not _AS_LINE.match(bare):
        return _named(text, address)
    if address:
        return _named(text, address)._replace(is_sure=True)
    last, first = (part.strip() for part in bare.split(","))
    return Found(first, last, is_sure=True)


def _named(text: str, address: str) -> Found:
    """An address with the name beside it; without one, *lena.ostrow@* says the name itself."""
    address = address.removeprefix("mailto:").strip(".'’‘`")
    bare = _without_edges(text)
    name = split_name(bare)
    if name.first or name.last:
        return Found(name.first, name.last, address, "", name.left_out, is_guessed=True, doubt=doubt_of_two(bare))
    return Found(*name_in(address), address)


def _without_edges(text: str) -> str:
    """What stands between an address and its name belongs to neither; a remark in brackets is the name's."""
    bare = text.strip(_SIGNS)
    is_whole = bare.count("(") == bare.count(")") and bare[:1] not in {"(", "["}
    return bare if is_whole else bare.strip(_EDGES)


def name_in(address: str) -> tuple[str, str]:
    """*lena.ostrow@example.com* says a name; other addresses say none."""
    local = address.rpartition("@")[0] if "@" in address else ""
    first, _, last = local.replace("_", ".").partition(".")
    if first.isalpha() and last.isalpha() and len(first) > 1 and len(last) > 1:
        return first.title(), last.title()
    return "", ""
