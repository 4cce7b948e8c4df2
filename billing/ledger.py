"""The only writer of the ledger: double entry, integer minor units, append-only.

Every transaction moves one amount from one account to another, so it sums to zero; a trigger checks that at commit.
What came from outside (`funding`, `wallet`) stands below zero, what the customer has (`available`, `held`) never does.
A balance is changed by the trigger that its entries fire, never by hand.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.models import Customer
from billing.models import Account, Entry, Hold, Transaction
from reseller_portal.core.errors import DomainError

Kind = Account.Kind
CURRENCY = "USD"
BETWEEN = re.compile(r"[\W_]+")
LONGEST_KEY = 120
_BALANCE = "SELECT balance_minor FROM billing_account WHERE customer_id = %s AND kind = %s AND currency = %s"


class BalanceTooLow(DomainError):
    """`missing_minor` says how much more is needed."""

    def __init__(self, missing_minor: int) -> None:
        super().__init__("Your balance is too low for this. Add the missing amount and try again.")
        self.missing_minor = missing_minor


class AmountNotPositive(DomainError):
    """A person moves amounts above zero; the portal itself may move zero, which moves nothing."""


class RefundTooHigh(DomainError):
    """A refund gives back what was charged; a gift beyond that is a credit."""


class HoldNotOpen(Exception):
    """A hold is resolved once. Who comes second has decided on what it read before the lock."""


@dataclass(frozen=True)
class Move:
    """One amount, in minor units, from one account of a customer to another. `reference` is unique for each kind.

    `external_key` is of a reference of the world outside, such as a bank's, which counts once over all customers.
    """

    kind: str
    reference: str
    description: str
    amount_minor: int
    source: str
    target: str
    external_key: str = ""


def credit(*, actor: Actor, amount_minor: int, reference: str, description: str) -> Transaction:
    """Add to the customer's balance. The same reference twice raises IntegrityError and moves nothing."""
    move = Move("credit", reference, description, amount_minor, Kind.FUNDING, Kind.AVAILABLE)
    return _by_hand(actor, move, "balance.credited")


def debit(*, actor: Actor, amount_minor: int, reference: str, description: str) -> Transaction:
    """Take from the balance what is paid back to the customer's bank or card, or was credited by mistake.

    Raises `BalanceTooLow`; the same reference twice raises IntegrityError and moves nothing.
    """
    move = Move("debit", reference, description, amount_minor, Kind.AVAILABLE, Kind.FUNDING)
    return _by_hand(actor, move, "balance.debited")


def refund(*, actor: Actor, amount_minor: int, reference: str, description: str) -> Transaction:
    """Give back to the balance what was charged for a sale. Raises `RefundTooHigh` for more than was sold."""
    move = Move("refund", reference, description, amount_minor, Kind.REVENUE, Kind.AVAILABLE)
    return _by_hand(actor, move, "sale.refunded")


@transaction.atomic
def _by_hand(actor: Actor, move: Move, action: str) -> Transaction:
    actor.require("billing.credit")
    if move.amount_minor <= 0:
        raise AmountNotPositive("An amount must be above zero.")
    (moved,) = post(actor.customer, [replace(move, external_key=external_key_of(move.reference))])
    after = {"amount_minor": move.amount_minor, "reference": move.reference, "reason": move.description}
    record(actor=actor, action=action, subject=moved, after=after)
    return moved


def external_key_of(reference: str) -> str:
    """What a reference that people type is compared by: its letters and digits, whatever their case and spacing.

    What stands between two digits tells 1-12 from 11-2, whatever sign it is.
    """
    folded = unicodedata.normalize("NFKC", reference).casefold()

    def joined(between: re.Match[str]) -> str:
        parts = folded[: between.start()][-1:], folded[between.end() :][:1]
        return "-" if all(each.isdecimal() for each in parts) else ""

    key = BETWEEN.sub(joined, folded) or folded.strip()
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def hold(*, customer: Customer, amounts: Mapping[str, int], reference: str, description: str) -> None:
    """Set money aside: one hold for each key of `amounts`, one transaction for their sum under `reference`.

    Raises `BalanceTooLow`; two at once never take the same money.
    """
    if any(amount < 0 for amount in amounts.values()):
        raise AmountNotPositive("An amount to hold must not be below zero.")
    move = Move("hold", reference, description, sum(amounts.values()), Kind.AVAILABLE, Kind.HELD)
    post(customer, [move])
    Hold.objects.bulk_create(
        Hold(customer=customer, reference=key, amount_minor=amount) for key, amount in sorted(amounts.items())
    )


