"""Deliveries and workers at the same moment. These tests commit, so they clean up behind themselves."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import IntegrityError, connections
from pytest_django import DjangoDbBlocker

from accounts.tenancy import staff_scope
from reseller_portal.webhooks import intake
from reseller_portal.webhooks.models import Event
from reseller_portal.webhooks.processing import process_due
from tests.webhooks.deliveries import body_of, kept

LONG_ENOUGH_TO_BLOCK = 0.2


@pytest.fixture
def committing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        with staff_scope("test: clean up"):
            Event.objects.all().delete()
        connections.close_all()


class Thread(threading.Thread):
    """Runs with a connection of its own, and keeps it when the database refused."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self.work = work
        self.error: IntegrityError | None = None
        self.start()

    def run(self) -> None:
        try:
            self.work()
        except IntegrityError as error:
            self.error = error
        finally:
            connections.close_all()


def while_one_is_being_kept(second: Callable[[], None]) -> Thread:
    """Run `second` in a thread against an event EVENT1 whose insert is not yet committed, then commit."""
    with staff_scope("test: a delivery in the middle of being kept"):
        Event.objects.create(event_id="EVENT1", name="first", payload={})
        thread = Thread(second)
        thread.join(LONG_ENOUGH_TO_BLOCK)
        assert thread.is_alive()
    thread.join(10)
    return thread


def test_one_event_delivered_twice_at_once_is_kept_once(committing: None) -> None:
    second = while_one_is_being_kept(lambda: intake.keep(body_of()))
    assert second.error is None
    assert [event.name for event in kept()] == ["first"]


def test_a_plain_insert_would_fail_there(committing: None) -> None:
    def insert() -> None:
        with staff_scope("test"):
            Event.objects.create(event_id="EVENT1", name="second", payload={})

    assert isinstance(while_one_is_being_kept(insert).error, IntegrityError)


def test_two_workers_never_take_one_event(committing: None) -> None:
    intake.keep(body_of("nobody.listens"))
    with staff_scope("test: one worker in the middle of an event"):
        Event.objects.select_for_update().get()
        taken: list[int] = []
        Thread(lambda: taken.append(process_due())).join(10)
        assert taken == [0]
    assert process_due() == 1
