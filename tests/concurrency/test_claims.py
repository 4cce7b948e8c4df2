"""What ended between the pick and the lock is not carried out."""

import threading
from typing import Any

import pytest
from django.db import connections

from accounts.tenancy import scope, staff_scope
from reseller_portal.operations import claiming, registry
from reseller_portal.operations.deciding import withdraw
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import place
from tests.concurrency.test_workers import KIND, Probe
from tests.shop import Shop


class Settled(Probe):
    """Notes how it was settled, too."""

    def __init__(self) -> None:
        super().__init__()
        self.settled: list[str] = []

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
    probe = Settled()
    monkeypatch.setitem(registry._handlers, KIND, probe)
    with scope(committed.customer.pk):
        operation = place(customer=committed.customer, kind=KIND, key="one", priority=Operation.Priority.PURCHASE)
    lock = claiming._lock

    def end() -> None:
        with scope(committed.customer.pk):
            withdraw(operation)

    def picked(number: int) -> bool:
        if not probe.settled:
            in_another_connection(end)
        return lock(number)

    monkeypatch.setattr(claiming, "_lock", picked)
    committed.work()
    with staff_scope("test"):
        assert Operation.objects.get(pk=operation.pk).state == Operation.State.FAILED
    assert (probe.sent, probe.settled) == ([], [Operation.State.FAILED])
