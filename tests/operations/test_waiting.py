"""Nothing waits for ever: tries, time and parked operations, with the claims and calls that they cost."""

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import Customer
from accounts.tenancy import scope, staff_scope
from reseller_portal.jobs import crash_points, leases
from reseller_portal.jobs.rules import PATIENCE, Patience
from reseller_portal.operations import deciding, engine, registry
from reseller_portal.operations.models import Budget, Operation
from reseller_portal.operations.placing import Wish, place, place_many
from reseller_portal.operations.registry import Accepted, Happened, NotHappened, Seen, Sent, StillOpen, Wait, WaitFor
from reseller_portal.sandbox.control import Control
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Malformed, Unreachable
from tests.flow.killing import Killed, reaping
from tests.world import World

State = Operation.State
KIND, FIRST = "test.kind", "test.first"


class Handler:
    """Does what the test tells it, and counts."""

    repeatable: ClassVar[bool] = False
    may_reopen: ClassVar[bool] = True

    def __init__(self, send: Callable[[], Sent], look: Callable[[], Seen] = NotHappened) -> None:
        self.does, self.sees = send, look
        self.sent = self.looked = 0
        self.settled: list[str] = []

    def send(self, operation: Operation, client: Client) -> Sent:
        self.sent += 1
        return self.does()

    def look(self, operation: Operation, client: Client) -> Seen:
        self.looked += 1
        return self.sees()

    def settle(self, operation: Operation) -> None:
        self.settled.append(operation.state)


class Repeatable(Handler):
    repeatable: ClassVar[bool] = True


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    return lambda handler, kind=KIND: monkeypatch.setitem(registry._handlers, kind, handler)


def raising(error: Exception) -> Callable[[], Sent]:
    def fail() -> Sent:
        raise error

    return fail


def wish(customer: Customer, kind: str = KIND, key: str = "one", after: Operation | None = None) -> Operation:
    with scope(customer.pk):
        return place(customer=customer, kind=kind, key=key, priority=Operation.Priority.EDIT, after=after)


def read(operation: Operation) -> Operation:
    with staff_scope("test"):
        return Operation.objects.select_related("customer").get(pk=operation.pk)


def calls() -> int:
    return Budget.objects.get().paid


def run_due(most: int = 50) -> int:
    """Everything that is due now; returns how many were taken."""
    for taken in range(most):
        Budget.objects.update(next_at=Now())
        if not engine.run_one():
            return taken
    raise AssertionError("the engine does not come to rest")


def live(hours: float, step: float = 60.0) -> int:
    """Time passes in small steps, as it does; returns how many were taken."""
    taken = 0
    for _ in range(int(hours * 3600 / step)):
        with staff_scope("test: time passes"):
            for name in ("due_at", "begun_at", "sent_at"):
                moved = {name: F(name) - timedelta(seconds=step)}
                Operation.objects.filter(**{f"{name}__isnull": False}).update(**moved)
        taken += run_due()
    return taken


@pytest.mark.parametrize("error", [Malformed("get_wallet", "balance"), Unreachable("get_wallet", "silent")])
def test_a_repeatable_call_that_brings_nothing_is_given_up_after_twenty_tries(
    world: World, handle: Callable[..., None], error: Exception
) -> None:
    handler = Repeatable(raising(error))
    handle(handler)
    operation = wish(world.acme)
    live(hours=400, step=1200)
    given_up = read(operation)
    assert (given_up.state, given_up.due_at, given_up.last_error) == (State.NEEDS_PERSON, None, str(error))
    assert handler.sent == PATIENCE.tries == 20


def test_a_kind_may_have_another_patience(world: World, handle: Callable[..., None]) -> None:
    class Quick(Repeatable):
        patience: ClassVar[Patience] = Patience(tries=3)

    handler = Quick(raising(Malformed("get_wallet", "balance")))
    handle(handler)
    operation = wish(world.acme)
    live(hours=1)
    assert (handler.sent, read(operation).state) == (3, State.NEEDS_PERSON)


def test_looks_that_nobody_answers_end_with_a_person_and_those_that_are_answered_start_again(
    world: World, handle: Callable[..., None]
) -> None:
    handler = Handler(raising(Unreachable("get_wallet", "silent")), raising(Unreachable("get_wallet", "still silent")))
    handle(handler)
    operation = wish(world.acme)
    live(hours=400, step=1200)
    assert read(operation).state == State.NEEDS_PERSON
    assert (handler.sent, handler.looked) == (1, 20)


