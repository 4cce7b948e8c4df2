"""What parts the cells of a list, told by its head."""

from collections.abc import Sequence

from reseller_portal.core.lists.columns import may_begin_a_head, meanings_of
from reseller_portal.core.lists.reader import separator_of


def separator_by_head(lines: Sequence[str]) -> str:
    """By the head where there is one: the sign that parts it into the most known words."""
    for line in lines[:10]:
        if may_begin_a_head(line):
            known = {sign: len(meanings_of(_split(line, sign)) or []) for sign in ("\t", ";", "|", ",")}
            best = max(known, key=lambda sign: known[sign])
            if known[best] > 1:
                return best
    return separator_of(lines)


def cells_of(line: str) -> list[str]:
    """The cells of one line, parted by the sign that stands there most often."""
    return _split(line, _of_line(line))


def _of_line(line: str) -> str:
    return max(("\t", ";", "|", ","), key=line.count)


def _split(line: str, separator: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(separator)]


def out_of_marks(lines: Sequence[str]) -> list[str]:
    """A sheet whose every line was put in quotation marks once more, without them; its head tells it from names."""
    filled = [line.strip() for line in lines if line.strip()]
    if not filled or not all(len(line) > 2 and line[0] == line[-1] == '"' for line in filled):
        return list(lines)
    inner = filled[0][1:-1]
    if '"' in inner.replace('""', "") or len(meanings_of(cells_of(inner)) or []) < 2:
        return list(lines)
    return [line.strip()[1:-1].replace('""', '"') for line in lines]
