"""A message is in its queue once, however often a worker is woken and however long none runs."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from accounts.tasks import send_mail
from mirror.tasks import work as survey
from reseller_portal.beat import OneBeat
from reseller_portal.celery import app
from reseller_portal.jobs import waking
from reseller_portal.jobs.lanes import Lane
from reseller_portal.jobs.waking import count_waiting, wake
from reseller_portal.operations.tasks import work
from reseller_portal.webhooks.tasks import process

TASKS = [work, process, survey, send_mail]


@pytest.fixture(autouse=True)
def broker() -> Iterator[None]:
    """The broker of the tests, empty before and after."""
    empty()
    yield
    empty()


def empty() -> None:
    with app.producer_or_acquire() as producer:
        for name in ("calls", "events", "runs", "mail"):
            queue = app.amqp.queues[name](producer.channel)
            queue.queue_declare()
            queue.purge()


def messages() -> list[int]:
    return [count_waiting(app, task.name) for task in TASKS]


def test_each_kind_of_work_has_a_queue_of_its_own() -> None:
    names = [app.amqp.router.route({}, task.name)["queue"].name for task in TASKS]
    assert names == ["calls", "events", "runs", "mail"]


def test_a_wake_up_is_in_its_queue_once() -> None:
    for _ in range(5):
        for task in TASKS:
            wake(task)
    assert messages() == [1, 1, 1, 1]


def test_a_broker_that_is_away_costs_a_warning(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError("no broker")

    monkeypatch.setattr(waking, "count_waiting", refuse)
    wake(work)
    assert "the schedule will find the work" in caplog.text


def test_a_night_without_a_worker_leaves_some_messages() -> None:
    """As many as there are entries of a schedule at most; 24,512 were seen."""
    beat = OneBeat(app, lazy=True)
    entries = {
        name: beat.Entry(**{**entry, "name": name, "app": app}) for name, entry in settings.CELERY_BEAT_SCHEDULE.items()
    }
    beat.data = entries
    for _ in range(200):
        for entry in entries.values():
            beat.apply_async(entry, advance=False)
    assert sum(messages()) <= len(entries)


def test_every_message_of_the_schedule_expires_when_the_next_one_comes() -> None:
    schedule: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE
    for entry in schedule.values():
        assert entry["options"]["expires"] == entry["schedule"]


def test_a_lane_is_never_fuller_than_its_limit_and_looks_once_more_for_who_was_turned_away() -> None:
    lane, done = Lane(1), []

    def work_that_is_woken_meanwhile() -> None:
        done.append("work")
        if len(done) == 1:
            lane.run(lambda: done.append("another thread"))

    lane.run(work_that_is_woken_meanwhile)
    assert done == ["work", "work"]
    lane.run(lambda: done.append("later"))
    assert done == ["work", "work", "later"]


def test_a_lane_is_free_again_after_a_fault() -> None:
    lane, done = Lane(1), []
    with pytest.raises(ZeroDivisionError):
        lane.run(lambda: 1 // 0)  # type: ignore[arg-type]  # a fault
    lane.run(lambda: done.append("on"))
    assert done == ["on"]
