"""The lines of an order as its page shows them: by domain, and what failed once for each reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, QuerySet, Sum

from billing.failures import DOMAIN_FAILED, DOMAIN_FAILED_FOR_GOOD
from billing.models import Item, Order, OrderLine
from billing.selectors import SHOWN_LINES

State = OrderLine.State
WITH_ITS_DOMAIN = (DOMAIN_FAILED, DOMAIN_FAILED_FOR_GOOD)


@dataclass(frozen=True)
class LineGroup:
    """What an order wants on one domain and has not failed. `rows` are the first of it, `hidden` counts the others."""

    domain_name: str
    rows: Sequence[OrderLine]
    total: int
    mailboxes: int
    delivered: int
    working: int
    price_minor: int

    @property
    def hidden(self) -> int:
        return self.total - len(self.rows)

    @property
    def state(self) -> str:
        """The one state of all, or *working* while they differ."""
        if self.delivered == self.total:
            return State.DELIVERED
        return State.WORKING if self.working or self.delivered else State.WAITING

    @property
    def word(self) -> str:
        return f"{self.delivered} of {self.total} delivered" if self.state == State.WORKING else State(self.state).label


@dataclass(frozen=True)
class FailedGroup:
    """Failed lines with one reason on one domain; the mailboxes of a failed domain stand under it."""

    title: str
    reason: str
    price_minor: int
    total: int
    rows: Sequence[OrderLine]
    # Whether the first one is a domain, with which the others fell.
    is_of_a_domain: bool

    @property
    def hidden(self) -> int:
        return self.total - len(self.rows)


def groups_of(order: Order, *, everything: bool) -> tuple[list[LineGroup], int]:
    """What has not failed by domain, and how many domains are left out."""
    rows = order.lines.exclude(state=State.FAILED)
    found = rows.values("domain_name", "item", "state").annotate(
        count=Count("id"), sum=Sum("price_minor"), first=Min("position")
    )
    by_domain: dict[str, list[Mapping[str, Any]]] = {}
    for each in found.order_by("first"):
        by_domain.setdefault(each["domain_name"], []).append(each)
    lines = _first(rows.order_by("position"), everything=everything)
    shown = {name: counts for name, counts in by_domain.items() if name in lines}
    return [_group(name, counts, lines[name]) for name, counts in shown.items()], len(by_domain) - len(shown)


def failures_of(order: Order, *, everything: bool) -> tuple[list[FailedGroup], int]:
    """What failed, once for each domain and reason, and how many such groups are left out."""
    rows = order.lines.filter(state=State.FAILED)
    lost = set(rows.filter(item=Item.DOMAIN).values_list("domain_name", flat=True))
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for each in rows.values("domain_name", "item", "problem").annotate(count=Count("id"), sum=Sum("price_minor")):
        key = _key(each["domain_name"], each["item"], each["problem"], lost)
        number, total = sums.get(key, (0, 0))
        sums[key] = number + each["count"], total + each["sum"]
    lines: dict[tuple[str, str], list[OrderLine]] = {}
    for line in rows.order_by("position")[: None if everything else SHOWN_LINES]:
        lines.setdefault(_key(line.domain_name, line.item, line.problem, lost), []).append(line)
    return [_failed(*sums[key], each) for key, each in lines.items()], len(sums) - len(lines)


def _first(rows: QuerySet[OrderLine], *, everything: bool) -> dict[str, list[OrderLine]]:
    found: dict[str, list[OrderLine]] = {}
    for line in rows[: None if everything else SHOWN_LINES]:
        found.setdefault(line.domain_name, []).append(line)
    return found


def _group(name: str, counts: Sequence[Mapping[str, Any]], rows: Sequence[OrderLine]) -> LineGroup:
    def number(**wanted: str) -> int:
        return sum(each["count"] for each in counts if all(each[key] == value for key, value in wanted.items()))

    return LineGroup(
        domain_name=name,
        rows=rows,
        total=number(),
        mailboxes=number(item=Item.MAILBOX),
        delivered=number(state=State.DELIVERED),
        working=number(state=State.WORKING),
        price_minor=sum(each["sum"] for each in counts),
    )


def _key(domain: str, item: str, problem: str, lost: set[str]) -> tuple[str, str]:
    """A domain and what fell with it are one; other mailboxes are one for each reason."""
    falls = item == Item.MAILBOX and problem in WITH_ITS_DOMAIN and domain in lost
    return (domain, "" if item == Item.DOMAIN or falls else problem)


def _failed(total: int, price_minor: int, rows: Sequence[OrderLine]) -> FailedGroup:
    domain = next((line for line in rows if line.item == Item.DOMAIN), None)
    first = domain or rows[0]
    rest = [line for line in rows if line is not first]
    return FailedGroup(first.name, first.problem, price_minor, total - 1, rest, is_of_a_domain=domain is not None)
