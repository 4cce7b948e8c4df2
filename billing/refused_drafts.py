"""One bad thing must not fail what is ordered with it: which lines a refusal names, and halves where it names none."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from billing import failures
from billing.models import Item, OrderLine, OrderPart
from reseller_portal.core.hostnames import ascii_address, ascii_name
from reseller_portal.upstream.errors import Refused, UnknownRoute

# Clear words about what was ordered. Any other refusal is about us, and the engine's to judge.
ABOUT_THE_ORDER = (400, 409, 422)
# So many refused drafts of one order tell that nothing in particular is wrong with it.
MOST_REFUSALS = 40
WORD = re.compile(r"[^\s\"'“”‘’`,;:!?()\[\]{}<>]+")
# *Username admin is reserved*, and whatever stands in quotation marks.
USERNAME = re.compile(
    r"(?:user ?name|mailbox|alias|local part)s?[\s:]+[\"'“‘`]?([\w.+-]+)|[\"“‘`']([\w.+-]+)[\"”’`']", re.I
)


@dataclass(frozen=True)
class Named:
    """What a text names: addresses, domains, and words that may be the first part of an address."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    usernames: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Split:
    """What becomes of the lines of a refused draft."""

    failed: list[OrderLine] = field(default_factory=list)
    apart: list[OrderLine] = field(default_factory=list)


def is_about_the_order(refused: Refused) -> bool:
    return refused.status in ABOUT_THE_ORDER and not isinstance(refused, UnknownRoute)


def words_of(refused: Refused) -> str:
    """All that the refusal says, as names may stand beside its message."""
    return " ".join([refused.reason, *(str(each) for each in refused.details.values())])


def unavailable_lines(lines: Iterable[OrderLine], told: Iterable[str]) -> list[OrderLine]:
    """The domains among the lines that the upstream calls unavailable, however it spells them."""
    names = {ascii_name(each) for each in told}
    return [line for line in lines if line.item == Item.DOMAIN and ascii_name(line.name) in names]


def names_any(lines: Sequence[OrderLine], words: str) -> bool:
    """Whether a refusal is about something in particular."""
    return bool(_named_lines(lines, read(words)))


def split(part: OrderPart, lines: Sequence[OrderLine], words: str) -> Split:
    """Fail what the refusal names; where it names nothing, put the second half aside; one thing alone fails."""
    named = _named_lines(lines, read(words))
    if named:
        return Split(failed=named)
    units = _units(part, lines)
    if len(units) == 1 or _is_about_everything(words):
        return Split(failed=list(lines))
    return Split(apart=[line for unit in units[len(units) // 2 :] for line in unit])


def read(words: str) -> Named:
    found = [word.strip(".") for word in WORD.findall(words)]
    usernames = {(one or other).strip(".").lower() for one, other in USERNAME.findall(words)}
    return Named(
        frozenset(ascii_address(word) for word in found if "@" in word.strip("@")),
        frozenset(ascii_name(word) for word in found if "." in word and "@" not in word),
        frozenset(usernames),
    )


def _named_lines(lines: Sequence[OrderLine], named: Named) -> list[OrderLine]:
    """By the most exact thing that the words name: an address, else a domain, else the first part of an address."""
    boxes = [line for line in lines if line.item == Item.MAILBOX]
    by_address = [line for line in boxes if ascii_address(line.name) in named.addresses]
    by_domain = [line for line in lines if ascii_name(line.domain_name) in named.domains]
    by_username = [line for line in boxes if line.name.partition("@")[0] in named.usernames]
    return by_address or by_domain or by_username


def _units(part: OrderPart, lines: Sequence[OrderLine]) -> list[list[OrderLine]]:
    """What can be ordered by itself: a mailbox on an owned domain, a new domain with all of its mailboxes."""
    units: dict[str, list[OrderLine]] = {}
    for line in lines:
        units.setdefault(line.name if part.upstream_domain_id else line.domain_name, []).append(line)
    return list(units.values())


def _is_about_everything(words: str) -> bool:
    return failures.explain(words) in {failures.CONTACT, failures.NO_MONEY}