def resolve(
    customer: Customer,
    *,
    captured: Mapping[str, str] | None = None,
    released: Mapping[str, str] | None = None,
    moves: Sequence[Move] = (),
) -> None:
    """End holds: take what was delivered, give back what was not, and post `moves` beside it.

    `captured` and `released` give the description by the reference of the hold. In the caller's transaction. Raises
    `HoldNotOpen` unless each of them is open, and `BalanceTooLow`; then nothing has changed.
    """
    taken, given = captured or {}, released or {}
    accounts = _lock(customer)
    holds = {each.reference: each for each in _open(customer, {*taken, *given})}
    if len(holds) != len(taken) + len(given):
        raise HoldNotOpen(f"{len(taken) + len(given)} holds were to be resolved, {len(holds)} of them are open")
    captures = [
        Move("capture", key, text, holds[key].amount_minor, Kind.HELD, Kind.REVENUE) for key, text in taken.items()
    ]
    releases = [
        Move("release", key, text, holds[key].amount_minor, Kind.HELD, Kind.AVAILABLE) for key, text in given.items()
    ]
    # Asked before anything is written, so that no savepoint is needed.
    _insist_on_balance(accounts, [*captures, *releases, *moves])
    _resolve(customer, taken, Hold.State.CAPTURED)
    _resolve(customer, given, Hold.State.RELEASED)
    _write(customer, accounts, [*captures, *releases, *moves])


def cost(*, reference: str, description: str, change_minor: int) -> Move:
    """What the upstream took from the wallet beside the price; below zero it takes a cost back that was too high."""
    if change_minor < 0:
        return Move("cost.corrected", reference, description, -change_minor, Kind.COST, Kind.WALLET)
    return Move("cost", reference, description, change_minor, Kind.WALLET, Kind.COST)


def give_back(*, reference: str, name: str, amount_minor: int) -> Move:
    """The price of what was charged as delivered and was not."""
    return Move("return", reference, f"Not delivered after all: {name}", amount_minor, Kind.REVENUE, Kind.AVAILABLE)


@transaction.atomic
def post(customer: Customer, moves: Sequence[Move]) -> list[Transaction]:
    """Write moves down, all of them or none; one of zero moves nothing and is left out.

    The customer's accounts are locked first and in one order, so that transactions of several moves never wait for
    each other in a circle. Raises `BalanceTooLow`, and IntegrityError for a reference that was used.
    """
    return _write(customer, _lock(customer), moves)


def balance_of(customer: Customer, *, kind: str = Kind.AVAILABLE, currency: str = CURRENCY) -> int:
    """Minor units in one account; 0 for one that was never used. Every page asks: without the ORM it costs a third."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCE, [customer.pk, str(kind), currency])
        row = cursor.fetchone()
    return row[0] if row else 0


def balances_of(customer: Customer, *, currency: str = CURRENCY) -> dict[str, int]:
    """Minor units by the kind of account; one that was never used is missing."""
    return dict(Account.objects.filter(customer=customer, currency=currency).values_list("kind", "balance_minor"))


def _lock(customer: Customer) -> dict[str, Account]:
    """All accounts of the customer, locked in one order; those that are missing are opened."""
    rows = Account.objects.select_for_update(no_key=True).filter(customer=customer, currency=CURRENCY).order_by("kind")
    found = {each.kind: each for each in rows}
    if len(found) < len(Kind):
        wanted = [Account(customer=customer, kind=kind, currency=CURRENCY) for kind in sorted(Kind.values)]
        Account.objects.bulk_create(wanted, ignore_conflicts=True)
        found = {each.kind: each for each in rows.all()}
    return found


def _open(customer: Customer, references: set[str]) -> list[Hold]:
    rows = Hold.objects.filter(customer=customer, reference__in=references, state=Hold.State.OPEN)
    return list(rows) if references else []


def _resolve(customer: Customer, references: Mapping[str, str], state: str) -> None:
    """The accounts are locked, so nobody else resolves them meanwhile; a trigger refuses what is resolved."""
    if references:
        rows = Hold.objects.filter(customer=customer, reference__in=references)
        rows.update(state=state, resolved_at=timezone.now())


def _write(customer: Customer, accounts: Mapping[str, Account], moves: Sequence[Move]) -> list[Transaction]:
    if any(move.amount_minor < 0 for move in moves):
        raise AmountNotPositive("An amount must not be below zero.")
    real = [move for move in moves if move.amount_minor]
    _insist_on_balance(accounts, real)
    moved = Transaction.objects.bulk_create(
        Transaction(
            customer=customer,
            kind=move.kind,
            reference=move.reference,
            description=move.description[:200],
            external_key=move.external_key,
        )
        for move in real
    )
    Entry.objects.bulk_create(
        Entry(customer=customer, transaction=made, account=accounts[kind], amount_minor=amount)
        for made, move in zip(moved, real, strict=True)
        for kind, amount in ((move.source, -move.amount_minor), (move.target, move.amount_minor))
    )
    return moved


def _insist_on_balance(accounts: Mapping[str, Account], moves: Sequence[Move]) -> None:
    """Under the lock, so what is read is what will be taken from. The table refuses what is below zero in any case."""
    change = Counter[str]()
    for move in moves:
        change[move.source] -= move.amount_minor
        change[move.target] += move.amount_minor
    for kind in (Kind.AVAILABLE, Kind.HELD):
        missing = -(accounts[kind].balance_minor + change[kind])
        if missing > 0:
            raise BalanceTooLow(missing)
    if change[Kind.REVENUE] < 0 and accounts[Kind.REVENUE].balance_minor + change[Kind.REVENUE] < 0:
        raise RefundTooHigh(
            "More than was sold to this customer cannot be refunded. Add a credit for what goes beyond."
        )
