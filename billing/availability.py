"""What only the upstream can say before a purchase: is the name free, what does it cost, is there a workspace on it."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar, TypeGuard

from django.db import connection
from django.db.models.functions import Now

from accounts.models import Customer
from billing import checking
from billing.models import Item, Order, Provider, Quote
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Happened, Lookup, Sent
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.availability import Availability as Found

SUGGESTIONS = "domain.suggestions"
# What an order costs at the moment of paying (billing/handlers/pricing.py).
PRICE = "order.price"
READING_PRICES = "The prices of this moment are being read."
AVAILABILITY = checking.AVAILABILITY
WORKSPACE = checking.WORKSPACE


class Suggestions(Lookup):
    """Names near a keyword. The key is the keyword."""

    group: ClassVar[str] = "search"

    def send(self, operation: Operation, client: Client) -> Sent:
        found = client.domains.suggest(operation.payload["key"])
        return Happened({"domains": [_as_answer(each) for each in found]})


class Availability(Lookup):
    """Is this very name free, and at what cost. The key is the name."""

    group: ClassVar[str] = "search"

    def send(self, operation: Operation, client: Client) -> Sent:
        return Happened(_as_answer(client.domains.check(operation.payload["key"])))

    def settle(self, operation: Operation) -> None:
        checking.note_answer(operation, operation.payload["key"])
        wake_pricing(operation.customer, operation.payload["key"])


class Workspace(Lookup):
    """Does the name carry a workspace already; an order on it would fail after the charge. The key: provider, name."""

    group: ClassVar[str] = "workspaces"

    def send(self, operation: Operation, client: Client) -> Sent:
        provider, _, name = operation.payload["key"].partition(" ")
        return Happened({"is_free": client.domains.check_workspace(name, provider=provider).is_free})

    def settle(self, operation: Operation) -> None:
        checking.note_answer(operation, operation.payload["key"].partition(" ")[2])


def lock_answers(quote: Quote) -> None:
    """Before the quote itself: whoever writes an answer down locks it, and then the quotes that wait for it."""
    names = list(quote.lines.filter(item=Item.DOMAIN).values_list("name", flat=True))
    lookups.lock(customer=quote.customer, kind=AVAILABILITY, keys=names)
    lookups.lock(customer=quote.customer, kind=WORKSPACE, keys=[f"{quote.provider} {name}" for name in names])


def forget_answers(customer: Customer, names: Iterable[str]) -> None:
    """An order for these names was placed or has ended: what was answered before is not true any more."""
    known = list(names)
    lookups.forget(customer=customer, kinds=[AVAILABILITY], keys=known)
    lookups.forget(
        customer=customer, kinds=[WORKSPACE], keys=[f"{provider} {name}" for provider in Provider for name in known]
    )


def forget_answers_of_order(order: Order) -> None:
    forget_answers(order.customer, order.lines.filter(item=Item.DOMAIN).values_list("name", flat=True))


def wake_pricing(customer: Customer, name: str) -> None:
    """The question about a name has ended: with the last one, an order that reads its prices goes on.

    One answer after the other is written down here, so that of two at once one sees the other.
    """
    rows = Operation.objects.filter(customer=customer)
    reading = rows.filter(kind=PRICE, state=Operation.State.WAITING, last_error=READING_PRICES, due_at__gt=Now())
    asking = reading.filter(answer__asked__contains=[name])
    if not asking.exists():
        return
    one_answer_at_a_time(customer)
    still_open = rows.filter(kind=AVAILABILITY, due_at__isnull=False)
    # Passed over while somebody holds it, as who settles it may be about to drop these very answers.
    free = asking.select_for_update(skip_locked=True)
    ready = [each.pk for each in free if not still_open.filter(key__in=each.answer["asked"]).exists()]
    rows.filter(pk__in=ready).update(due_at=Now())


def one_answer_at_a_time(customer: Customer) -> None:
    """Until the transaction ends. A lock of its own: those of the rows are taken in other orders elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('answers of prices'), %s::int)", [customer.pk % 2**31])


def to_minor(amount: Decimal) -> int:
    """Dollars to cents, half up."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _as_answer(found: Found) -> dict[str, object]:
    """What is kept of an offer. A free name without a sensible price is not for sale."""
    is_sold = found.is_available and _is_price(found)
    return {
        "name": found.name,
        "is_available": is_sold,
        "is_taken": found.is_taken,
        "is_premium": bool(found.is_premium),
        "cost_minor": to_minor(found.price) if is_sold and found.price is not None else None,
        "renew_minor": to_minor(found.renew_price) if is_amount(found.renew_price) else 0,
    }


def _is_price(found: Found) -> bool:
    """0 is a promotion where the renewal has a price, and otherwise a price that nobody set."""
    if not is_amount(found.price):
        return False
    return found.price > 0 or (is_amount(found.renew_price) and found.renew_price > 0)


def is_amount(amount: Decimal | None) -> TypeGuard[Decimal]:
    return amount is not None and amount.is_finite() and amount >= 0
