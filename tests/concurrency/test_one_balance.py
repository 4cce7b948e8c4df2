"""Several orders want the same money at one moment: as many are taken as it pays for."""

import threading

import pytest
from django.db import IntegrityError
from django.db.models import F

from accounts.models import Customer
from accounts.tenancy import scope
from billing import ledger
from billing.ledger import BalanceTooLow
from billing.models import Account, Order, Quote
from billing.services.orders import confirm_quote
from tests.concurrency.together import together
from tests.shop import Shop


def leave(shop: Shop, amount_minor: int) -> None:
    """By a hold, which is how money leaves the available balance."""
    with scope(shop.customer.pk):
        spare = ledger.balance_of(shop.customer) - amount_minor
        ledger.hold(customer=shop.customer, amount_minor=spare, reference="elsewhere", description="Held elsewhere")


def quotes_and_money(shop: Shop, *, orders: int, paid_for: float) -> list[Quote]:
    """So many different quotes of the same price, with the money for fewer."""
    quotes = [shop.quote(f"name{number}.com") for number in range(orders)]
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
    outcomes = confirm_at_once(committed, quotes_and_money(committed, orders=8, paid_for=3.5))
    assert (count(outcomes, str), count(outcomes, BalanceTooLow)) == (3, 5)
    with scope(committed.customer.pk):
        order, *others = Order.objects.all()
        assert len(others) == 2
        assert ledger.balance_of(committed.customer) == order.total_minor // 2


def test_a_look_beforehand_would_let_all_of_them_through(committed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The race itself: everybody reads the balance, then everybody takes from it. The table refuses what is below 0."""
    everybody = threading.Barrier(8)

    def look_then_take(customer: Customer, kind: str, change: int) -> Account:
        account, _ = Account.objects.get_or_create(customer=customer, kind=kind, currency="USD")
        if kind == Account.Kind.AVAILABLE and change < 0:
            if account.balance_minor < -change:
                raise BalanceTooLow(-change - account.balance_minor)
            everybody.wait(20)
        Account.objects.filter(pk=account.pk).update(balance_minor=F("balance_minor") + change)
        return account

    quotes = quotes_and_money(committed, orders=8, paid_for=3)
    monkeypatch.setattr(ledger, "_change", look_then_take)
    outcomes = confirm_at_once(committed, quotes)
    assert (count(outcomes, str), count(outcomes, BalanceTooLow), count(outcomes, IntegrityError)) == (3, 0, 5)
