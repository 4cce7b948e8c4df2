"""Text and files into rows of cells, by RFC 4180 where a sheet keeps to it and line by line where it does not."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

LONGEST_LINE = 1000
MOST_SPANNED = 50
SEPARATORS = ("\t", ";", "|", ",")
_SEP_LINE = re.compile(r'^"?sep=(.)"?$', re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_RULE = re.compile(r"^\s*[-=_*]{3,}(?:\s.*\s[-=_*]{3,}|\s*)$")


class Row(NamedTuple):
    """One record. It begins at `line`, counted from 1, and takes `height` lines; `text` is what stands there."""

    line: int
    cells: Sequence[str]
    text: str
    height: int = 1


class TooManyLines(ValueError):
    """A list longer than its place can use. Nothing of it was parsed."""


def lines_of(text: str, *, most: int, beside: int = 0) -> list[str]:
    """The lines of a text. Raises `TooManyLines` before any of them is parsed, when more than `most` are filled.

    `beside` is how many more there may be, for lines that are no entries.
    """
    lines = text.lstrip("\ufeff").splitlines()
    filled = sum(1 for line in lines if line.strip())
    if filled > most + beside:
        raise TooManyLines(
            f"This list has {filled:,} lines, and one order takes up to {most:,}. Split it into several."
        )
    crowded = max((line.count(sign) for line in lines for sign in SEPARATORS), default=0)
    if crowded > most:
        raise TooManyLines(f"One line of this list has {crowded:,} parts. Write one entry on each line.")
    return lines


def separator_line(line: str) -> str:
    """The separator that a first line such as `sep=;` names, or nothing."""
    found = _SEP_LINE.match(line.strip())
    return found[1] if found else ""


def is_rule(line: str) -> bool:
    """A line that is drawn between two lists, such as `---` or `--- people.csv ---`."""
    return bool(_RULE.match(line))


def separator_of(lines: Sequence[str]) -> str:
    """What separates the cells: a tab if there is one, else the sign that stands in the most lines; never a letter."""
    sample = [_QUOTED.sub("", line) for line in lines[:200] if line.strip()]
    if any("\t" in line for line in sample):
        return "\t"
    counts = {sign: sum(sign in line for line in sample) for sign in SEPARATORS}
    best = max(SEPARATORS, key=lambda sign: counts[sign])
    return best if counts[best] else ","


def rows_of(lines: Sequence[str], separator: str, *, first: int = 1) -> list[Row]:
    """The filled rows of these lines, the first of which has the number `first`."""
    if not any('"' in line for line in lines):
        return [
            Row(number, [cell.strip() for cell in line.split(separator)], line)
            for number, line in enumerate(lines, first)
            if line.strip()
        ]
    return list(_quoted_rows(lines, separator, first))


class _Feed(Iterator[str]):
    """Hands lines to the csv reader, and stops a cell from swallowing more of them than any real cell has."""

    def __init__(self, lines: Sequence[str], at: int) -> None:
        self.lines, self.at, self.row_began = lines, at, at

    def __next__(self) -> str:
        if self.at >= len(self.lines):
            raise StopIteration
        if self.at - self.row_began >= MOST_SPANNED:
            raise csv.Error("a cell without an end")
        self.at += 1
        return self.lines[self.at - 1] + "\n"


def _quoted_rows(lines: Sequence[str], separator: str, first: int) -> Iterator[Row]:
    at = 0
    while at < len(lines):
        feed = _Feed(lines, at)
        try:
            for cells in csv.reader(feed, delimiter=separator, strict=True, skipinitialspace=separator != "\t"):
                begin, feed.row_began = feed.row_began, feed.at
                if any(cells):
                    text = "\n".join(lines[begin : feed.at])
                    yield Row(begin + first, [_value(cell) for cell in cells], text, feed.at - begin)
            return
        except csv.Error:
            # A quotation mark that was never closed is a sign like any other, and its line stands for itself.
            broken = lines[feed.row_began]
            yield Row(feed.row_began + first, _loose_cells(broken, separator), broken)
            at = feed.row_began + 1


def _value(cell: str) -> str:
    """What a cell shows: spreadsheets write ="0170" for text that must stay text."""
    cell = cell.strip()
    return cell[2:-1] if len(cell) > 2 and cell.startswith('="') and cell.endswith('"') else cell


def _loose_cells(line: str, separator: str) -> list[str]:
    """Cells of a line whose quotation marks do not pair: those that do not are dropped."""
    if len(line) > LONGEST_LINE:
        return [line]
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        held.append(found[0][1:-1].replace('""', '"'))
        return f"\0{len(held) - 1}\0"

    bare = re.sub(rf'(?:(?<=^)|(?<={re.escape(separator)}))"(?:[^"]|"")*"(?={re.escape(separator)}|$)', hold, line)
    cells = (cell.replace('"', "").strip() for cell in bare.split(separator))
    return [re.sub(r"\0(\d+)\0", lambda found: held[int(found[1])], cell) for cell in cells]


def written_as_lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows of a workbook as text that this module reads back the same: tabs between cells, quotes where needed."""
    return "\n".join("\t".join(_as_cell(cell) for cell in row) for row in rows)


def _as_cell(cell: str) -> str:
    needs_marks = any(sign in cell for sign in '\t\r\n"')
    return '"' + cell.replace('"', '""') + '"' if needs_marks else cell
