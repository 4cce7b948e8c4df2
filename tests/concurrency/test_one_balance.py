"""Several orders want the same money at one moment: as many are taken as it pays for."""

import threading

import pytest
from django.db import IntegrityError

from accounts.models import Customer
from accounts.tenancy import scope
from billing import ledger
from billing.ledger import BalanceTooLow
from billing.models import Account, Order, Quote
from billing.services import orders
from billing.services.orders import confirm_quote
from tests.concurrency.together import together
from tests.shop import Shop


def leave(shop: Shop, amount_minor: int) -> None:
    """By a hold, which is how money leaves the available balance."""
    with scope(shop.customer.pk):
        spare = ledger.balance_of(shop.customer) - amount_minor
        ledger.hold(
            customer=shop.customer, amounts={"elsewhere": spare}, reference="elsewhere", description="Held elsewhere"
        )


def quotes_and_money(shop: Shop, *, number: int, paid_for: float) -> list[Quote]:
    """So many different quotes of the same price, with the money for fewer."""
    quotes = [shop.quote(f"name{each}.com") for each in range(number)]
    leave(shop, int(paid_for * shop.total(quotes[0])))
    return quotes


def confirm_at_once(shop: Shop, quotes: list[Quote]) -> list[str | BaseException]:
    total = shop.total(quotes[0])

    def confirm(number: int) -> str:
        with scope(shop.customer.pk):
            return confirm_quote(actor=shop.actor, quote=quotes[number], total_minor=total).reference

    return together(confirm, times=len(quotes))


def count(outcomes: list[str | BaseException], kind: type) -> int:
    return sum(isinstance(each, kind) for each in outcomes)


def test_as_many_orders_are_taken_as_the_balance_pays_for(committed: Shop) -> None:
    outcomes = confirm_at_once(committed, quotes_and_money(committed, number=8, paid_for=3.5))
    assert (count(outcomes, str), count(outcomes, BalanceTooLow)) == (3, 5)
    with scope(committed.customer.pk):
        order, *others = Order.objects.all()
        assert len(others) == 2
        assert ledger.balance_of(committed.customer) == order.total_minor // 2


def test_without_the_lock_all_of_them_are_let_through_and_the_table_refuses_what_is_below_zero(
    committed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race itself: everybody reads the balance, then everybody takes from it."""
    everybody = threading.Barrier(8)

    def look_then_take(customer: Customer) -> dict[str, Account]:
        found = {each.kind: each for each in Account.objects.filter(customer=customer)}
        everybody.wait(20)
        return found

    quotes = quotes_and_money(committed, number=8, paid_for=3)
    monkeypatch.setattr(ledger, "_lock", look_then_take)
    # The opening of the account and the customer's questions keep orders of one customer apart too.
    monkeypatch.setattr(orders, "lock_answers", lambda _quote: None)
    monkeypatch.setattr(orders, "_locked_account", lambda _customer: None)
    outcomes = confirm_at_once(committed, quotes)
    assert (count(outcomes, str), count(outcomes, BalanceTooLow), count(outcomes, IntegrityError)) == (3, 0, 5)
