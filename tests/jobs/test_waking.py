"""A message is in its queue once, however often a worker is woken and however long none runs."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from celery import Celery
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


def do_nothing() -> None:
    """What the tests' task does."""


class SilentBroker:
    """Takes connections, and never answers."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.connections: list[socket.socket] = []
        self.thread = threading.Thread(target=self._accept)
        self.thread.start()

    def _accept(self) -> None:
        while True:
            try:
                self.connections.append(self.listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        with suppress(OSError):  # it was closed already
            self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()
        for connection in self.connections:
            connection.close()

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.listener.getsockname()[1]}/0"

    def task(self) -> Any:
        """A task whose messages go to this broker, with the settings of the portal."""
        silent = Celery("silent", set_as_current=False)
        silent.config_from_object("django.conf:settings", namespace="CELERY")
        return silent.task(name="test.silent")(do_nothing)


@pytest.fixture
def silent_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[SilentBroker]:
    silent = SilentBroker()
    # Celery asks the environment first.
    monkeypatch.setenv("CELERY_BROKER_URL", silent.address)
    yield silent
    silent.close()
    for sender in waking._silent.copy():
        sender.join(20)


def test_a_silent_broker_lets_everybody_go_while_it_is_still_silent(silent_broker: SilentBroker, caplog: Any) -> None:
    task = silent_broker.task()
    wake(task)
    (stuck,) = waking._silent
    assert stuck.is_alive(), "it was let go because it waited too long, and not because the connection gave up"
    assert "nobody was woken" in caplog.text
    made = len(silent_broker.connections)
    for _ in range(5):
        wake(task)
    assert (waking._silent, len(silent_broker.connections)) == ({stuck}, made), "no second one waits behind it"


def test_a_page_waits_a_second_for_the_broker_at_most() -> None:
    assert waking.PATIENCE_SECONDS < 1


def test_when_the_broker_answers_again_messages_go_out_again(
    silent_broker: SilentBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    wake(silent_broker.task())
    (stuck,) = waking._silent
    silent_broker.close()
    stuck.join(20)
    monkeypatch.undo()
    wake(work)
    assert count_waiting(app, work.name) == 1


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