def test_what_waits_without_being_sent_ends_by_time(world: World, handle: Callable[..., None]) -> None:
    handler = Handler(raising(Wait(600, "no money", on_purpose=True)))
    handle(handler)
    operation = wish(world.acme)
    live(hours=70, step=600)
    assert (read(operation).state, read(operation).on_purpose) == (State.WAITING, True)
    live(hours=3, step=600)
    assert (read(operation).state, read(operation).last_error) == (State.NEEDS_PERSON, "no money")


def test_what_is_open_upstream_is_looked_at_for_three_days(world: World, handle: Callable[..., None]) -> None:
    handler = Handler(Accepted, StillOpen)
    handle(handler)
    operation = wish(world.acme)
    live(hours=71, step=1200)
    assert read(operation).state == State.ACCEPTED
    live(hours=2, step=1200)
    assert read(operation).state == State.NEEDS_PERSON
    assert "There was no outcome after" in read(operation).last_error


def test_time_in_which_no_worker_came_is_not_counted(world: World, handle: Callable[..., None]) -> None:
    handler = Handler(Accepted, StillOpen)
    handle(handler)
    operation = wish(world.acme)
    run_due()
    with staff_scope("test: four days without a worker"):
        stop = timedelta(days=4)
        Operation.objects.update(due_at=F("due_at") - stop, begun_at=F("begun_at") - stop)
    run_due()
    assert read(operation).state == State.ACCEPTED


def test_what_was_accepted_is_looked_at_even_if_it_may_be_repeated(world: World, handle: Callable[..., None]) -> None:
    seen: list[Seen] = [StillOpen(), Happened()]
    handler = Repeatable(Accepted, lambda: seen.pop(0))
    handle(handler)
    operation = wish(world.acme)
    live(hours=0.5)
    assert (handler.sent, handler.looked, read(operation).state) == (1, 2, State.DONE)


class Calling(Repeatable):
    def send(self, operation: Operation, client: Client) -> Sent:
        client.wallet.get()
        return super().send(operation, client)


@pytest.mark.parametrize("point", range(2, 6))
def test_a_crash_in_a_repeatable_call_costs_one_claim_more_and_no_other(
    world: World, sandbox: Control, handle: Callable[..., None], point: int
) -> None:
    handler = Calling(Happened)
    handle(handler)
    operation = wish(world.acme)
    before = calls()
    with reaping(point) as reaper, pytest.raises(Killed):
        run_due()
    assert reaper.reached[-1] == crash_points.POINTS[point - 1]
    taken = live(hours=0.1)
    assert (read(operation).state, taken, handler.looked) == (State.DONE, 1, 0)
    # One for the call itself, and one that died with the worker, or was given back.
    assert calls() - before <= 2
    assert sandbox.count("get_wallet") <= 2


@pytest.mark.parametrize("kind_of", [Repeatable, Handler])
def test_an_operation_at_which_every_worker_dies_ends_with_a_person(
    world: World, handle: Callable[..., None], kind_of: type[Handler]
) -> None:
    def die() -> Sent:
        raise Killed

    handle(kind_of(die, die))
    operation = wish(world.acme)
    for _ in range(200):
        try:
            live(hours=0.5, step=1800)
        except Killed:
            continue
    assert (read(operation).state, read(operation).last_error) == (State.NEEDS_PERSON, leases.DIED)


def test_a_worker_that_lost_its_lease_makes_no_further_call_and_writes_nothing(
    world: World, sandbox: Control, handle: Callable[..., None]
) -> None:
    made: list[str] = []

    class Long(Handler):
        def send(self, operation: Operation, client: Client) -> Sent:
            made.append("first")
            client.wallet.get()
            with staff_scope("test: the lease ended, and somebody else has it"):
                Operation.objects.filter(pk=operation.pk).update(lease="another")
            client.wallet.get()
            made.append("second")
            return Happened()

    handle(Long(Happened))
    operation = wish(world.acme)
    engine.run_one()
    assert (made, read(operation).state, read(operation).lease) == (["first"], State.SENDING, "another")
    assert sandbox.count("get_wallet") == 1


def test_work_of_several_calls_keeps_its_lease_as_long_as_it_goes_on(
    world: World, sandbox: Control, handle: Callable[..., None]
) -> None:
    left: list[timedelta] = []

    class Long(Handler):
        def send(self, operation: Operation, client: Client) -> Sent:
            for _ in range(3):
                with staff_scope("test: a minute passes"):
                    row = Operation.objects.filter(pk=operation.pk)
                    row.update(due_at=F("due_at") - timedelta(seconds=60))
                client.wallet.get()
                with staff_scope("test: how long is it ours"):
                    left.append(row.annotate(left=F("due_at") - Now()).values_list("left", flat=True).get())
            return Happened()

    handle(Long(Happened))
    wish(world.acme)
    run_due()
    assert min(left) >= timedelta(seconds=59)
    assert left[2] > timedelta(seconds=115)


