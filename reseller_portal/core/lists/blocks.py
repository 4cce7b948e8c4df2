"""A block of a list: lines with columns of its own, and by what it is known again."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from reseller_portal.core.lists.columns import Meaning
from reseller_portal.core.lists.reader import Row

SHOWN_ROWS = 5


@dataclass(frozen=True)
class Block:
    """A part of the list with columns of its own, and its first rows. `key` names its layout.

    `seen` is what the heads and the cells say, `meanings` what it was read by: the same, unless somebody chose.
    """

    number: int
    line: int
    heads: Sequence[str]
    meanings: Sequence[Meaning]
    seen: Sequence[Meaning]
    sample: Sequence[Sequence[str]]
    key: str


def filled_up(meanings: Sequence[Meaning] | None, width: int) -> list[Meaning]:
    known = list(meanings or ())[:width]
    return known + [Meaning.IGNORE if meanings else Meaning.AS_WRITTEN] * (width - len(known))


def key_of(heads: Sequence[str]) -> str:
    return "-".join("".join(sign for sign in head if sign.isalnum())[:8] for head in heads)[:120]


def print_of(row: Row) -> str:
    """Enough of a row to know it again."""
    return f"{zlib.crc32(row.text.encode(errors='replace')):x}"


def is_filled(at: int, heads: Sequence[str], rows: Sequence[Row]) -> bool:
    return at < len(heads) or any(at < len(row.cells) and row.cells[at] for row in rows[:200])
