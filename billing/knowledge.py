"""What the portal itself knows of the things a customer wants, before anything is asked or paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.models import Customer
from billing.deliveries import OwnedDomain, living_addresses, owned_domains
from billing.models import Item, OrderLine, Subscription, UnsellableName

UNDER_WAY = (OrderLine.State.WAITING, OrderLine.State.WORKING)


@dataclass(frozen=True)
class Known:
    """`owned` by domain name; `ordered` is the order that a name or address is under way in; `costs` by domain."""

    owned: Mapping[str, OwnedDomain]
    addresses: frozenset[str]
    ordered: Mapping[tuple[str, str], str]
    unsellable: frozenset[str]
    costs: Mapping[str, int]


def known_of(customer: Customer, *, domains: set[str], addresses: set[str]) -> Known:
    """In as many questions as there are kinds of facts, however many names."""
    return Known(
        owned=owned_domains(customer, domains),
        addresses=frozenset(living_addresses(customer, addresses)),
        ordered=under_way(customer, [*domains, *addresses]),
        unsellable=frozenset(
            UnsellableName.objects.filter(name__in=domains, is_sold_again=False).values_list("name", flat=True)
        ),
        costs=mailbox_costs(customer, domains),
    )


def under_way(customer: Customer, names: Sequence[str]) -> dict[tuple[str, str], str]:
    """The reference of the open order by (item, name)."""
    rows = OrderLine.objects.filter(customer=customer, state__in=UNDER_WAY, item__in=Item.values, name__in=names)
    return {(item, name): reference for item, name, reference in rows.values_list("item", "name", "order__reference")}


def mailbox_costs(customer: Customer, domains: set[str]) -> dict[str, int]:
    """What one more mailbox costs on each domain that has a living subscription, in minor units a month."""
    rows = Subscription.objects.filter(customer=customer, domain_name__in=domains).exclude(state__in=Subscription.GONE)
    return dict(rows.order_by("period_end").values_list("domain_name", "cost_minor"))
