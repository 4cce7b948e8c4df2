"""Readings, events and surveys at the same moment. These tests commit, so the fixture cleans up behind them."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections
from django.utils import timezone

from accounts import hearing
from accounts.tenancy import scope, staff_scope
from domains.models import Domain
from domains.services.hearing import hear_of_domains
from domains.services.refreshing import WHOLE
from mailboxes.models import Credential, Mailbox
from mirror import refresh, surveys, walking
from reseller_portal.operations import budget, engine, lookups
from reseller_portal.operations.models import Budget, Operation
from tests.mirror.account import walk
from tests.sandbox.conftest import Api
from tests.shop import Shop

NAME = "first.com"
AT_MOST = 20.0
LONG_ENOUGH_TO_WRITE = 0.5
Hear = Callable[..., hearing.Heard]


class Worker(threading.Thread):
    """Runs one step with a connection of its own."""

    def __init__(self, step: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.step = step
        self.start()

    def run(self) -> None:
        try:
            self.step()
        finally:
            connections.close_all()

    def end(self) -> None:
        self.join(AT_MOST)
        assert not self.is_alive()


class Halt:
    """Stops the first worker between its reading and its writing, until it is let go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has_read, self.may_write = threading.Event(), threading.Event()
        self.hear: Hear = hear_of_domains
        monkeypatch.setattr(refresh, "hear_of_domains", self)

    def __call__(self, *told: object, at: object) -> hearing.Heard:
        if not self.has_read.is_set():
            self.has_read.set()
            assert self.may_write.wait(AT_MOST)
        return self.hear(*told, at=at)


@pytest.fixture
def owned(committed: Shop) -> Shop:
    """A customer with one domain and two mailboxes, everything delivered and heard of."""
    committed.order(NAME)
    committed.finish()
    return committed


def run_one() -> None:
    """One operation, whatever the budget says."""
    for _ in range(3):
        Budget.objects.update(next_at=timezone.now() - timedelta(seconds=9))
        try:
            engine.run_one()
        except budget.NoneLeft:
            continue
        return


def ask_anew(shop: Shop) -> None:
    """As an event does."""
    with scope(shop.customer.pk):
        lookups.ask_anew(customer=shop.customer, kind=WHOLE, keys=[NAME])


def ask(shop: Shop) -> None:
    """As a person does: what is being asked already is not asked twice."""
    with scope(shop.customer.pk):
        lookups.ask(customer=shop.customer, kind=WHOLE, keys=[NAME])


def switch_auto_renew(shop: Shop, *, on: bool) -> None:
    body = {"userId": upstream_user(shop), "domains": [NAME], "autoRenew": on}
    Api(shop.sandbox).ok("PATCH", "/domains/toggle-auto-renew", body)


def upstream_user(shop: Shop) -> str:
    with staff_scope("test"):
        shop.customer.refresh_from_db()
    return str(shop.customer.upstream_id)


def auto_renew(shop: Shop) -> bool:
    with scope(shop.customer.pk):
        return bool(Domain.objects.get(name=NAME).auto_renew)


def refresh_of(shop: Shop) -> Operation:
    with scope(shop.customer.pk):
        return Operation.objects.get(kind=WHOLE)


def let_an_older_reading_end_last(shop: Shop, halt: Halt) -> None:
    """One worker reads `off` and is halted; an event comes, another worker reads `on` and is done first."""
    ask_anew(shop)
    slow = Worker(run_one)
    assert halt.has_read.wait(AT_MOST)
    switch_auto_renew(shop, on=True)
    ask_anew(shop)
    run_one()
    assert (auto_renew(shop), refresh_of(shop).state) == (True, Operation.State.DONE)
    halt.may_write.set()
    slow.end()


