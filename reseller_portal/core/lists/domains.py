"""Domain names as people paste or export them: one clear form, or one clear reason."""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import idna
from publicsuffixlist import PublicSuffixList

from reseller_portal.core.lists.columns import Meaning, meanings_of
from reseller_portal.core.lists.names import without_mark
from reseller_portal.core.lists.prices import is_beside, without_prices
from reseller_portal.core.lists.reader import Row, is_rule, lines_of, rows_of, separator_line, separator_of
from reseller_portal.core.lists.signs import mixed_letter, name_of_sign
from reseller_portal.core.lists.text import cut, without_unseen

LONGEST_ENTRY = 300
LONGEST_CODE = 20_000
_CODE = re.compile(r"^\s*(?:[\w.]+\s*=\s*)?[\[{(]|[\])}];?,?\s*$")
_IN_QUOTES = re.compile(r"[\"']([^\"'\s]{1,253})[\"']")
_PARTED = re.compile(r"[,;|\n，；、،]")
_EMPHASIS = re.compile(r"^([_~]{1,3})(.+)\1$")
_HIDDEN_DOT = re.compile(r"[\[({](?:\.|dot)[\])}]", re.IGNORECASE)
_DOTS = re.compile(r"[.。．｡]")
_LABEL = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)$")
_MARKS = " \t\"'`´“”„‟‘’‚‛«»‹›<>()[]{}*,;!?…·•"
_EVERYWHERE = {
    "all", "*", "any", "each", "every", "both", "all domains", "alle", "tous", "toutes", "todos", "todas", "tutti",
}  # fmt: skip
_WORDS_BETWEEN = {"and", "&", "und", "y", "et", "e", "or", "oder", "+", "-", "–", "—", "/"}
# RFC 2606, 6761, 6762, 7686, 8375, 9476 and ICANN's `internal`: no registry will ever sell them.
RESERVED_ENDINGS = {
    "test": "tests",
    "example": "examples in documents",
    "invalid": "names that must not work",
    "localhost": "the machine itself",
    "local": "local networks",
    "lan": "local networks",
    "home": "local networks",
    "onion": "the Tor network",
    "internal": "private networks",
    "corp": "private networks",
    "alt": "names outside the DNS",
    "arpa": "the network's own use",
}
_COMMON = ("com", "net", "org", "io", "co", "de", "info", "biz", "dev", "app", "ai", "me", "us", "uk", "eu", "fr", "es")
_all_suffixes = PublicSuffixList()
_registries = PublicSuffixList(accept_unknown=False, only_icann=True)


class Verdict(NamedTuple):
    """`name` in its ASCII form, empty when there is a `problem`."""

    name: str = ""
    problem: str = ""


@dataclass(frozen=True)
class PastedName:
    """One entry of a list. `problem` is empty when the name can be asked for."""

    line: int
    text: str
    name: str = ""
    problem: str = ""


@dataclass(frozen=True)
class PastedNames:
    """The entries in their order; `notes` say what was left out of the reading, each thing once."""

    entries: list[PastedName] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left: int = 0


def read_domains(text: str, *, most_lines: int, most_entries: int) -> PastedNames:
    """Every entry once. Raises `TooManyLines` before reading; entries after `most_entries` are counted in `left`."""
    typed = [_out_of_code(line) for line in lines_of(text, most=most_lines)]
    lines = [without_prices(line) for line in typed]
    notes: list[str] = []
    found: list[PastedName] = []
    seen: set[str] = set()
    repeated = left = 0
    others: list[str] = []
    beside = lines != typed
    for line, entry in _entries(lines, notes):
        if is_beside(entry):
            beside = True
            continue
        if len(found) >= most_entries:
            left += 1
            continue
        pasted = read_domain(entry, line=line)
        others += [f"{each} (line {line})" for each in _others_in(entry, pasted)]
        if pasted.name and pasted.name in seen:
            repeated += 1
            continue
        seen.add(pasted.name)
        found.append(pasted)
    if others:
        notes.append(f"Not read as names to register: {cut(', '.join(others), 300)}.")
    if beside:
        notes.append("Prices, words and signs beside the names were left out.")
    if repeated:
        notes.append(f"{repeated:,} {'entry stands' if repeated == 1 else 'entries stand'} there more than once.")
    return PastedNames(found, notes, left)


