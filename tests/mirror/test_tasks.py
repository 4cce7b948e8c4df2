"""A long survey is handed from task to task without a pause."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Customer
from accounts.tenancy import staff_scope
from mirror import surveys, tasks
from mirror.models import Survey
from reseller_portal.jobs import waking
from tests.mirror.account import Account, fresh


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    said: list[bool] = []
    monkeypatch.setattr(waking, "count_waiting", lambda _app, _task: len(said))
    monkeypatch.setattr(tasks.work, "apply_async", lambda **_: said.append(True))
    return said


def begun() -> Survey:
    with staff_scope("test"):
        return surveys.begin_adoption(user=None, is_dry=True)


def test_a_task_whose_time_is_up_wakes_the_next(
    account: Account, woken: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = begun()
    monkeypatch.setattr(tasks, "WORK_SECONDS", 0.0)
    tasks.work()
    assert woken == [True]
    assert fresh(survey).is_running


def test_a_task_that_came_to_the_end_wakes_nobody(account: Account, woken: list[bool]) -> None:
    survey = begun()
    tasks.work()
    assert woken == []
    assert fresh(survey).state == Survey.State.DONE


def test_a_broker_that_is_down_costs_a_moment_and_no_survey(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(tasks.work, "apply_async", refuse)
    survey = begun()
    tasks.wake()
    tasks.work()
    assert fresh(survey).state == Survey.State.DONE


def test_a_sweep_goes_on_to_the_next_customer_that_is_due(account: Account, woken: list[bool]) -> None:
    account.read()
    with staff_scope("test: all were read long ago"):
        Customer.objects.update(adopted_at=timezone.now() - timedelta(days=3))
    tasks.sweep()
    with staff_scope("test"):
        done = Survey.objects.filter(kind=Survey.Kind.CUSTOMER, state=Survey.State.DONE)
        assert done.values("customer").distinct().count() == Customer.objects.exclude(upstream_id="").count() == 2
