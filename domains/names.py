"""Domain names as people paste them: one clear form, or one clear reason."""

import re
from dataclasses import dataclass

import idna
from publicsuffixlist import PublicSuffixList

LABEL = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)$")
_suffixes = PublicSuffixList()


@dataclass(frozen=True)
class PastedName:
    """One entry of a pasted list. `problem` is empty when the name can be asked for."""

    line: int
    text: str
    name: str = ""
    problem: str = ""


def read_names(text: str) -> list[PastedName]:
    """Every entry, one on each line or column by column; a repeated name counts once."""
    found: list[PastedName] = []
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        for entry in _entries(line):
            pasted = read_name(entry, line=number)
            if pasted.name and pasted.name in seen:
                continue
            seen.add(pasted.name)
            found.append(pasted)
    return found


def read_name(text: str, *, line: int = 1) -> PastedName:
    """A registrable domain in its ASCII form, or why not. Addresses and links are cut to their host."""
    typed = text.strip().strip("\ufeff\"'").lower()
    if re.search(r"\s", typed):
        return PastedName(line, text.strip(), problem="A domain has no spaces. Write it as example.com.")
    host = _host_of(typed)
    try:
        name = idna.encode(host, uts46=True).decode() if not host.isascii() else host
    except idna.IDNAError:
        return PastedName(line, text.strip(), problem="This is not a valid domain name.")
    return PastedName(line, text.strip(), *_judge(name))


def _entries(line: str) -> list[str]:
    """A line with commas, semicolons or tabs is a row of entries; a space inside an entry is a mistake to show."""
    parts = re.split(r"[,;\t|]", line)
    return [part for part in (each.strip() for each in parts) if part]


def _host_of(typed: str) -> str:
    host = re.sub(r"^[a-z][a-z0-9+.-]*://", "", typed).split("/")[0].split("?")[0]
    host = host.rpartition("@")[2].split(":")[0].rstrip(".")
    return host.removeprefix("www.")


def _judge(name: str) -> tuple[str, str]:
    labels = name.split(".")
    if len(labels) < 2:
        return "", "A domain needs an ending, as in example.com."
    if len(name) > 253 or not all(LABEL.match(label) for label in labels):
        return "", "A domain has letters, digits and hyphens only, and no hyphen at either end of a part."
    if _suffixes.privatesuffix(name) != name:
        return "", f"Only whole domains can be registered: try {_suffixes.privatesuffix(name) or 'another ending'}."
    return name, ""


def as_shown(name: str) -> str:
    """An internationalised name as people write it."""
    try:
        return idna.decode(name) if "xn--" in name else name
    except idna.IDNAError:
        return name
