"""The budget paces all processes by the database's clock."""

import threading
import time

import pytest
from django.db import connections, transaction
from django.db.models.functions import Now
from pytest_django import Settings

from reseller_portal.operations import budget
from reseller_portal.operations.models import Budget
from tests.shop import Shop

EARLIEST = 0.24  # of the second call at four a second, with a little for rounding


@pytest.fixture
def four_a_second(settings: Settings) -> None:
    settings.UPSTREAM_CALLS_PER_SECOND = 4


@pytest.mark.django_db
def test_the_next_call_comes_a_quarter_of_a_second_later(four_a_second: None) -> None:
    Budget.objects.update(next_at=Now())
    first = budget.take()
    with pytest.raises(budget.NoneLeft) as refused:
        budget.take()
    assert 0.15 < refused.value.seconds <= 0.25
    time.sleep(refused.value.seconds + 0.005)
    assert budget.take() == first + 1


@pytest.mark.django_db
def test_calls_that_were_not_used_are_not_saved_up(four_a_second: None) -> None:
    Budget.objects.update(next_at="2020-01-01T00:00:00Z")
    budget.take()
    with pytest.raises(budget.NoneLeft):
        budget.take()


@pytest.mark.django_db
def test_a_pause_holds_everybody_and_is_never_shortened() -> None:
    budget.pause(50)
    budget.pause(5)
    with pytest.raises(budget.NoneLeft) as refused:
        budget.take()
    assert 45 < refused.value.seconds <= 50


@pytest.mark.django_db
def test_patience_ends(four_a_second: None) -> None:
    budget.pause(0.02)
    budget.take_patiently()
    budget.pause(50)
    with pytest.raises(budget.NoneLeft):
        budget.take_patiently(limit=0)


def test_many_workers_share_one_pace(committed: Shop, four_a_second: None) -> None:
    taken: list[float] = []
    end = time.monotonic() + 1.1

    def work() -> None:
        while time.monotonic() < end:
            try:
                with transaction.atomic():
                    budget.take()
                taken.append(time.monotonic())
            except budget.NoneLeft as none_left:
                time.sleep(min(none_left.seconds, 0.05) + 0.001)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert 3 <= len(taken) <= 5
