"""What can follow the failed lines of an order: another try, or an order under other names for the same people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Customer
from billing.failures import NO_MAILBOX_LEFT
from billing.models import Item, Order, OrderLine
from reseller_portal.core.lists.people import as_line
from reseller_portal.core.lists.usernames import Pattern, username_of

MOST_SHOWN = 8
# More than an order carries, so that a list of so many people is refused in words. Each name that is chosen takes all
# people of a lost domain, so without an end 500 names would make millions of them.
MOST_MOVED = 6000


@dataclass(frozen=True)
class FollowUp:
    """Failed lines that nobody ordered anew: `again` may work when tried again, the others need another name.

    `domains` are names that cannot be had, `addresses` counts mailboxes whose own domain can. `orders` are those that
    the rest went to, the newest first.
    """

    again: int
    domains: Sequence[str]
    addresses: int
    orders: Sequence[Order]


@dataclass(frozen=True)
class Renaming:
    """What is to get another name: the domains that cannot be had, and the people who wait for one."""

    order: Order
    domains: Sequence[str]
    people: Sequence[str]

    @property
    def shown_people(self) -> Sequence[str]:
        return self.people[:MOST_SHOWN]

    @property
    def more_people(self) -> int:
        return max(0, len(self.people) - MOST_SHOWN)


def follow_up_of(order: Order) -> FollowUp:
    """Of an order in which something failed, whether or not the rest is still under way."""
    lost = _left(order).filter(may_help=False)
    domains = list(lost.filter(item=Item.DOMAIN).order_by("position").values_list("name", flat=True))
    addresses = lost.filter(item=Item.MAILBOX).exclude(domain_name__in=domains).count()
    return FollowUp(lines_to_try_again(order).count(), domains, addresses, _later(order))


def lines_to_try_again(order: Order) -> QuerySet[OrderLine]:
    """A domain that was not bought for want of a mailbox goes with its mailboxes, which need other addresses."""
    mailbox = OrderLine.objects.filter(
        order=order, item=Item.MAILBOX, state=OrderLine.State.FAILED, may_help=True, domain_name=OuterRef("domain_name")
    )
    rows = _left(order).filter(may_help=True)
    return rows.exclude(Q(item=Item.DOMAIN, problem=NO_MAILBOX_LEFT.words) & ~Exists(mailbox)).order_by("position")


def renaming_of(*, customer: Customer, reference: str) -> Renaming | None:
    """What of this order needs another name; None when nothing does, or when the order is not this customer's."""
    order = Order.objects.filter(customer=customer, reference=reference).first() if reference else None
    lines = _lines_to_rename(order) if order else []
    if order is None or not lines:
        return None
    domains = [line.name for line in lines if line.item == Item.DOMAIN]
    people = dict.fromkeys(f"{line.first_name} {line.last_name}".strip() for line in lines if line.item == Item.MAILBOX)
    return Renaming(order, domains, list(people))


def wish_instead(renaming: Renaming, chosen: Sequence[str]) -> dict[str, Any]:
    """A new order as the order builder keeps it: the same people and settings on the names that were chosen.

    Whose domain cannot be had comes onto a chosen name; whose address alone was refused stays on the domain and gets
    another address.
    """
    order, lines = renaming.order, _lines_to_rename(renaming.order)
    moving = {name: [line for line in lines if _is_person_of(line, name)] for name in renaming.domains}
    staying = [line for line in lines if line.item == Item.MAILBOX and line.domain_name not in moving]
    kept = dict.fromkeys(line.domain_name for line in staying)
    pattern = order.quote.wish.get("pattern", "")
    return {
        "provider": order.provider,
        "domains": "\n".join(dict.fromkeys([*chosen, *kept])),
        "people": "\n".join([*_moved(moving, chosen, is_alone=not staying), *map(_at_another_address, staying)]),
        "pattern": pattern if pattern in set(Pattern) else Pattern.FIRST,
        "instead_of": order.reference,
        "replaces": [line.position for line in lines],
    }


def _left(order: Order) -> QuerySet[OrderLine]:
    """The failed lines that no later order carries, under their own name or under another one."""
    later = OrderLine.objects.filter(
        customer=order.customer_id, order__quote__retry_of=order, item=OuterRef("item"), name=OuterRef("name")
    )
    wishes = Order.objects.filter(quote__retry_of=order).values_list("quote__wish__replaces", flat=True)
    replaced = {position for each in wishes for position in each or []}
    return order.lines.filter(~Exists(later), state=OrderLine.State.FAILED).exclude(position__in=replaced)


def _later(order: Order) -> list[Order]:
    return list(Order.objects.filter(customer=order.customer_id, quote__retry_of=order).order_by("-pk")[:5])


def _lines_to_rename(order: Order) -> list[OrderLine]:
    return list(_left(order).filter(may_help=False).order_by("position"))


def _is_person_of(line: OrderLine, domain: str) -> bool:
    return line.item == Item.MAILBOX and line.domain_name == domain


def _moved(moving: Mapping[str, Sequence[OrderLine]], chosen: Sequence[str], *, is_alone: bool) -> Sequence[str]:
    """People who are the same on every lost domain go onto every chosen one; others follow their domain's place."""
    unbound = [[_as_person(line) for line in lines] for lines in moving.values()]
    if is_alone and all(sorted(each) == sorted(unbound[0]) for each in unbound):
        return unbound[0] if unbound else []
    groups = list(moving.values())
    last_name, last_group = chosen[-1] if chosen else "", groups[-1] if groups else []
    pairs = zip_longest(chosen, groups)
    bound = ([_as_person(line, name or last_name) for line in lines or last_group] for name, lines in pairs)
    return list(dict.fromkeys(islice(chain.from_iterable(bound), MOST_MOVED)))


def _as_person(line: OrderLine, domain: str = "") -> str:
    return as_line(line.first_name, line.last_name, line.name.partition("@")[0], domain)


def _at_another_address(line: OrderLine) -> str:
    """The first pattern that makes another address than the refused one; whoever orders sees it, and may change it."""
    refused = line.name.partition("@")[0]
    made = (username_of(line.first_name, line.last_name, pattern) for pattern in (Pattern.FIRST_LAST, *Pattern))
    other = next((each for each in made if each and each != refused), refused)
    return as_line(line.first_name, line.last_name, other, line.domain_name)