def test_an_older_reading_that_ends_last_changes_nothing(owned: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    let_an_older_reading_end_last(owned, Halt(monkeypatch))
    assert auto_renew(owned)
    assert (refresh_of(owned).state, refresh_of(owned).attempts) == (Operation.State.DONE, 1)


def test_without_the_look_at_the_time_the_older_reading_would_win(owned: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "is_overtaken", lambda row, at: False)
    let_an_older_reading_end_last(owned, Halt(monkeypatch))
    assert not auto_renew(owned)


def let_news_come_during_a_reading(shop: Shop, halt: Halt, tell: Callable[[Shop], None]) -> None:
    ask_anew(shop)
    slow = Worker(run_one)
    assert halt.has_read.wait(AT_MOST)
    switch_auto_renew(shop, on=True)
    tell(shop)
    halt.may_write.set()
    slow.end()
    shop.work()


def test_an_event_during_the_reading_has_it_read_once_more(owned: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    let_news_come_during_a_reading(owned, Halt(monkeypatch), ask_anew)
    assert auto_renew(owned)
    assert refresh_of(owned).state == Operation.State.DONE


def test_asked_as_a_person_asks_the_news_would_be_lost(owned: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    let_news_come_during_a_reading(owned, Halt(monkeypatch), ask)
    assert not auto_renew(owned)


def test_two_workers_never_read_one_thing_at_once(owned: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    halt = Halt(monkeypatch)
    ask_anew(owned)
    first = Worker(run_one)
    assert halt.has_read.wait(AT_MOST)
    Worker(run_one).end()
    assert owned.sandbox.count("get_domain") == 1
    halt.may_write.set()
    first.end()
    assert (refresh_of(owned).state, owned.sandbox.count("get_domain")) == (Operation.State.DONE, 1)


def test_a_worker_whose_lease_is_over_is_followed_and_steps_back(owned: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    halt = Halt(monkeypatch)
    ask_anew(owned)
    first = Worker(run_one)
    assert halt.has_read.wait(AT_MOST)
    switch_auto_renew(owned, on=True)
    owned.pass_time(130)
    owned.work()
    done = refresh_of(owned)
    halt.may_write.set()
    first.end()
    assert auto_renew(owned)
    assert (done.state, refresh_of(owned).finished_at) == (Operation.State.DONE, done.finished_at)


def let_an_event_meet_a_row_that_is_being_written(shop: Shop) -> None:
    """A survey has read the domain before the change, and is writing it down while the event is worked on."""
    switch_auto_renew(shop, on=True)
    with staff_scope("test: a survey in the middle of writing"):
        Domain.objects.select_for_update(no_key=True).get(name=NAME)
        Domain.objects.filter(name=NAME).update(seen_at=timezone.now(), auto_renew=False)
        Worker(lambda: ask_anew(shop)).end()
        reader = Worker(run_one)
        # It may read, meet the row and end between two looks of ours.
        while reader.is_alive() and not shop.sandbox.count("get_domain"):
            reader.join(0.01)
        assert shop.sandbox.count("get_domain")
        # What comes next, where it does not step back, waits for the row.
        reader.join(LONG_ENOUGH_TO_WRITE)
    reader.end()
    shop.pass_time(2)
    shop.work()


def test_an_event_that_meets_a_row_being_written_reads_once_more(owned: Shop) -> None:
    let_an_event_meet_a_row_that_is_being_written(owned)
    assert auto_renew(owned)
    assert refresh_of(owned).state == Operation.State.DONE


def test_stepping_over_the_row_alone_would_lose_the_news(owned: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "_again_if_busy", lambda heard: None)
    let_an_event_meet_a_row_that_is_being_written(owned)
    assert not auto_renew(owned)


def test_a_survey_that_meets_a_row_being_written_goes_on_and_has_it_read_later(owned: Shop) -> None:
    switch_auto_renew(owned, on=True)
    with staff_scope("test: begin a survey"):
        survey = surveys.begin("customer", customer=owned.customer)
    with staff_scope("test: a refresh in the middle of writing what it read before"):
        Domain.objects.select_for_update(no_key=True).get(name=NAME)
        Domain.objects.filter(name=NAME).update(seen_at=timezone.now())
        # Who is it, and the domains of him.
        Worker(lambda: [walking.step(only=survey.pk) for _ in range(2)]).end()
    assert not auto_renew(owned)
    assert walk(survey).state == "done"
    owned.pass_time(5)
    owned.work()
    assert auto_renew(owned)


def let_two_readings_make_one_row(shop: Shop) -> Worker:
    """Another reading has made the domain and not committed it yet, when this one makes it as well."""
    with staff_scope("test: the portal does not know the domain"):
        Credential.objects.all().delete()
        Mailbox.objects.all().delete()
        told = Domain.objects.get(name=NAME)
        told.delete()
    ask_anew(shop)
    with staff_scope("test: another reading makes it"):
        told.pk, told.line, told.subscription_id = None, None, ""
        told.save(force_insert=True)
        second = Worker(run_one)
        second.join(0.3)
        assert second.is_alive()
    second.end()
    return second


def test_a_thing_that_two_readings_make_at_once_is_made_once(owned: Shop) -> None:
    let_two_readings_make_one_row(owned)
    assert (refresh_of(owned).state, refresh_of(owned).faults) == (Operation.State.WAITING, 0)
    owned.pass_time(3)
    owned.work()
    assert refresh_of(owned).state == Operation.State.DONE
    with scope(owned.customer.pk):
        assert Domain.objects.get().subscription_id != ""
        assert Mailbox.objects.count() == 2


def test_plain_inserts_would_be_refused_there(owned: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[IntegrityError] = []

    def create(rows: list[Any]) -> list[Any]:
        try:
            if rows:
                type(rows[0]).objects.bulk_create(rows)
        except IntegrityError as error:
            refused.append(error)
            raise
        return []

    monkeypatch.setattr(hearing, "_create", create)
    let_two_readings_make_one_row(owned)
    assert len(refused) == 1
