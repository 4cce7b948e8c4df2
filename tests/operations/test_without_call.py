"""What asks the upstream nothing needs no place among the calls, and waits neither for a pause nor for an outage."""

from datetime import timedelta
from typing import ClassVar

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.models import Customer
from accounts.tenancy import scope, staff_scope
from reseller_portal.operations import circuit, pauses, registry
from reseller_portal.operations.models import Budget, Circuit, Operation
from reseller_portal.operations.placing import Wish, place, place_many
from reseller_portal.operations.registry import Happened, NotHappened, Seen, Sent
from reseller_portal.sandbox.control import Control
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Throttled, Unreachable
from tests.operations.pace import Pace, paid
from tests.world import World

State = Operation.State
WRITES, CALLS = "test.writes", "test.calls"


class Writes:
    """Writes something here; `calls` makes it break its word."""

    repeatable: ClassVar[bool] = True
    makes_calls: ClassVar[bool] = False
    group: ClassVar[str] = "wallet"
    faults = 0
    calls = False

    def send(self, operation: Operation, client: Client) -> Sent:
        if self.faults:
            self.faults -= 1
            raise ValueError("a fault of ours")
        if self.calls:
            client.wallet.get()
        return Happened()

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def settle(self, operation: Operation) -> None:
        """Nothing beside the row."""


class Calls(Writes):
    makes_calls: ClassVar[bool] = True
    calls = True


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch, settings: Settings, sandbox: Control) -> Pace:
    settings.UPSTREAM_CALLS_PER_SECOND = 4
    Budget.objects.update(next_at=Now())
    clock = Pace()
    clock.install(monkeypatch)
    return clock


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> Writes:
    handler = Writes()
    monkeypatch.setitem(registry._handlers, WRITES, handler)
    monkeypatch.setitem(registry._handlers, CALLS, Calls())
    return handler


def want(customer: Customer, kind: str, *keys: str) -> None:
    with scope(customer.pk):
        place_many(
            customer=customer, kind=kind, wishes=[Wish(key) for key in keys[1:]], priority=Operation.Priority.EDIT
        )
        place(customer=customer, kind=kind, key=keys[0], priority=Operation.Priority.EDIT)


def states(kind: str) -> set[str]:
    with staff_scope("test"):
        return set(Operation.objects.filter(kind=kind).values_list("state", flat=True))


def open_the_circuit() -> None:
    circuit.open_because(Unreachable("get_wallet", "silent"))
    Circuit.objects.update(next_try_at=Now() + timedelta(seconds=60))


def test_it_is_carried_out_while_the_upstream_serves_nobody(
    world: World, sandbox: Control, pace: Pace, writes: Writes
) -> None:
    open_the_circuit()
    want(world.acme, CALLS, "one")
    want(world.acme, WRITES, "one", "two", "three")
    pace.work(1)
    assert (states(WRITES), states(CALLS)) == ({State.DONE}, {State.WAITING})
    assert (paid(), sandbox.count("get_wallet")) == (0, 0)


def test_it_waits_for_no_pause_and_for_no_place_among_the_calls(world: World, pace: Pace, writes: Writes) -> None:
    pauses.note_throttled(Throttled("get_wallet", 1800))
    Budget.objects.update(next_at="2999-01-01T00:00:00Z")
    want(world.acme, WRITES, *(str(number) for number in range(20)))
    pace.work(0.01)
    assert states(WRITES) == {State.DONE}
    assert len(pace.claims) == 20


def test_a_fault_of_ours_leaves_it_what_it_is(world: World, pace: Pace, writes: Writes) -> None:
    open_the_circuit()
    writes.faults = 2
    want(world.acme, WRITES, "one")
    for _second in range(50):
        pace.work(1)
    assert states(WRITES) == {State.DONE}
    assert len(pace.claims) == 3


def test_one_that_calls_all_the_same_pays_and_keeps_to_the_rules(
    world: World, sandbox: Control, pace: Pace, writes: Writes
) -> None:
    writes.calls = True
    open_the_circuit()
    want(world.acme, WRITES, "one")
    pace.work(5)
    assert (states(WRITES), sandbox.count("get_wallet")) == ({State.WAITING}, 0)
    Circuit.objects.update(opened_at=None)
    pace.work(120)
    assert states(WRITES) == {State.DONE}
    assert paid() == sandbox.count("get_wallet") == 1


def test_a_worker_that_dies_at_it_again_and_again_leaves_it_to_a_person(
    world: World, pace: Pace, writes: Writes
) -> None:
    want(world.acme, WRITES, "one")
    with staff_scope("test"):
        Operation.objects.update(state=State.SENDING, lease="of the dead", attempts=20)
    pace.work(1)
    assert states(WRITES) == {State.NEEDS_PERSON}
