"""What happens when a line is worked on, delivered or failed. The apps that know the things register it here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Customer
from billing.models import Order, OrderLine


@dataclass(frozen=True)
class Delivery:
    """What the upstream said of the thing. `secrets` never leave the transaction in clear.

    `is_unseen` says that staff said so and nobody has read it: whoever keeps the thing reads it at once.
    """

    upstream_id: str = ""
    domain_id: str = ""
    subscription_id: str = ""
    registered_at: datetime | None = None
    expires_at: datetime | None = None
    is_admin: bool = False
    is_unseen: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Hooks:
    """Called in the transaction that changes the lines, with all of one customer that change at once, or with none.

    A line that failed may be delivered later, no other one twice. `completed` gets what is told again of lines that
    were delivered already: looking at an order finds a thing before its event comes, and knows less of it.
    """

    started: Callable[[Sequence[OrderLine]], None]
    delivered: Callable[[Sequence[tuple[OrderLine, Delivery]]], None]
    failed: Callable[[Sequence[OrderLine]], None]
    completed: Callable[[Sequence[tuple[OrderLine, Delivery]]], None]


_hooks: dict[str, Hooks] = {}


def register(item: str, hooks: Hooks) -> None:
    _hooks[item] = hooks


def hooks_of(item: str) -> Hooks:
    return _hooks[item]


def as_delivery(facts: Mapping[str, Any], *, upstream_id: str, secrets: Mapping[str, str] | None = None) -> Delivery:
    """Read the keys that events share; whatever is missing stays empty."""
    return Delivery(
        upstream_id=upstream_id,
        domain_id=str(facts.get("domainId") or ""),
        subscription_id=str(facts.get("subscriptionId") or ""),
        registered_at=moment(facts.get("creationTime")),
        expires_at=moment(facts.get("expiryDate") or facts.get("expireOn")),
        is_admin=bool(facts.get("isAdmin")),
        secrets=secrets or {},
    )


def moment(text: object) -> datetime | None:
    """An ISO 8601 time with its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else None


Ended = Callable[[Order], None]
_ended: list[Ended] = []


def when_order_ends(callback: Ended) -> None:
    """Let an app hear of the end of an order, in the transaction that ends it."""
    if callback not in _ended:
        _ended.append(callback)


def tell_end(order: Order) -> None:
    for callback in _ended:
        callback(order)


@dataclass(frozen=True)
class OwnedDomain:
    """A domain that a customer has. `provider` is "" while no mailboxes bind it to one.

    `problem` says why no mailboxes can be ordered on it now; "" when they can.
    """

    upstream_id: str
    provider: str = ""
    problem: str = ""


OwnedDomains = Callable[[Customer, set[str]], Mapping[str, OwnedDomain]]
_owned_domains: list[OwnedDomains] = []


def answer_owned_domains(answer: OwnedDomains) -> None:
    """Let the app that knows domains tell which names a customer has, by name."""
    _owned_domains[:] = [answer]


def owned_domains(customer: Customer, names: set[str]) -> Mapping[str, OwnedDomain]:
    return _owned_domains[0](customer, names) if _owned_domains and names else {}


LivingAddresses = Callable[[Customer, set[str]], set[str]]
_living_addresses: list[LivingAddresses] = []


def answer_living_addresses(answer: LivingAddresses) -> None:
    """Let the app that knows mailboxes tell which addresses exist already."""
    _living_addresses[:] = [answer]


def living_addresses(customer: Customer, addresses: set[str]) -> set[str]:
    return _living_addresses[0](customer, addresses) if _living_addresses and addresses else set()


SubscriptionOf = Callable[[Customer, str], str]
_subscription_of: list[SubscriptionOf] = []


def answer_subscription_of_domain(answer: SubscriptionOf) -> None:
    """Let the app that knows domains tell the subscription of an owned domain by its upstream id; "" for none."""
    _subscription_of[:] = [answer]


def subscription_of_domain(customer: Customer, upstream_domain_id: str) -> str:
    return _subscription_of[0](customer, upstream_domain_id) if _subscription_of else ""
