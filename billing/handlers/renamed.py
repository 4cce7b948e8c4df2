"""Mailboxes that were given another address at the upstream before we heard that they are there.

An order there lists addresses as they are now. Whoever matched by address alone would take a delivered mailbox for one
that never came, and give its money back.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from accounts.tenancy import scope
from billing.models import Item, OrderLine
from reseller_portal.operations.models import Operation
from reseller_portal.upstream.models.orders import OrderedMailbox


class NotClear(Exception):
    """Several mailboxes of one domain were renamed, and nothing tells which is which."""


def as_ordered(operation: Operation, told: Sequence[OrderedMailbox]) -> list[OrderedMailbox]:
    """Each under the address that was ordered: known from an earlier look, or the only one left of its domain.

    Raises `NotClear` where an open line depends on a guess: about money a person decides.
    """
    ordered = _lines(operation)
    known = {each["id"]: each["name"] for each in operation.answer.get("mailboxes", ()) if each["id"]}
    named = [replace(each, address=known.get(each.mailbox_id, each.address.lower())) for each in told]
    seen = {each.address for each in named}
    missing = _by_domain(name for name in ordered if name not in seen)
    strange = _by_domain(name for name in seen if name not in ordered)
    former: dict[str, str] = {}
    for domain, renamed in strange.items():
        wanted = missing[domain]
        if any(ordered[name] for name in wanted) and (len(wanted), len(renamed)) != (1, 1):
            raise NotClear(f"Mailboxes of {domain} have other addresses than were ordered. Compare them by hand.")
        former |= dict(zip(renamed, wanted, strict=False))
    return [replace(each, address=former.get(each.address, each.address)) for each in named]


def _lines(operation: Operation) -> dict[str, bool]:
    """Each address that was ordered, and whether its line is open."""
    with scope(operation.customer_id):
        lines = OrderLine.objects.filter(part=operation.payload["part"], item=Item.MAILBOX)
        return {line.name: not line.is_final for line in lines.only("name", "state", "customer")}


def _by_domain(addresses: Iterable[str]) -> dict[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for address in addresses:
        found[address.partition("@")[2]].append(address)
    return found
