"""The last two answers about the prices of an order, written down at once: one of them wakes it."""

import threading
from contextlib import suppress

import pytest
from django.utils import timezone

from accounts.tenancy import scope
from billing import availability
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import handler_of
from tests.concurrency.together import together
from tests.shop import Shop

NAMES = ("first.com", "second.net")


def answer(shop: Shop, name: str, before_commit: threading.Barrier) -> None:
    """As the engine writes an answer down: the row, what waits for it, commit."""
    with scope(shop.customer.pk):
        question = Operation.objects.select_for_update().get(kind=availability.AVAILABILITY, key=name)
        question.state, question.due_at = Operation.State.DONE, None
        question.save()
        handler_of(question.kind).settle(question)
        # Whoever waits for a lock of the other does not come, and the other goes on.
        with suppress(threading.BrokenBarrierError):
            before_commit.wait()


def is_woken_by_both_at_once(shop: Shop, *, patience: float) -> bool:
    shop.order(*NAMES)
    shop.sandbox.fault("check_domain_availability", "throttle", times=100, retry_after=1800)
    shop.work()
    barrier = threading.Barrier(2, timeout=patience)
    assert together(lambda number: answer(shop, NAMES[number], barrier), times=2) == [None, None]
    with scope(shop.customer.pk):
        due_at = Operation.objects.get(kind=availability.PRICE).due_at
    assert due_at is not None
    return due_at <= timezone.now()


def test_the_last_two_answers_written_at_once_wake_the_order(committed: Shop) -> None:
    assert is_woken_by_both_at_once(committed, patience=0.5)


def test_unless_they_are_written_one_after_the_other_each_misses_the_other(
    committed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "one_answer_at_a_time", lambda _customer: None)
    assert not is_woken_by_both_at_once(committed, patience=20)