def test_what_waits_for_another_operation_is_parked_and_costs_nothing(
    world: World, handle: Callable[..., None]
) -> None:
    refused = Handler(lambda: registry.Failed("Phone number is not valid"))
    behind = Handler(Happened)
    handle(refused, FIRST)
    handle(behind)
    first = wish(world.acme, FIRST)
    dependents = [wish(world.acme, KIND, key, after=first) for key in ("one", "two")]
    run_due()
    before = calls()
    assert live(hours=24, step=600) == 0
    assert (calls() - before, behind.sent) == (0, 0)
    assert all(read(each).is_parked for each in dependents)
    refused.does = Happened
    with scope(world.acme.pk):
        assert deciding.reopen(first)
    run_due()
    assert (refused.sent, behind.sent) == (2, 2)
    assert {read(each).state for each in (first, *dependents)} == {State.DONE}


def test_a_handler_may_park_its_operation_behind_another(world: World, handle: Callable[..., None]) -> None:
    first = wish(world.acme, FIRST)
    answers: list[Callable[[], Sent]] = [raising(WaitFor(first)), Happened]

    def park_then_go_on() -> Sent:
        return answers.pop(0)()

    behind = Handler(park_then_go_on)
    handle(behind)
    handle(Handler(Happened), FIRST)
    operation = wish(world.acme)
    with scope(world.acme.pk):
        Operation.objects.filter(pk=first.pk).update(due_at=None)
    run_due()
    assert read(operation).is_parked
    with scope(world.acme.pk):
        engine.close(first, state=State.DONE)
    run_due()
    assert (behind.sent, read(operation).state) == (2, State.DONE)


def test_parked_behind_what_is_done_already_it_goes_on_and_does_not_spin(
    world: World, handle: Callable[..., None]
) -> None:
    handle(Handler(Happened), FIRST)
    first = wish(world.acme, FIRST)
    run_due()
    handle(behind := Handler(raising(WaitFor(first))))
    operation = wish(world.acme)
    live(hours=24, step=300)
    assert (behind.sent, read(operation).state) == (20, State.NEEDS_PERSON)


def test_placed_behind_what_is_done_it_is_due_at_once(world: World, handle: Callable[..., None]) -> None:
    handle(Handler(Happened), FIRST)
    handle(Handler(Happened))
    first = wish(world.acme, FIRST)
    run_due()
    operation = wish(world.acme, after=first)
    run_due()
    assert read(operation).state == State.DONE


def test_many_wishes_are_one_insert_and_known_ones_stay(
    world: World, handle: Callable[..., None], django_assert_num_queries: Callable[..., object]
) -> None:
    handle(Handler(Happened))
    known = wish(world.acme, key="5")
    wishes = [Wish(str(number), {"n": number}) for number in (9, 5, 7)]
    with scope(world.acme.pk), django_assert_num_queries(1):  # type: ignore[attr-defined]  # a context manager
        place_many(customer=world.acme, kind=KIND, wishes=wishes, priority=Operation.Priority.EDIT)
    with scope(world.acme.pk):
        rows = {row.key: row for row in Operation.objects.filter(kind=KIND)}
    assert set(rows) == {"9", "5", "7"}
    assert (rows["5"], rows["5"].payload, rows["9"].payload) == (known, known.payload, {"n": 9})


def test_what_still_waits_can_be_withdrawn_and_is_never_sent(world: World, handle: Callable[..., None]) -> None:
    handler = Handler(Happened)
    handle(handler)
    operation = wish(world.acme)
    with scope(world.acme.pk):
        assert deciding.withdraw(operation)
        assert not deciding.withdraw(operation)
    run_due()
    assert (handler.sent, handler.settled, read(operation).state) == (0, [State.FAILED], State.FAILED)


@pytest.mark.parametrize("state", [State.SENDING, State.ACCEPTED, State.UNKNOWN, State.DONE, State.NEEDS_PERSON])
def test_what_was_sent_is_not_withdrawn(world: World, handle: Callable[..., None], state: str) -> None:
    handle(Handler(Happened))
    operation = wish(world.acme)
    with scope(world.acme.pk):
        Operation.objects.filter(pk=operation.pk).update(state=state)
        assert not deciding.withdraw(operation)
    assert read(operation).state == state


def test_a_kind_whose_failure_settled_something_is_not_opened_again(world: World, handle: Callable[..., None]) -> None:
    class Purchase(Handler):
        may_reopen: ClassVar[bool] = False

    handle(Purchase(lambda: registry.Failed("no")))
    operation = wish(world.acme)
    run_due()
    with scope(world.acme.pk), pytest.raises(deciding.CannotReopen):
        deciding.reopen(operation)
    assert read(operation).state == State.FAILED
