"""The budget paces all processes by the database's clock; one call in 1,000 s shows it without waiting."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from pytest_django import Settings

from reseller_portal.operations import budget
from reseller_portal.operations.models import Budget
from tests.concurrency.together import together
from tests.operations.pace import Pace
from tests.shop import Shop

SPACING = 1000


@pytest.fixture(autouse=True)
def slow(settings: Settings) -> None:
    settings.UPSTREAM_CALLS_PER_SECOND = 1 / SPACING


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> Pace:
    clock = Pace()
    clock.install(monkeypatch)
    return clock


def pass_seconds(seconds: float) -> None:
    Budget.objects.update(next_at=F("next_at") - timedelta(seconds=seconds))


def left() -> float:
    with pytest.raises(budget.NoneLeft) as none_left:
        budget.take()
    return none_left.value.seconds


@pytest.mark.django_db
def test_the_next_call_comes_one_distance_later() -> None:
    first = budget.take()
    assert SPACING - 100 < left() <= SPACING
    pass_seconds(SPACING)
    assert budget.take() == first + 1


@pytest.mark.django_db
def test_calls_that_were_not_used_are_not_saved_up() -> None:
    Budget.objects.update(next_at="2020-01-01T00:00:00Z")
    budget.take()
    assert left() > SPACING - 100


@pytest.mark.django_db
@pytest.mark.parametrize(("per_second", "per_minute", "seconds"), [(4, 0, 0.25), (4, 200, 0.3), (4, 600, 0.25)])
def test_calls_keep_the_distance_that_both_windows_allow(
    settings: Settings, per_second: int, per_minute: int, seconds: float
) -> None:
    settings.UPSTREAM_CALLS_PER_SECOND, settings.UPSTREAM_CALLS_PER_MINUTE = per_second, per_minute
    assert budget.spacing() == pytest.approx(seconds)


@pytest.mark.django_db
def test_a_call_that_is_given_back_is_free_for_the_next_one_at_once_and_not_paid() -> None:
    budget.give_back(budget.take())
    assert Budget.objects.get().paid == 0
    budget.take()
    assert Budget.objects.get().paid == 1


@pytest.mark.django_db
def test_a_call_that_is_given_back_late_lets_nobody_call_beside_another() -> None:
    late = budget.take()
    pass_seconds(SPACING)
    budget.take()
    budget.give_back(late)
    assert left() > SPACING - 100
    assert Budget.objects.get().paid == 1


@pytest.mark.django_db
def test_a_pause_holds_everybody_and_is_never_shortened() -> None:
    budget.pause(50)
    budget.pause(5)
    assert 40 < left() <= 50


@pytest.mark.django_db
def test_no_pause_is_longer_than_a_minute() -> None:
    budget.pause(3600)
    assert left() <= 60


@pytest.mark.django_db
def test_patience_lasts_as_long_as_it_says(pace: Pace) -> None:
    budget.pause(30)
    budget.take_patiently(limit=40)
    assert 29 < pace.seconds < 32
    with pytest.raises(budget.NoneLeft):
        budget.take_patiently(limit=40)
    assert pace.seconds < 32, "what cannot come in time is not waited for"


@pytest.mark.django_db
def test_what_a_quota_of_the_key_taught_slows_the_pace_for_an_hour(settings: Settings) -> None:
    settings.UPSTREAM_CALLS_PER_SECOND = 4
    Budget.objects.update(minute_at=Now() - timedelta(seconds=30), calls_of_minute=90, calls_before=60)
    budget.learn_calls_per_minute()
    learnt = Budget.objects.get()
    assert learnt.learnt_per_minute in range(118, 121)
    Budget.objects.update(learnt_per_minute=1, next_at=Now() - timedelta(seconds=1))
    budget.take()
    assert 50 < left() <= 60
    Budget.objects.update(learnt_until=Now() - timedelta(seconds=1), next_at=Now() - timedelta(seconds=1))
    budget.take()
    assert left() <= 0.25


@pytest.mark.django_db
def test_the_calls_of_the_last_two_minutes_are_counted(settings: Settings) -> None:
    settings.UPSTREAM_CALLS_PER_SECOND = 10_000
    Budget.objects.update(minute_at=Now() - timedelta(seconds=90), calls_of_minute=7, calls_before=3)
    budget.take()
    now = Budget.objects.get()
    assert (now.calls_before, now.calls_of_minute) == (7, 1)
    Budget.objects.update(minute_at=F("minute_at") - timedelta(seconds=120), next_at=Now() - timedelta(seconds=1))
    budget.take()
    now = Budget.objects.get()
    assert (now.calls_before, now.calls_of_minute) == (0, 1)


def test_many_workers_share_one_pace(committed: Shop) -> None:
    outcomes = together(lambda _number: budget.take(), times=6)
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneLeft"] * 5 + ["int"]
