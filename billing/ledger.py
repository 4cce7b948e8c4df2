"""The only writer of the ledger: double entry, integer minor units, append-only.

Every transaction moves one amount from one pot to another, so it sums to zero; a trigger checks that at commit. What
came from outside (`funding`, `wallet`) stands below zero, what the customer has (`available`, `held`) never does.
"""

from django.db import connection, transaction
from django.db.models import F

from accounts.actors import Actor
from accounts.audit import record
from accounts.models import Customer
from billing.models import Account, Entry, Transaction
from reseller_portal.core.errors import DomainError

Kind = Account.Kind
_BALANCE = "SELECT balance_minor FROM billing_account WHERE customer_id = %s AND kind = %s AND currency = %s"


class BalanceTooLow(DomainError):
    """`missing_minor` says how much more is needed."""

    def __init__(self, missing_minor: int) -> None:
        super().__init__("Your balance is too low for this. Add the missing amount and try again.")
        self.missing_minor = missing_minor


class AmountNotPositive(DomainError):
    """Money is moved in amounts above zero."""


@transaction.atomic
def credit(*, actor: Actor, amount_minor: int, reference: str, description: str) -> Transaction:
    """Add to the customer's balance. The same reference twice raises IntegrityError and moves nothing."""
    actor.require("billing.credit")
    moved = _move(actor.customer, "credit", (reference, description), amount_minor, (Kind.FUNDING, Kind.AVAILABLE))
    record(actor=actor, action="balance.credited", subject=moved, after={"amount_minor": amount_minor})
    return moved


def hold(*, customer: Customer, amount_minor: int, reference: str, description: str) -> Transaction:
    """Set the price of an order aside. Raises `BalanceTooLow`; two at once never take the same money."""
    return _move(customer, "hold", (reference, description), amount_minor, (Kind.AVAILABLE, Kind.HELD))


def capture(*, customer: Customer, amount_minor: int, reference: str, description: str) -> Transaction:
    """Take what was held, because it was delivered."""
    return _move(customer, "capture", (reference, description), amount_minor, (Kind.HELD, Kind.REVENUE))


def release(*, customer: Customer, amount_minor: int, reference: str, description: str) -> Transaction:
    """Give back what was held, because it was not delivered."""
    return _move(customer, "release", (reference, description), amount_minor, (Kind.HELD, Kind.AVAILABLE))


def book_cost(*, customer: Customer, amount_minor: int, reference: str, description: str) -> Transaction:
    """Book what the upstream took from the wallet, beside the price."""
    return _move(customer, "cost", (reference, description), amount_minor, (Kind.WALLET, Kind.COST))


def correct_cost(*, customer: Customer, amount_minor: int, reference: str, description: str) -> Transaction:
    """Take back a cost that was booked too high."""
    return _move(customer, "cost.corrected", (reference, description), amount_minor, (Kind.COST, Kind.WALLET))


def balance_of(customer: Customer, *, kind: str = Kind.AVAILABLE, currency: str = "USD") -> int:
    """Minor units in one pot; 0 for a pot that was never used. Every page asks: without the ORM it costs a third."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCE, [customer.pk, str(kind), currency])
        row = cursor.fetchone()
    return row[0] if row else 0


def balances_of(customer: Customer, *, currency: str = "USD") -> dict[str, int]:
    """Minor units by the kind of pot; a pot that was never used is missing."""
    return dict(Account.objects.filter(customer=customer, currency=currency).values_list("kind", "balance_minor"))


@transaction.atomic
def _move(
    customer: Customer, kind: str, text: tuple[str, str], amount_minor: int, pots: tuple[str, str]
) -> Transaction:
    """Move an amount from the first pot to the second; `text` is reference and description."""
    if amount_minor <= 0:
        raise AmountNotPositive("An amount must be above zero.")
    reference, description = text
    moved = Transaction.objects.create(customer=customer, kind=kind, reference=reference, description=description)
    changes = {pots[0]: -amount_minor, pots[1]: amount_minor}
    # Pots in one fixed order, so that two transactions never wait for each other in a circle.
    for pot in sorted(changes):
        account = _change(customer, pot, changes[pot])
        Entry.objects.create(customer=customer, transaction=moved, account=account, amount_minor=changes[pot])
    return moved


def _change(customer: Customer, kind: str, change: int) -> Account:
    account, _ = Account.objects.get_or_create(customer=customer, kind=kind, currency="USD")
    rows = Account.objects.filter(pk=account.pk, customer=customer)
    limited = change < 0 and kind in {Kind.AVAILABLE, Kind.HELD}
    if limited:
        # One conditional UPDATE decides; a look beforehand could be out of date.
        rows = rows.filter(balance_minor__gte=-change)
    if not rows.update(balance_minor=F("balance_minor") + change):
        account.refresh_from_db()
        raise BalanceTooLow(-change - account.balance_minor)
    return account
