"""What ended between the pick and the lock is not carried out."""

import threading
from typing import Any, ClassVar

import pytest
from django.db import connections

from accounts.tenancy import scope, staff_scope
from reseller_portal.operations import registry, turns
from reseller_portal.operations.deciding import withdraw
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import place
from reseller_portal.operations.registry import Happened, NotHappened, Seen, Sent
from reseller_portal.upstream.client import Client
from tests.shop import Shop

KIND = "test.kind"


class Probe:
    repeatable: ClassVar[bool] = False

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.settled: list[str] = []

    def send(self, operation: Operation, client: Client) -> Sent:
        self.sent.append(operation.key)
        return Happened({})

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def settle(self, operation: Operation) -> None:
        self.settled.append(operation.state)


def in_another_connection(work: Any) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)


def test_what_ended_between_the_pick_and_the_lock_is_not_carried_out(
    committed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = Probe()
    monkeypatch.setitem(registry._handlers, KIND, probe)
    with scope(committed.customer.pk):
        operation = place(customer=committed.customer, kind=KIND, key="one", priority=Operation.Priority.PURCHASE)
    pick = turns.next_of_class

    def end() -> None:
        with scope(committed.customer.pk):
            withdraw(operation)

    def picked(*args: Any, **more: Any) -> Any:
        found = pick(*args, **more)
        if found and not probe.settled:
            in_another_connection(end)
        return found

    monkeypatch.setattr(turns, "next_of_class", picked)
    committed.work()
    with staff_scope("test"):
        assert Operation.objects.get(pk=operation.pk).state == Operation.State.FAILED
    assert (probe.sent, probe.settled) == ([], [Operation.State.FAILED])