def read_domain(text: str, *, line: int = 1) -> PastedName:
    """A name that can be registered, or why not. Addresses and links are cut to their host."""
    shown = cut(text.strip())
    if len(text) > LONGEST_ENTRY:
        return PastedName(line, shown, problem="This is too long for a domain.")
    return PastedName(line, shown, *judge(_host_of(_bare(text))))


@lru_cache(maxsize=8192)
def hosts_of(cell: str) -> list[str]:
    """The hosts that a cell of a person names, links and addresses cut; none where it means all of the order."""
    if not cell or cell.strip().lower() in _EVERYWHERE:
        return []
    return list(dict.fromkeys(_host_of(_bare(entry)) for entry in _several(cell) if _bare(entry))) or [cell]


@lru_cache(maxsize=8192)
def judge(host: str) -> Verdict:
    """Whether somebody can register this host, all in small letters."""
    labels = _DOTS.split(host)
    problem = _problem_of_shape(host, labels) or _problem_of_scripts(labels)
    if not problem and (host.isascii() or not labels[-1].isascii()):
        problem = _problem_of_labels([label for label in labels if label.isascii()], host)
    if problem:
        return Verdict(problem=problem)
    try:
        return _can_be_registered(ascii_of(host))
    except idna.IDNAError:
        return Verdict(problem="This is not a valid domain name: it has letters or signs that no registry takes.")


def _problem_of_shape(host: str, labels: Sequence[str]) -> str:
    if not host:
        return "A domain needs a name and an ending, as in example.com."
    if re.search(r"\s", host):
        return "A domain has no spaces. Write it as example.com."
    if _is_machine(host):
        return "This is the address of a machine, not a domain. Write a name such as example.com."
    return "" if len(labels) > 1 else "A domain needs an ending, as in example.com."


def _problem_of_scripts(labels: Sequence[str]) -> str:
    """Letters that look alike, of two scripts in one label: a slip or a trick, and registries refuse them."""
    for label in labels:
        shown = readable(label)
        if sign := mixed_letter(shown):
            return f"{cut(shown, 60)} has {name_of_sign(sign)} among other letters. Write it in letters of one kind."
    return ""


def ascii_of(host: str) -> str:
    """The form that the DNS knows: *münchen.de* is xn--mnchen-3ya.de. Raises `idna.IDNAError`."""
    if host.isascii() and "xn--" not in host:
        return host.lower()
    return idna.encode(host, uts46=True).decode()


@lru_cache(maxsize=8192)
def readable(name: str) -> str:
    """A domain or an address as people write it: xn--mnchen-3ya.de is *münchen.de*. What cannot be read stays."""
    if "xn--" not in name:
        return name
    local, sign, host = name.rpartition("@")
    return local + sign + ".".join(_readable_label(label) for label in host.split("."))


def _readable_label(label: str) -> str:
    try:
        return idna.decode(label) if label.startswith("xn--") else label
    except idna.IDNAError:
        return label


@lru_cache(maxsize=8192)
def comparable(host: str) -> str:
    """One spelling for comparing: in ASCII where there is such a form, else as written in small letters."""
    try:
        return ascii_of(host.strip().strip(".").lower())
    except idna.IDNAError:
        return host.strip().lower()


def _problem_of_labels(labels: Sequence[str], host: str) -> str:
    if len(host) > 253 or not all(_LABEL.match(label) for label in labels):
        return "A domain has letters, digits and hyphens only, and no hyphen at either end of a part."
    for label in labels:
        if label.startswith("xn--"):
            try:
                idna.decode(label)
            except idna.IDNAError:
                return f"{cut(label, 60)} is not a valid international name. Write it in its own letters."
        elif label[2:4] == "--":
            return f"{cut(label, 60)} has a hyphen in both its third and fourth place, which no registry takes."
    return ""


