"""Confirming a quote: once, whatever is clicked, and never for another sum than the one shown."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from accounts.tenancy import scope
from billing import ledger
from billing.models import Order, OrderLine, Quote, Transaction
from billing.services import orders
from billing.services.orders import confirm_quote
from tests import oracle
from tests.concurrency.together import together
from tests.shop import Shop

CLICKS = 50


def confirm_at_once(shop: Shop, quote: Quote, *, clicks: int) -> list[str | BaseException]:
    """The order reference, or what was raised, of so many simultaneous submits."""
    total = shop.total(quote)

    def click(_number: int) -> str:
        with scope(shop.customer.pk):
            return confirm_quote(actor=shop.actor, quote=quote, total_minor=total).reference

    return together(click, times=clicks)


def assert_one_order_and_one_hold(shop: Shop, quote: Quote, total: int) -> None:
    with scope(shop.customer.pk):
        assert Order.objects.get().quote == quote
        assert OrderLine.objects.count() == 3
        assert Transaction.objects.filter(kind="hold").count() == 1
        assert ledger.balance_of(shop.customer, kind="held") == total
        assert ledger.balance_of(shop.customer) == 100_000 - total


def test_fifty_submits_at_once_make_one_order_and_one_hold(committed: Shop) -> None:
    quote = committed.quote("first.com")
    outcomes = confirm_at_once(committed, quote, clicks=CLICKS)
    assert len(set(outcomes)) == 1
    assert isinstance(outcomes[0], str)
    assert_one_order_and_one_hold(committed, quote, committed.total(quote))


def test_fifty_presses_of_the_button_show_everybody_the_same_order(committed: Shop) -> None:
    """Through the page, session and door included, up to the last mailbox: one charge, one purchase."""
    quote = committed.quote("first.com")
    total, page = committed.total(quote), reverse("orders:check", args=["acme", quote.reference])
    browsers = [Client(HTTP_HOST="outreach.localhost") for _ in range(CLICKS)]
    browsers[0].force_login(committed.world.ada)
    for browser in browsers[1:]:
        browser.cookies = browsers[0].cookies

    def press(number: int) -> tuple[int, str]:
        answer = browsers[number].post(page, {"total_minor": str(total)})
        return answer.status_code, answer.headers.get("Location", "")

    outcomes = together(press, times=CLICKS)
    with scope(committed.customer.pk):
        order = Order.objects.get()
    assert set(outcomes) == {(302, reverse("orders:detail", args=["acme", order.reference]))}
    assert_one_order_and_one_hold(committed, quote, total)
    committed.finish()
    assert committed.sandbox.count("process_order") == 1
    oracle.ask(committed.sandbox)
    with scope(committed.customer.pk):
        assert ledger.balance_of(committed.customer) == 100_000 - total
        assert ledger.balance_of(committed.customer, kind="held") == 0


def test_without_the_lock_the_constraint_still_refuses_a_second_order(
    committed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And shows that the race is real: all of them were past the look."""
    quote = committed.quote("first.com")
    with all_past_the_look(monkeypatch, clicks=8):
        outcomes = confirm_at_once(committed, quote, clicks=8)
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 7
    assert_one_order_and_one_hold(committed, quote, committed.total(quote))


@contextmanager
def all_past_the_look(monkeypatch: pytest.MonkeyPatch, *, clicks: int) -> Iterator[None]:
    """No row lock, and nobody writes before everybody has seen that there is no order yet."""
    everybody = threading.Barrier(clicks)
    lines_of: Callable[..., object] = orders._payable_lines

    def wait_and_read(*args: object) -> object:
        everybody.wait(20)
        return lines_of(*args)

    def no_lock(rows: QuerySet[Quote], **_options: object) -> QuerySet[Quote]:
        return rows

    with monkeypatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", no_lock)
        patch.setattr(orders, "_payable_lines", wait_and_read)
        # Nor do the rows that are locked before the quote keep them apart.
        patch.setattr(orders, "lock_answers", lambda _quote: None)
        patch.setattr(orders, "_locked_account", lambda _customer: None)
        yield
