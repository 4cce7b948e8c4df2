"""No money outside the ledger, and none lost inside it."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.db.utils import IntegrityError, InternalError, ProgrammingError
from pytest_django import DjangoAssertNumQueries

from accounts.actors import Actor, staff_actor
from accounts.models import Customer
from accounts.tenancy import scope
from billing import ledger
from billing.ledger import Move
from billing.models import Account, Entry, Hold, Transaction
from reseller_portal.core.errors import NotAllowed
from tests.world import World

Kind = Account.Kind
Resolve = Callable[[Customer, str], None]


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


def balances(customer: Customer) -> dict[str, int]:
    """Of the accounts that hold anything."""
    return {kind: balance for kind, balance in ledger.balances_of(customer).items() if balance}


def hold(customer: Customer, **amounts: int) -> None:
    ledger.hold(customer=customer, amounts=amounts, reference=f"order of {sorted(amounts)}", description="Order")


def spend(amount: int, reference: str = "odd") -> Move:
    return Move("odd", reference, "Odd", amount, Kind.AVAILABLE, Kind.REVENUE)


def test_an_order_holds_captures_and_releases(acme: Customer) -> None:
    hold(acme, first=2_000, second=1_000)
    cost = ledger.cost(reference="first", description="Domain", change_minor=1_300)
    ledger.resolve(acme, captured={"first": "Delivered"}, released={"second": "Not delivered"}, moves=[cost])
    assert balances(acme) == {
        Kind.AVAILABLE: 8_000,
        Kind.FUNDING: -10_000,
        Kind.REVENUE: 2_000,
        Kind.COST: 1_300,
        Kind.WALLET: -1_300,
    }


def test_balances_are_the_sums_of_their_entries(acme: Customer) -> None:
    hold(acme, first=3_000)
    for account in Account.objects.all():
        total = Entry.objects.filter(account=account).aggregate(sum=Sum("amount_minor"))["sum"] or 0
        assert account.balance_minor == total


def test_the_held_account_is_the_sum_of_open_holds(acme: Customer) -> None:
    hold(acme, first=3_000, second=1_000, third=500)
    ledger.resolve(acme, captured={"first": "Delivered"}, released={"third": "Not delivered"})
    still_open = Hold.objects.filter(state=Hold.State.OPEN).aggregate(sum=Sum("amount_minor"))["sum"]
    assert ledger.balance_of(acme, kind=Kind.HELD) == still_open == 1_000


def test_too_little_money_moves_nothing_and_says_what_is_missing(acme: Customer) -> None:
    with pytest.raises(ledger.BalanceTooLow) as refused:
        hold(acme, first=10_000, second=1)
    assert refused.value.missing_minor == 1
    assert ledger.balance_of(acme) == 10_000
    assert Transaction.objects.count() == 1
    assert not Hold.objects.exists()


def capture(customer: Customer, reference: str) -> None:
    ledger.resolve(customer, captured={reference: "Delivered"})


def release(customer: Customer, reference: str) -> None:
    ledger.resolve(customer, released={reference: "Not delivered"})


@pytest.mark.parametrize("second", [capture, release])
@pytest.mark.parametrize("first", [capture, release])
def test_a_hold_is_resolved_once(acme: Customer, first: Resolve, second: Resolve) -> None:
    """A wrong capture would otherwise eat the hold of another order."""
    hold(acme, mine=100, another=100)
    first(acme, "mine")
    before = balances(acme)
    with pytest.raises(ledger.HoldNotOpen):
        second(acme, "mine")
    assert balances(acme) == before


def test_one_resolved_hold_among_many_stops_all_of_them(acme: Customer) -> None:
    hold(acme, first=100, second=100)
    ledger.resolve(acme, captured={"first": "Delivered"})
    with pytest.raises(ledger.HoldNotOpen):
        ledger.resolve(acme, captured={"second": "Delivered"}, released={"first": "Not delivered"})
    assert Hold.objects.get(reference="second").state == Hold.State.OPEN


def test_the_table_itself_refuses_to_resolve_a_hold_twice(acme: Customer) -> None:
    hold(acme, first=100)
    ledger.resolve(acme, captured={"first": "Delivered"})
    with pytest.raises(ProgrammingError), transaction.atomic():
        Hold.objects.update(state=Hold.State.RELEASED)


def test_what_costs_nothing_is_held_and_delivered_without_moving_money(acme: Customer) -> None:
    hold(acme, free=0)
    ledger.resolve(acme, captured={"free": "Delivered"})
    assert Hold.objects.get().state == Hold.State.CAPTURED
    assert set(Transaction.objects.values_list("kind", flat=True)) == {"credit"}


def test_the_same_reference_moves_money_once(acme: Customer) -> None:
    ledger.post(acme, [spend(100)])
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.post(acme, [spend(100)])
    assert ledger.balance_of(acme) == 9_900


def test_many_moves_are_written_with_the_statements_of_one(
    acme: Customer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ledger.post(acme, [spend(1, "before")])
    for many in (1, 200):
        with django_assert_num_queries(5):  # savepoint, lock, transactions, entries, end of the savepoint
            ledger.post(acme, [spend(1, f"{many}-{number}") for number in range(many)])
    assert ledger.balance_of(acme) == 10_000 - 202


@pytest.mark.parametrize("amount", [0, -100])
def test_staff_credit_amounts_above_zero(acme: Customer, world: World, amount: int) -> None:
    with pytest.raises(ledger.AmountNotPositive):
        ledger.credit(actor=staff_actor(acme, world.ada), amount_minor=amount, reference="none", description="Nothing")


def test_nothing_below_zero_is_moved_or_held(acme: Customer) -> None:
    with pytest.raises(ledger.AmountNotPositive):
        ledger.post(acme, [spend(-1)])
    with pytest.raises(ledger.AmountNotPositive):
        hold(acme, first=-1, second=1)


def test_a_customer_does_not_credit_itself(world: World) -> None:
    ada = Actor(customer=world.acme, user=world.ada, permissions=frozenset({"billing.view"}))
    with scope(world.acme.pk), pytest.raises(NotAllowed):
        ledger.credit(actor=ada, amount_minor=1, reference="mine", description="Mine")


def test_a_transaction_that_does_not_sum_to_zero_is_refused(acme: Customer, world: World) -> None:
    with pytest.raises(ProgrammingError, match="does not sum to zero"), transaction.atomic():
        add_one_cent_from_nowhere(acme, seen_from=world.initech)


def test_a_balance_changes_by_entries_alone(acme: Customer) -> None:
    """The run-time role can write the table, so the table itself refuses."""
    with pytest.raises(ProgrammingError, match="by entries alone"), transaction.atomic():
        Account.objects.filter(kind=Kind.AVAILABLE).update(balance_minor=1)
    with pytest.raises(ProgrammingError, match="stays what it is"), transaction.atomic():
        Account.objects.filter(kind=Kind.FUNDING).update(currency="EUR")
    with pytest.raises(ProgrammingError, match="nothing in it"), transaction.atomic():
        Account.objects.create(customer=acme, kind=Kind.AVAILABLE, currency="EUR", balance_minor=1)


@pytest.mark.parametrize("table", ["billing_transaction", "billing_entry", "billing_hold", "billing_account"])
def test_history_cannot_be_deleted(acme: Customer, table: str) -> None:
    hold(acme, first=1)
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")
    assert Entry.objects.count() == 4
