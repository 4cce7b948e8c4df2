"""No money outside the ledger, and none lost inside it."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.db.utils import IntegrityError, InternalError, ProgrammingError

from accounts.actors import Actor, staff_actor
from accounts.models import Customer
from accounts.tenancy import scope
from billing import ledger
from billing.models import Account, Entry, Transaction
from reseller_portal.core.errors import NotAllowed
from tests.world import World

Kind = Account.Kind


@pytest.fixture
def acme(world: World) -> Iterator[Customer]:
    """Acme with 100.00 USD."""
    with scope(world.acme.pk):
        ledger.credit(
            actor=staff_actor(world.acme, world.ada), amount_minor=10_000, reference="gift", description="Welcome"
        )
        yield world.acme


def add_one_cent_from_nowhere(customer: Customer, *, seen_from: Customer) -> None:
    """The check runs late, so it may run in a scope that hides the rows."""
    moved = Transaction.objects.create(customer=customer, kind="credit", reference="odd", description="Odd")
    account = Account.objects.get(kind=Kind.AVAILABLE)
    Entry.objects.create(customer=customer, transaction=moved, account=account, amount_minor=1)
    with scope(seen_from.pk), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def pots(customer: Customer) -> dict[str, int]:
    return dict(Account.objects.filter(customer=customer).values_list("kind", "balance_minor"))


def test_an_order_holds_captures_and_releases(acme: Customer) -> None:
    ledger.hold(customer=acme, amount_minor=3_000, reference="order-1", description="Order")
    ledger.capture(customer=acme, amount_minor=2_000, reference="line-1", description="Delivered")
    ledger.release(customer=acme, amount_minor=1_000, reference="line-2", description="Not delivered")
    ledger.book_cost(customer=acme, amount_minor=1_300, reference="line-1", description="Domain")
    assert pots(acme) == {
        Kind.AVAILABLE: 8_000,
        Kind.HELD: 0,
        Kind.FUNDING: -10_000,
        Kind.REVENUE: 2_000,
        Kind.COST: 1_300,
        Kind.WALLET: -1_300,
    }


def test_balances_are_the_sums_of_their_entries(acme: Customer) -> None:
    ledger.hold(customer=acme, amount_minor=3_000, reference="order-1", description="Order")
    for account in Account.objects.all():
        assert account.balance_minor == Entry.objects.filter(account=account).aggregate(sum=Sum("amount_minor"))["sum"]


def test_too_little_money_moves_nothing_and_says_what_is_missing(acme: Customer) -> None:
    with pytest.raises(ledger.BalanceTooLow) as refused:
        ledger.hold(customer=acme, amount_minor=10_001, reference="order-1", description="Order")
    assert refused.value.missing_minor == 1
    assert ledger.balance_of(acme) == 10_000
    assert Transaction.objects.count() == 1


def test_more_than_is_held_cannot_be_captured(acme: Customer) -> None:
    ledger.hold(customer=acme, amount_minor=100, reference="order-1", description="Order")
    with pytest.raises(ledger.BalanceTooLow):
        ledger.capture(customer=acme, amount_minor=101, reference="line-1", description="Delivered")


def test_the_same_reference_moves_money_once(acme: Customer) -> None:
    ledger.hold(customer=acme, amount_minor=100, reference="order-1", description="Order")
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.hold(customer=acme, amount_minor=100, reference="order-1", description="Order")
    assert ledger.balance_of(acme, kind=Kind.HELD) == 100


@pytest.mark.parametrize("amount", [0, -100])
def test_amounts_are_above_zero(acme: Customer, amount: int) -> None:
    with pytest.raises(ledger.AmountNotPositive):
        ledger.hold(customer=acme, amount_minor=amount, reference="order-1", description="Order")


def test_a_customer_does_not_credit_itself(world: World) -> None:
    ada = Actor(customer=world.acme, user=world.ada, permissions=frozenset({"billing.view"}))
    with scope(world.acme.pk), pytest.raises(NotAllowed):
        ledger.credit(actor=ada, amount_minor=1, reference="mine", description="Mine")


def test_a_transaction_that_does_not_sum_to_zero_is_refused(acme: Customer, world: World) -> None:
    with pytest.raises(ProgrammingError, match="does not sum to zero"), transaction.atomic():
        add_one_cent_from_nowhere(acme, seen_from=world.initech)


@pytest.mark.parametrize("table", ["billing_transaction", "billing_entry"])
def test_history_cannot_be_deleted(acme: Customer, table: str) -> None:
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")
    assert Entry.objects.count() == 2
