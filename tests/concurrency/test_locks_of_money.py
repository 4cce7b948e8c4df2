"""Several transactions that each move money several times, in other orders: one waits for the other, none dies."""

import threading
from contextlib import suppress

import pytest
from django.db.utils import OperationalError

from accounts.models import Customer
from accounts.tenancy import scope
from billing import ledger
from billing.ledger import Kind, Move
from billing.models import Account
from tests.concurrency.together import together
from tests.shop import Shop

# Two ways through the same accounts.
MOVES = (("sold", Kind.AVAILABLE, Kind.REVENUE), ("cost", Kind.WALLET, Kind.COST))


def move_both_ways_at_once(shop: Shop, both: threading.Barrier) -> list[str | BaseException]:
    """Each moves twice in one transaction, the second one the other way round, and they meet in between."""

    def move(number: int) -> str:
        first, second = MOVES if number else MOVES[::-1]
        with scope(shop.customer.pk):
            for step, (kind, source, target) in enumerate((first, second)):
                ledger.post(shop.customer, [Move(kind, f"{kind}-{number}", "Test", 100, source, target)])
                if not step:
                    with suppress(threading.BrokenBarrierError):
                        both.wait()
        return "moved"

    return together(move, times=2)


def test_two_moves_of_one_transaction_never_wait_for_another_in_a_circle(committed: Shop) -> None:
    """Whoever has the lock waits at the meeting place in vain, and goes on."""
    outcomes = move_both_ways_at_once(committed, threading.Barrier(2, timeout=0.3))
    assert outcomes == ["moved", "moved"]
    with scope(committed.customer.pk):
        assert ledger.balance_of(committed.customer, kind=Kind.REVENUE) == 200


def test_without_the_lock_one_of_them_dies(committed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(customer: Customer) -> dict[str, Account]:
        return {each.kind: each for each in Account.objects.filter(customer=customer)}

    monkeypatch.setattr(ledger, "_lock", read)
    outcomes = move_both_ways_at_once(committed, threading.Barrier(2, timeout=20))
    died = [each for each in outcomes if isinstance(each, OperationalError)]
    assert len(died) == 1
    assert "deadlock" in str(died[0])
