"""Confirming a quote: once, whatever is clicked, and never for another sum than the one shown."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connections
from django.db.models import QuerySet

from accounts.tenancy import scope
from billing import ledger
from billing.models import Order, OrderLine, Quote, Transaction
from billing.services import orders
from billing.services.orders import confirm_quote
from tests.shop import Shop

CLICKS = 50


def click_at_once(shop: Shop, quote: Quote, *, clicks: int = CLICKS) -> list[str | type[Exception]]:
    """The order reference, or what the database refused, of so many simultaneous submits."""
    total = shop.total(quote)
    start = threading.Barrier(clicks)
    outcomes: list[str | type[Exception]] = []

    def click() -> None:
        try:
            start.wait(20)
            with scope(shop.customer.pk):
                reference = confirm_quote(actor=shop.actor, quote=quote, total_minor=total).reference
            outcomes.append(reference)
        except IntegrityError as error:
            outcomes.append(type(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(clicks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def assert_one_order_and_one_hold(shop: Shop, quote: Quote, total: int) -> None:
    with scope(shop.customer.pk):
        assert Order.objects.get().quote == quote
        assert OrderLine.objects.count() == 3
        assert Transaction.objects.filter(kind="hold").count() == 1
        assert ledger.balance_of(shop.customer, kind="held") == total
        assert ledger.balance_of(shop.customer) == 100_000 - total


def test_fifty_submits_at_once_make_one_order_and_one_hold(committed: Shop) -> None:
    quote = committed.quote("first.com")
    outcomes = click_at_once(committed, quote)
    assert len(outcomes) == CLICKS
    assert len(set(outcomes)) == 1
    assert_one_order_and_one_hold(committed, quote, committed.total(quote))


def test_without_the_lock_the_constraint_still_refuses_a_second_order(
    committed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    quote = committed.quote("first.com")
    with all_past_the_look(monkeypatch, clicks=8):
        outcomes = click_at_once(committed, quote, clicks=8)
    assert outcomes.count(IntegrityError) == 7
    assert_one_order_and_one_hold(committed, quote, committed.total(quote))


@contextmanager
def all_past_the_look(monkeypatch: pytest.MonkeyPatch, *, clicks: int) -> Iterator[None]:
    """No row lock, and nobody writes before everybody has seen that there is no order yet."""
    together = threading.Barrier(clicks)
    lines_of: Callable[..., object] = orders._payable_lines

    def wait_and_read(*args: object) -> object:
        together.wait(20)
        return lines_of(*args)

    def no_lock(rows: QuerySet[Quote], **_options: object) -> QuerySet[Quote]:
        return rows

    with monkeypatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", no_lock)
        patch.setattr(orders, "_payable_lines", wait_and_read)
        yield
