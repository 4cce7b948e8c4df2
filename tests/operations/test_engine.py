"""The engine: whose turn it is, what a dead worker leaves, and what becomes of faults of our own."""

from datetime import timedelta
from typing import ClassVar

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Customer
from accounts.tenancy import scope, staff_scope
from reseller_portal.jobs.leases import LeaseLost
from reseller_portal.jobs.rules import PATIENCE
from reseller_portal.operations import engine, lookups, registry
from reseller_portal.operations.claiming import claim_next, seconds_to_next
from reseller_portal.operations.models import Budget, Operation
from reseller_portal.operations.placing import place
from reseller_portal.operations.registry import Happened, Lookup, NotHappened, Seen, Sent, Wait
from reseller_portal.upstream.client import Client
from tests.world import World

State = Operation.State
Priority = Operation.Priority
KIND = "test.kind"


class Probe:
    """Notes what it was asked, and does what the test tells it."""

    repeatable: ClassVar[bool] = False

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.looked: list[str] = []
        self.raises: Exception | None = None

    def send(self, operation: Operation, client: Client) -> Sent:
        self.sent.append(operation.key)
        if self.raises:
            raise self.raises
        return Happened({"for": operation.key})

    def look(self, operation: Operation, client: Client) -> Seen:
        self.looked.append(operation.key)
        return NotHappened()

    def settle(self, operation: Operation) -> None:
        """Nothing beside the row."""


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Probe:
    handler = Probe()
    monkeypatch.setitem(registry._handlers, KIND, handler)
    return handler


def wish(customer: Customer, key: str, priority: int = Priority.EDIT) -> Operation:
    with scope(customer.pk):
        return place(customer=customer, kind=KIND, key=key, priority=priority)


def read(operation: Operation) -> Operation:
    with staff_scope("test"):
        return Operation.objects.get(pk=operation.pk)


def change(operation: Operation, **values: object) -> None:
    with staff_scope("test"):
        Operation.objects.filter(pk=operation.pk).update(**values)


def run_all() -> None:
    for _ in range(200):
        with staff_scope("test"):
            Budget.objects.update(next_at=Now())
        if not engine.run_one():
            return
    raise AssertionError("the engine does not come to rest")


def test_a_wish_is_sent_once_and_kept_with_its_answer(world: World, probe: Probe) -> None:
    operation = wish(world.acme, "one")
    run_all()
    done = read(operation)
    assert (done.state, done.answer, done.due_at) == (State.DONE, {"for": "one"}, None)
    assert probe.sent == ["one"]


def test_the_same_wish_twice_is_one_operation(world: World, probe: Probe) -> None:
    assert wish(world.acme, "one") == wish(world.acme, "one")


def test_a_claimed_row_is_nobody_elses_until_the_lease_ends(world: World, probe: Probe) -> None:
    operation = wish(world.acme, "one")
    claim = claim_next()
    assert claim is not None
    assert not claim.must_look
    run_all()
    assert probe.sent == []
    change(operation, due_at=timezone.now() - timedelta(seconds=1))
    run_all()
    assert probe.looked == ["one"]
    assert probe.sent == ["one"]
    assert read(operation).state == State.DONE


def test_who_lost_the_lease_writes_nothing_down(world: World, probe: Probe) -> None:
    operation = wish(world.acme, "one")
    claim = claim_next()
    assert claim is not None
    change(operation, due_at=timezone.now() - timedelta(seconds=1))
    run_all()
    with pytest.raises(LeaseLost):
        engine._write_down(claim, engine.Transition(State.FAILED, error="too late"))
    assert read(operation).state == State.DONE


def test_a_handler_that_says_wait_is_asked_again_later_and_not_counted(world: World, probe: Probe) -> None:
    operation = wish(world.acme, "one")
    probe.raises = Wait(40, "not yet")
    run_all()
    waiting = read(operation)
    assert (waiting.state, waiting.attempts, waiting.last_error) == (State.WAITING, 0, "not yet")
    assert 35 < (seconds_to_next() or 0) <= 40