def _can_be_registered(name: str) -> Verdict:
    ending = name.rpartition(".")[2]
    if ending in RESERVED_ENDINGS:
        return Verdict(
            problem=f".{ending} is an ending reserved for {RESERVED_ENDINGS[ending]}: nobody can buy a name there."
        )
    if _registries.publicsuffix(name) is None:
        return Verdict(problem=f".{readable(ending)} is an ending that does not exist.{_did_you_mean(ending)}")
    registrable = _registries.privatesuffix(name)
    if registrable == name:
        return Verdict(name)
    if registrable is None:
        return Verdict(problem=f"{readable(name)} is itself an ending. Put a name before it, or use another ending.")
    if _all_suffixes.privatesuffix(name) != registrable:
        host = readable(registrable)
        return Verdict(
            problem=f"Names under {host} are a hosting service's and cannot be registered. Use another ending."
        )
    return Verdict(problem=f"Only whole domains can be registered: try {readable(registrable)}.")


def _did_you_mean(ending: str) -> str:
    close = [each for each in _COMMON if _is_one_slip_away(ending, each)]
    return f" Did you mean .{close[0]}?" if close else ""


def _is_one_slip_away(typed: str, meant: str) -> bool:
    if abs(len(typed) - len(meant)) > 1 or len(typed) < 2:
        return False
    if len(typed) == len(meant):
        wrong = [at for at in range(len(meant)) if typed[at] != meant[at]]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and sorted(typed) == sorted(meant)
        return (len(wrong) == 1 and len(meant) > 2) or swapped
    longer, shorter = (typed, meant) if len(typed) > len(meant) else (meant, typed)
    return len(shorter) > 1 and any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def _is_machine(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return bool(re.fullmatch(r"[\d.]*\d[\d.]*", host)) and "." in host
    return True


def _bare(text: str) -> str:
    """Without the marks that documents and chats put around a name."""
    typed = without_mark(_HIDDEN_DOT.sub(".", without_unseen(text)).rpartition("](")[2]).strip(_MARKS).lower()
    typed = _EMPHASIS.sub(r"\2", typed).strip(_MARKS)
    return re.sub(r"\s+[-–—=:#(\[].*$", "", typed).strip(_MARKS)


def _host_of(typed: str) -> str:
    """The host of a link or an address; an IPv6 address stays whole."""
    if typed.count(":") > 1 and "//" not in typed:
        return typed
    host = re.sub(r"^(?:[a-z][a-z0-9+.-]*:)?//|^mailto:", "", typed)
    host = re.split(r"[/?#\\]", host, maxsplit=1)[0].rpartition("@")[2].split(":")[0]
    host = host.strip(_MARKS + ".")
    return host.removeprefix("www.") if host.count(".") > 1 else host


def _entries(lines: Sequence[str], notes: list[str]) -> Iterator[tuple[int, str]]:
    """(line, entry) of the column that holds the domains, or of every cell where there is no such column."""
    first = 1
    separator = ""
    if lines and (separator := separator_line(lines[0])):
        lines, first = lines[1:], 2
    rows = rows_of(lines, separator or separator_of(lines), first=first)
    column = _head_column(rows, notes)
    if column is not None:
        rows = rows[1:]
    else:
        column = _column_by_shape(rows, notes)
    for row in rows:
        if is_rule(row.text):
            continue
        if column is not None and column < len(row.cells) and row.cells[column]:
            yield row.line, row.cells[column]
        else:
            for cell in row.cells:
                yield from ((row.line, entry) for entry in _several(cell))


def _head_column(rows: Sequence[Row], notes: list[str]) -> int | None:
    """The column whose head says that it holds domains. In a list of domains, *name* is one, and so is *website*."""
    if not rows:
        return None
    heads = ["domain" if cell.strip().lower() in _DOMAIN_HEADS else cell for cell in rows[0].cells]
    meanings = meanings_of(heads)
    if meanings is None:
        return None
    for wanted in (Meaning.DOMAIN, Meaning.ADDRESS):
        if wanted in meanings:
            column = meanings.index(wanted)
            others = [cell for at, cell in enumerate(rows[0].cells) if at != column and cell]
            notes.append(f"Line {rows[0].line} holds the headings.")
            if others:
                notes.append(f"Not needed and left out: {cut(', '.join(others))}.")
            return column
    return None


_DOMAIN_HEADS = {"name", "website", "site", "url", "host", "web site", "names", "websites", "web", "link"}


def _column_by_shape(rows: Sequence[Row], notes: list[str]) -> int | None:
    """Of rows with several cells, the one column in which names stand, when all others hold something else."""
    wide = [row for row in rows[:200] if len(row.cells) > 1]
    if len(wide) < max(1, len(rows[:200]) // 2 + 1):
        return None
    width = max(len(row.cells) for row in wide)
    named = [
        column
        for column in range(width)
        if all(column < len(row.cells) and _looks_like_domain(row.cells[column]) for row in wide)
    ]
    has_more = any(_looks_like_domain(cell) for row in wide for at, cell in enumerate(row.cells) if at not in named)
    if len(named) != 1 or has_more:
        return None
    notes.append(f"Only column {named[0] + 1} was read: it holds the domains.")
    return named[0]


def _looks_like_domain(cell: str) -> bool:
    parts = _PARTED.split(cell[:LONGEST_ENTRY])
    return all(_is_like_a_host(_host_of(_bare(part))) for part in parts if part.strip())


def _is_like_a_host(host: str) -> bool:
    return "." in host and not re.search(r"\s", host) and not _is_machine(host) and not re.search(r"\.\d+$", host)


def _out_of_code(line: str) -> str:
    """A line of JSON or of a program with a list of names as these names, parted by commas."""
    if len(line) > LONGEST_CODE or not _CODE.search(line):
        return line
    names = [each for each in _IN_QUOTES.findall(line) if _looks_like_domain(each)]
    return ", ".join(names) or line


def _others_in(entry: str, pasted: PastedName) -> list[str]:
    """Whole domains in an entry that its name is not: of a redirect, or of a link behind it."""
    if entry.count(".") < 2 or len(entry) > LONGEST_ENTRY:
        return []
    hosts = [_host_of(_bare(each)) for each in re.split(r"[\s,;|()<>\"'/=]+", entry) if "." in each and "@" not in each]
    found = [name for host in hosts if "." in host and (name := judge(host).name)]
    return [readable(name) for name in dict.fromkeys(found) if name != pasted.name and pasted.name]


def _slashed(part: str) -> list[str]:
    """*acme.com/acme.net* and *acme.com/.net*: names, and endings of the first, with slashes between them."""
    pieces = [piece.strip() for piece in part.split("/")]
    if len(pieces) < 2 or "//" in part or not _looks_like_domain(pieces[0]):
        return []
    stem = _host_of(_bare(pieces[0])).partition(".")[0]
    names = [f"{stem}{piece}" if piece.startswith(".") else piece for piece in pieces if piece]
    is_of_names = all(_looks_like_domain(name) and judge(_host_of(_bare(name))).name for name in names)
    return names if len(names) > 1 and is_of_names else []


def _several(cell: str) -> Iterator[str]:
    """The names of one cell: blanks part them when each word could be one; otherwise the blank is the mistake."""
    for part in _PARTED.split(cell):
        if "/" in part and (names := _slashed(part)):
            yield from names
            continue
        words = [word for word in without_mark(part).split() if word.lower() not in _WORDS_BETWEEN]
        if len(words) > 1 and all(_looks_like_domain(word) for word in words):
            yield from words
        elif part.strip():
            yield part
