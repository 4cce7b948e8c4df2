"""Many workers at once: each operation is sent by one of them."""

import threading
from typing import ClassVar

import pytest

from accounts.tenancy import scope, staff_scope
from reseller_portal.operations import budget, claiming, engine, registry
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import place
from reseller_portal.operations.registry import Happened, NotHappened, Seen, Sent
from reseller_portal.upstream.client import Client
from tests.concurrency.together import together
from tests.shop import Shop

WORKERS = 8
WISHES = 24
KIND = "test.kind"


class Probe:
    """Notes what it was asked to send."""

    repeatable: ClassVar[bool] = False

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, operation: Operation, client: Client) -> Sent:
        self.sent.append(operation.key)
        return Happened({})

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def settle(self, operation: Operation) -> None:
        """Nothing beside the row."""


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Probe:
    handler = Probe()
    monkeypatch.setitem(registry._handlers, KIND, handler)
    return handler


def wish(shop: Shop, count: int) -> list[str]:
    keys = [f"wish {number}" for number in range(count)]
    with scope(shop.customer.pk):
        for key in keys:
            place(customer=shop.customer, kind=KIND, key=key, priority=Operation.Priority.EDIT)
    return keys


def work_until_nothing_is_due(_number: int) -> int:
    done = 0
    while engine.run_one():
        done += 1
    return done


def test_many_workers_send_each_wish_once(committed: Shop, probe: Probe) -> None:
    keys = wish(committed, WISHES)
    together(work_until_nothing_is_due, times=WORKERS)
    work_until_nothing_is_due(0)  # a worker that finds all rows taken has gone
    assert sorted(probe.sent) == sorted(keys)
    with staff_scope("test"):
        assert set(Operation.objects.values_list("state", flat=True)) == {Operation.State.DONE}


def test_without_the_lock_on_the_row_two_of_them_would_send_it(
    committed: Shop, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They meet between picking the row and marking it, and so both have it."""
    (key,) = wish(committed, 1)
    both = threading.Barrier(2)
    lease = claiming._lease

    def meet_and_lease(operation: Operation, *, must_look: bool) -> None:
        both.wait(20)
        lease(operation, must_look=must_look)

    monkeypatch.setattr(claiming, "LOCK", claiming.LOCK.replace("FOR UPDATE OF o SKIP LOCKED", ""))
    monkeypatch.setattr(claiming, "_lease", meet_and_lease)
    # The row of the budget keeps them apart too, so it is left alone here.
    monkeypatch.setattr(budget, "take", lambda: 1)
    monkeypatch.setattr(claiming, "_note_served", lambda _circle, operation, _customer: operation)
    together(lambda _number: engine.run_one(), times=2)
    assert probe.sent == [key, key]