def test_a_fault_of_ours_comes_back_slower_and_in_the_end_to_a_person(world: World, probe: Probe) -> None:
    operation = wish(world.acme, "one")
    probe.raises = ZeroDivisionError()
    run_all()
    assert read(operation).faults == 1
    assert (seconds_to_next() or 0) > 1
    for _ in range(2 * (PATIENCE.tries or 0)):
        with staff_scope("test"):
            Operation.objects.filter(due_at__isnull=False).update(due_at=Now())
        run_all()
    given_up = read(operation)
    assert (given_up.state, given_up.due_at) == (State.NEEDS_PERSON, None)
    assert (len(probe.sent), given_up.last_error) == (PATIENCE.tries, "A fault of the portal.")


def test_a_fault_of_one_row_does_not_stop_the_others(world: World, probe: Probe) -> None:
    wish(world.acme, "bad")
    with scope(world.acme.pk):
        Operation.objects.update(kind="nobody.knows")
    good = wish(world.acme, "good")
    run_all()
    assert read(good).state == State.DONE


def test_look_now_gives_a_row_of_a_person_back_to_the_engine(world: World, probe: Probe) -> None:
    operation = wish(world.acme, "one")
    change(operation, state=State.NEEDS_PERSON, due_at=None, attempts=20, faults=8, sent_at=timezone.now())
    with scope(world.acme.pk):
        engine.look_now(operation)
    assert (read(operation).tries, read(operation).is_known_not_to_have_happened) == (1, False)
    run_all()
    assert (probe.looked, probe.sent) == (["one"], ["one"])
    assert (read(operation).state, read(operation).attempts) == (State.DONE, 2)


def test_what_was_never_sent_is_sent_and_not_looked_for_when_a_person_has_it_checked(
    world: World, probe: Probe
) -> None:
    operation = wish(world.acme, "one")
    change(operation, state=State.NEEDS_PERSON, due_at=None, sent_at=timezone.now())
    assert read(operation).is_known_not_to_have_happened
    with scope(world.acme.pk):
        engine.look_now(operation)
    run_all()
    assert (probe.looked, probe.sent) == ([], ["one"])


def test_a_closed_row_is_not_opened_again(world: World, probe: Probe) -> None:
    operation = wish(world.acme, "one")
    with scope(world.acme.pk):
        engine.close(operation, state=State.DONE)
        engine.close(operation, state=State.FAILED)
        engine.look_now(operation)
    run_all()
    assert probe.sent == []
    assert read(operation).state == State.DONE


class Question(Lookup):
    def __init__(self) -> None:
        self.asked: list[str] = []

    def send(self, operation: Operation, client: Client) -> Sent:
        self.asked.append(operation.payload["key"])
        return Happened({"n": len(self.asked)})


@pytest.fixture
def question(monkeypatch: pytest.MonkeyPatch) -> Question:
    handler = Question()
    monkeypatch.setitem(registry._handlers, KIND, handler)
    return handler


def look_up(customer: Customer, *keys: str) -> list[Operation]:
    with scope(customer.pk):
        return lookups.ask(customer=customer, kind=KIND, keys=keys)


def test_a_fresh_answer_is_not_asked_for_again(world: World, question: Question) -> None:
    look_up(world.acme, "one", "two", "one")
    run_all()
    answers = look_up(world.acme, "two", "one")
    run_all()
    assert sorted(question.asked) == ["one", "two"], "in whichever order, as they became due at one moment"
    assert [(each.key, each.state) for each in answers] == [("two", State.DONE), ("one", State.DONE)]


def test_a_stale_answer_is_asked_for_again(world: World, question: Question) -> None:
    (first,) = look_up(world.acme, "one")
    run_all()
    change(first, finished_at=timezone.now() - lookups.FRESH - timedelta(seconds=1))
    assert look_up(world.acme, "one")[0].state == State.WAITING
    run_all()
    assert question.asked == ["one", "one"]


def test_a_failed_question_is_asked_again_at_once(world: World, question: Question) -> None:
    (first,) = look_up(world.acme, "one")
    change(first, state=State.FAILED, due_at=None, finished_at=timezone.now())
    look_up(world.acme, "one")
    run_all()
    assert question.asked == ["one"]


def test_answers_are_kept_for_each_customer_alone(world: World, question: Question) -> None:
    look_up(world.acme, "one")
    look_up(world.initech, "one")
    run_all()
    assert question.asked == ["one", "one"]
