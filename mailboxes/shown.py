"""What the order builder shows of its lists: how they were read, what needs a correction, who gets which address."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from billing.models import PROVIDER_WORDS
from mailboxes.building import Reading
from mailboxes.mending import Field, column_name, domain_name, fields_of
from reseller_portal.core.lists.blocks import Block
from reseller_portal.core.lists.columns import LABELS
from reseller_portal.core.lists.domains import PastedName, readable
from reseller_portal.core.lists.text import cut

MOST_ROWS = 200
MOST_COLUMNS = 60
MOST_CORRECTIONS = 100
MOST_BLOCKS = 5
MOST_SAID = 12
KINDS = {"nobody": "that may be nobody", "name": "without a whole name", "other": "with another mistake"}


@dataclass(frozen=True)
class Column:
    """One column of the list: its head, and what it was taken for."""

    name: str
    head: str
    value: str


@dataclass(frozen=True)
class Layout:
    """One block of the list with the select over each column and its first rows."""

    number: int
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class DomainRow:
    """`word` is *yours, Google* or *new*."""

    text: str
    shown: str
    word: str
    is_owned: bool = False


@dataclass(frozen=True)
class Shown:
    """The parts of the page; what is more than a page can show is counted."""

    layouts: Sequence[Layout] = ()
    domains: Sequence[DomainRow] = ()
    more_domains: int = 0
    wrong_domains: Sequence[tuple[str, PastedName]] = ()
    more_wrong_domains: int = 0
    corrections: Sequence[Field] = ()
    kinds: Sequence[tuple[str, int, str]] = ()
    keepable: int = 0
    more_corrections: int = 0
    rows: Sequence[Field] = ()
    more_rows: int = 0
    notes: Sequence[str] = ()
    meanings: Sequence[tuple[str, str]] = field(
        default_factory=lambda: [(str(key), word) for key, word in LABELS.items()]
    )


def shown_of(reading: Reading) -> Shown:
    fields = list(fields_of(reading.people.people))
    bad = _once_a_line([each for each in fields if each.person.problem])
    good = [each for each in fields if not each.person.problem]
    names = [each for each in reading.names.entries if each.name and not each.problem]
    return Shown(
        layouts=[_layout(block) for block in reading.people.blocks[:MOST_BLOCKS] if _has_columns(block)],
        domains=[_domain_row(each.text, each.name, reading) for each in names[:MOST_ROWS]],
        more_domains=max(0, len(names) - MOST_ROWS),
        wrong_domains=[(domain_name(each), each) for each in reading.domain_errors[:MOST_CORRECTIONS]],
        more_wrong_domains=max(0, len(reading.domain_errors) - MOST_CORRECTIONS),
        corrections=bad[:MOST_CORRECTIONS],
        kinds=_kinds(bad),
        keepable=sum(1 for each in bad if each.may_keep),
        more_corrections=max(0, len(bad) - MOST_CORRECTIONS),
        rows=good[:MOST_ROWS],
        more_rows=max(0, len(good) - MOST_ROWS),
        notes=_notes(reading),
    )


def _kinds(corrections: Sequence[Field]) -> list[tuple[str, int, str]]:
    """(kind, how many, what they have in common) of what can be removed by one press."""
    counts = Counter(each.kind for each in corrections if each.may_remove or each.way == "line")
    return [(kind, counts[kind], words) for kind, words in KINDS.items() if counts[kind] > 1]


def _once_a_line(fields: Sequence[Field]) -> list[Field]:
    """A line that has to be written anew is shown once, however many people stand on it."""
    seen: set[int] = set()
    shown = []
    for each in fields:
        if each.way == "line" and each.person.line in seen:
            continue
        seen.add(each.person.line)
        shown.append(each)
    return shown


def _has_columns(block: Block) -> bool:
    """Whether there is something to choose: lines such as `Ferro, Maya <maya>` say themselves what is what."""
    if not block.sample:
        return False
    is_chosen = list(block.meanings) != list(block.seen)
    return bool(block.heads) or (len(block.meanings) > 1 and (is_chosen or not all(map(_says_itself, block.sample))))


def _says_itself(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(filled) < 2 or (len(filled) == 2 and "<" in filled[1] and filled[1].endswith(">"))


def _layout(block: Block) -> Layout:
    columns = [
        Column(
            column_name(block, at),
            cut(block.heads[at], 40) if at < len(block.heads) and block.heads[at] else f"Column {at + 1}",
            str(meaning),
        )
        for at, meaning in enumerate(block.meanings[:MOST_COLUMNS])
    ]
    rows = [[cut(row[at], 40) if at < len(row) else "" for at in range(len(columns))] for row in block.sample]
    return Layout(block.number, columns, rows)


def _domain_row(text: str, name: str, reading: Reading) -> DomainRow:
    owned = reading.owned.get(name)
    if owned is None:
        return DomainRow(text, readable(name), "new")
    provider = PROVIDER_WORDS.get(owned.provider, "")
    return DomainRow(text, readable(name), f"yours, {provider}" if provider else "yours", is_owned=True)


def _notes(reading: Reading) -> list[str]:
    """What was read but is nobody, each thing once with its lines."""
    lines: dict[str, list[int]] = {}
    for line, what in reading.people.said:
        lines.setdefault(what, []).append(line)
    notes = [_note(what, where) for what, where in lines.items()]
    more = len(notes) - MOST_SAID
    return [*reading.names.notes, *notes[:MOST_SAID], *([f"And {more:,} more of the kind."] if more > 0 else [])]


def _note(what: str, where: Sequence[int]) -> str:
    numbers = [f"{line:,}" for line in where if line]
    if not numbers:
        return f"{what[:1].upper()}{what[1:]}."
    some = ", ".join(numbers[:5]) + (f" and {len(numbers) - 5:,} more" if len(numbers) > 5 else "")
    return f"Line{'s' if len(numbers) > 1 else ''} {some}: {what}."
