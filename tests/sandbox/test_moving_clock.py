"""The clock is moved by one at a time, in portions that others see, and never goes back."""

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connections

from reseller_portal.sandbox import clock, controlling, steps
from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.models import Step
from reseller_portal.sandbox.wire import Refusal
from tests.concurrency.together import together
from tests.sandbox.conftest import Api
from tests.shop import Shop

YEAR = timedelta(days=365)


@pytest.fixture
def halting(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """A step that says when it is reached, and goes on when it is told to."""
    reached, go_on = threading.Event(), threading.Event()

    def halt(_subject: str) -> None:
        reached.set()
        assert go_on.wait(30)

    monkeypatch.setitem(steps._handlers, "halt", halt)
    return reached, go_on


def in_the_background(control: Control, length: timedelta) -> threading.Thread:
    def move() -> None:
        try:
            control.advance(length)
        finally:
            connections.close_all()

    thread = threading.Thread(target=move)
    thread.start()
    return thread


def test_who_moves_a_clock_that_is_moving_is_told_how_far_it_is(
    committed: Shop, halting: tuple[threading.Event, threading.Event]
) -> None:
    reached, go_on = halting
    start = clock.now()
    for number in range(steps.PORTION):
        Step.objects.create(due_at=start + timedelta(days=number), kind="warmup_starts", subject="nobody")
    Step.objects.create(due_at=start + timedelta(days=200), kind="halt", subject="")
    mover = in_the_background(committed.sandbox, YEAR)
    assert reached.wait(30)
    on_the_way = clock.now()
    assert on_the_way == start + timedelta(days=steps.PORTION - 1), "what is done is seen by others"
    for room, wish in (
        ("clock", b'{"advance": "P1D"}'),
        ("reset", b"{}"),
        ("clock", b'{"begin": "2020-01-01T00:00:00Z"}'),
    ):
        with pytest.raises(Refusal) as refused:
            controlling.answer("POST", f"/control/{room}/", wish)
        assert refused.value.status == 409
        assert refused.value.words == f"The clock is moving, now at {clock.as_text(on_the_way)}"
    go_on.set()
    mover.join(30)
    assert clock.now() == start + YEAR
    committed.sandbox.advance(1)


def test_of_many_that_move_at_once_one_does_and_the_clock_never_goes_back(committed: Shop) -> None:
    start = clock.now()
    for number in range(400):
        Step.objects.create(due_at=start + timedelta(hours=number), kind="warmup_starts", subject="nobody")
    seen: list[object] = []

    def work(number: int) -> bool:
        if number % 2:
            for _ in range(50):
                seen.append(clock.now())
            return False
        try:
            committed.sandbox.advance(timedelta(days=100))
        except steps.ClockIsMoving:
            return False
        return True

    outcomes = together(work, times=6)
    moves = sum(each is True for each in outcomes)
    assert not [each for each in outcomes if isinstance(each, BaseException)]
    assert moves >= 1
    assert clock.now() == start + moves * timedelta(days=100)
    assert Step.objects.count() == 0


def test_a_clock_that_runs_meanwhile_is_not_sent_back(sandbox: Control) -> None:
    sandbox.run(1_000_000)
    times = []
    for _ in range(5):
        sandbox.advance(timedelta(minutes=1))
        times.append(clock.now())
    assert all(before < after for before, after in pairwise(times))


def test_a_wish_of_which_a_part_is_not_understood_moves_nothing(api: Api) -> None:
    before = clock.now()
    for wish in (b'{"advance": "P1D", "speed": -1}', b'{"advance_seconds": 60, "advance": "P9999Y"}'):
        with pytest.raises(Refusal):
            controlling.answer("POST", "/control/clock/", wish)
    assert clock.now() == before


def test_a_day_of_an_unpaid_subscription_costs_two_steps(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each day one try to renew: that it starts and that it fails, and nothing beside."""
    user = api.user()
    for number in range(3):
        api.order(user, f"name{number}.com")
    api.control.advance(60)
    api.control.set_wallet(0)
    api.control.advance(timedelta(days=60))
    carried_out: list[str] = []

    def noting(kind: str, handler: steps.StepHandler) -> steps.StepHandler:
        def run(subject: str) -> None:
            carried_out.append(kind)
            handler(subject)

        return run

    for kind, handler in dict(steps._handlers).items():
        monkeypatch.setitem(steps._handlers, kind, noting(kind, handler))
    api.control.advance(timedelta(days=10))
    assert sorted(set(carried_out)) == ["subscription_renews", "subscription_retries"]
    assert len(carried_out) == 3 * 2 * 10
    assert not Step.objects.filter(kind="subscription_grace_ends").exists()
