"""A survey of many pages lives longer than its lease: nobody takes it over while it moves, and anybody when it died."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db.models import F

from accounts.tenancy import staff_scope
from mirror import surveys, walking
from mirror.models import Survey
from reseller_portal.jobs import crash_points, leases
from tests.mirror.account import Account, fresh, walk

CALL = leases.LEASE * 0.6
AFTER_A_CALL = "survey: after call"


class Died(BaseException):
    """The worker is gone, and writes nothing down."""


@pytest.fixture(autouse=True)
def _nobody_watches() -> Iterator[None]:
    yield
    crash_points.watch(None)


@pytest.fixture
def survey(account: Account) -> Survey:
    with staff_scope("test: begin a survey"):
        return surveys.begin(Survey.Kind.ADOPT)


def after_each_call(do: Callable[[int], None]) -> list[int]:
    """`do` gets the number of the call. Returns the numbers so far."""
    calls: list[int] = []

    def hook(point: str) -> None:
        if point == AFTER_A_CALL:
            calls.append(len(calls) + 1)
            do(calls[-1])

    crash_points.watch(hook)
    return calls


def pass_time(survey: Survey, time: timedelta) -> None:
    with staff_scope("test: time passes"):
        Survey.objects.filter(pk=survey.pk).update(due_at=F("due_at") - time)


def test_another_worker_takes_no_survey_whose_every_call_is_within_its_lease(survey: Survey) -> None:
    def try_to_take_it_over(_number: int) -> None:
        pass_time(survey, CALL)
        assert not walking.step(only=survey.pk)

    calls = after_each_call(try_to_take_it_over)
    ended = walk(survey)
    assert len(calls) * CALL > 3 * leases.LEASE
    assert (ended.state, ended.calls) == (Survey.State.DONE, len(calls))


def test_another_worker_goes_on_with_the_survey_of_one_that_died_once_its_lease_is_over(survey: Survey) -> None:
    def die_at_the_third(number: int) -> None:
        if number == 3:
            raise Died

    calls = after_each_call(die_at_the_third)
    with pytest.raises(Died):
        walk(survey)
    assert not walking.step(only=survey.pk), "its lease runs"
    pass_time(survey, leases.LEASE)
    ended = walk(survey)
    assert ended.state == Survey.State.DONE
    assert ended.calls == len(calls) - 1, "what the dead one had read is kept, but for its last page"


def test_what_one_that_was_taken_for_dead_writes_down_late_changes_nothing(survey: Survey) -> None:
    def be_slower_than_the_lease(number: int) -> None:
        if number == 2:
            pass_time(survey, 2 * leases.LEASE)
            assert walking.step(only=survey.pk), "another one does it meanwhile"

    calls = after_each_call(be_slower_than_the_lease)
    ended = walk(survey)
    assert ended.state == Survey.State.DONE
    assert ended.calls == len(calls) - 1
    assert fresh(survey).last_error == ""
