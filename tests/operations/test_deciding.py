"""What staff say of an operation: with a right of its own, a reason, audit, and the settlement of that outcome."""

from typing import ClassVar

import pytest
from django.contrib.auth.models import Group

from accounts import staff_groups
from accounts.models import AuditEntry, User
from accounts.steps import IsBeingCalled
from accounts.tenancy import scope, staff_scope
from reseller_portal.core.errors import NotAllowed
from reseller_portal.operations import deciding, engine, registry
from reseller_portal.operations.claiming import claim_next
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import place
from reseller_portal.operations.registry import Happened, NotHappened, Seen, Sent
from reseller_portal.upstream.client import Client
from tests.world import World

State = Operation.State
KIND = "test.kind"


class Probe:
    """Notes how it was settled."""

    repeatable: ClassVar[bool] = False

    def __init__(self) -> None:
        self.settled: list[tuple[str, str, object]] = []

    def send(self, operation: Operation, client: Client) -> Sent:
        return Happened()

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def settle(self, operation: Operation) -> None:
        self.settled.append((operation.state, operation.last_error, operation.answer.get("id")))


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Probe:
    handler = Probe()
    monkeypatch.setitem(registry._handlers, KIND, handler)
    return handler


@pytest.fixture
def staff(world: World) -> User:
    staff_groups.fill(using="default")
    user = User.objects.create_user("sam@staff.example", name="Sam", is_staff=True)
    user.groups.add(Group.objects.get(name=staff_groups.ADMIN))
    return user


def stuck(world: World, state: str = State.NEEDS_PERSON) -> Operation:
    with scope(world.acme.pk):
        operation = place(customer=world.acme, kind=KIND, key="one", priority=Operation.Priority.EDIT)
        Operation.objects.filter(pk=operation.pk).update(state=state, due_at=None)
    return operation


def settle(user: User, operation: Operation, outcome: str) -> None:
    with staff_scope("test: somebody decides"):
        deciding.settle_as(user=user, operation=operation, outcome=outcome, reason="Seen there", answer={"id": "X"})  # type: ignore[arg-type]  # a word of the test's table


@pytest.mark.parametrize("outcome", ["done", "failed"])
@pytest.mark.parametrize("state", [State.NEEDS_PERSON, State.ACCEPTED, State.UNKNOWN, State.WAITING])
def test_staff_settle_it_as_the_upstream_would_have(
    world: World, probe: Probe, staff: User, state: str, outcome: str
) -> None:
    operation = stuck(world, state)
    settle(staff, operation, outcome)
    assert probe.settled == [(outcome, "" if outcome == "done" else "Seen there", "X")]
    with staff_scope("test"):
        row, entry = Operation.objects.get(), AuditEntry.objects.get(action="operation.settled")
    assert (row.state, row.due_at) == (outcome, None)
    assert (entry.actor, entry.customer_id, entry.before) == (staff, world.acme.pk, {"state": state})
    assert entry.after == {"state": outcome, "reason": "Seen there"}


def test_support_may_not_settle(world: World, probe: Probe, staff: User) -> None:
    staff.groups.set(Group.objects.filter(name=staff_groups.SUPPORT))
    operation = stuck(world)
    with pytest.raises(NotAllowed):
        settle(User.objects.get(pk=staff.pk), operation, "done")
    assert (probe.settled, operation.state) == ([], State.WAITING)


def test_what_has_ended_is_not_ended_again(world: World, probe: Probe, staff: User) -> None:
    operation = stuck(world)
    settle(staff, operation, "failed")
    with pytest.raises(deciding.HasEnded):
        settle(staff, operation, "done")
    assert len(probe.settled) == 1


def test_nobody_decides_while_a_worker_is_in_the_middle_of_the_call(world: World, probe: Probe, staff: User) -> None:
    with scope(world.acme.pk):
        operation = place(customer=world.acme, kind=KIND, key="one", priority=Operation.Priority.EDIT)
    claim = claim_next()
    assert claim is not None
    with pytest.raises(IsBeingCalled):
        settle(staff, operation, "failed")
    engine._write_down(claim, engine.Transition(State.DONE))
    assert probe.settled == [(State.DONE, "", None)]


def test_a_settlement_that_breaks_leaves_everything_as_it_was(
    world: World, probe: Probe, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_it(operation: Operation) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(probe, "settle", break_it)
    operation = stuck(world)
    with pytest.raises(ZeroDivisionError):
        settle(staff, operation, "done")
    with staff_scope("test"):
        assert Operation.objects.get().state == State.NEEDS_PERSON
        assert not AuditEntry.objects.filter(action="operation.settled").exists()
