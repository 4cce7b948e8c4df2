"""The upstream, or one operation of it, answers nobody: what needs it waits, uses up no try, and is not doubled."""

from collections.abc import Callable
from typing import ClassVar

import pytest
import requests
from pytest_django import Settings

from accounts.tenancy import scope, staff_scope
from billing.availability import SUGGESTIONS
from billing.models import Order
from reseller_portal.operations import circuit, pauses, registry
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import Wish, place_many
from reseller_portal.operations.registry import Accepted, Happened, Lookup, NotHappened, Seen, Sent
from reseller_portal.sandbox.control import Control
from reseller_portal.upstream.client import Client
from tests import oracle
from tests.accounts.post import posted
from tests.operations.pace import Pace, ask, at_the_real_pace, paid
from tests.operations.trouble import OnTheWire, answers, begin, breaks, end
from tests.shop import Shop
from tests.world import World

State = Operation.State
WALLET, CREATE = "test.wallet", "test.create"
HOUR = 3600
pytestmark = pytest.mark.usefixtures("on_the_wire")

PLAIN = {
    "a fault of its own": answers(500, '{"status": 500, "message": "Internal server error"}'),
    "it says that it is away": answers(503, "Service Unavailable", "text/plain"),
    "an answer that is cut": answers(200, '{"status": 2'),
    "no answer in time": breaks(requests.ReadTimeout()),
    "a connection that breaks off": breaks(requests.ConnectionError(ConnectionResetError(104, "reset by peer"))),
}


class AskWallet(Lookup):
    def send(self, operation: Operation, client: Client) -> Sent:
        return Happened({"balance": str(client.wallet.get().balance)})


class Create:
    """Changes something, and must not do so twice."""

    repeatable: ClassVar[bool] = False

    def send(self, operation: Operation, client: Client) -> Sent:
        client.orders.process("user-1", operation.key)
        return Accepted()

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def settle(self, operation: Operation) -> None:
        """Nothing beside the row."""


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch, settings: Settings, sandbox: Control) -> Pace:
    monkeypatch.setitem(registry._handlers, WALLET, AskWallet())
    monkeypatch.setitem(registry._handlers, CREATE, Create())
    return at_the_real_pace(monkeypatch, settings)


def rows(kind: str) -> list[Operation]:
    with staff_scope("test"):
        return list(Operation.objects.filter(kind=kind))


def states(kind: str) -> set[str]:
    return {row.state for row in rows(kind)}


def only(path: str) -> Callable[[requests.PreparedRequest], requests.Response | None]:
    """Calls of this path get a fault of the upstream, all others an answer."""
    fault = answers(500, '{"status": 500, "message": "Internal server error"}')
    return lambda request: fault(request) if path in str(request.url) else None


def order_state(order: Order) -> str:
    with scope(order.customer_id):
        order.refresh_from_db()
    return order.state


@pytest.mark.parametrize("trouble", PLAIN.values(), ids=PLAIN)
def test_in_an_outage_of_hours_nothing_is_given_up_and_one_call_a_minute_is_made(
    shop: Shop, pace: Pace, trouble: Callable[..., requests.Response]
) -> None:
    order = shop.order("north.com")
    ask(shop.world.acme, WALLET, *(f"acme {number}" for number in range(20)))
    ask(shop.world.initech, WALLET, *(f"initech {number}" for number in range(20)))
    begin(trouble)
    before, OnTheWire.calls = paid(), 0
    pace.work(6 * HOUR)
    with staff_scope("test"):
        waiting = Operation.objects.filter(due_at__isnull=False)
        assert max(waiting.values_list("attempts", flat=True)) <= 1
        assert not Operation.objects.filter(state=State.NEEDS_PERSON).exists()
    assert OnTheWire.calls <= 3 + 2 + 10 + 6 * 60, "three calls, the proof, and tries with growing pauses"
    assert paid() - before == OnTheWire.calls
    assert len(pace.claims) <= 5
    assert [letter.to for letter in posted()] == [["duty@reseller.example"]]
    end()
    pace.work(120)
    shop.finish()
    assert (states(WALLET), order_state(order)) == ({State.DONE}, Order.State.DELIVERED)
    assert shop.sandbox.count("process_order", effective=True) == 1
    oracle.ask(shop.sandbox)


def test_a_purchase_that_is_lost_in_an_outage_is_looked_at_when_it_is_over(shop: Shop, pace: Pace) -> None:
    order = shop.order("north.com")
    lose = breaks(requests.ReadTimeout())

    def lose_from_the_purchase_on(request: requests.PreparedRequest) -> requests.Response | None:
        if "/orders/process" not in str(request.url):
            return None
        begin(lose)
        shop.sandbox.fault("process_order", "lose_answer")
        return None

    begin(lose_from_the_purchase_on)
    pace.work(3 * HOUR)
    assert circuit.current() is not None
    end()
    pace.work(120)
    shop.finish()
    assert shop.sandbox.count("process_order") == 1
    assert order_state(order) == Order.State.DELIVERED
    oracle.ask(shop.sandbox)


def test_one_row_that_is_never_answered_is_given_up_and_stops_nothing(world: World, pace: Pace) -> None:
    """Also where nobody else calls meanwhile: the proof is answered."""
    begin(only("/domains/available"))
    ask(world.acme, SUGGESTIONS, "coffee")
    pace.work(71 * HOUR, until=lambda: states(SUGGESTIONS) == {State.NEEDS_PERSON})
    (row,) = rows(SUGGESTIONS)
    assert (row.state, row.attempts) == (State.NEEDS_PERSON, 20)
    assert (circuit.current(), pauses.current(), posted()) == (None, [], [])


def test_one_row_that_is_never_answered_among_others_that_are_pauses_nothing(world: World, pace: Pace) -> None:
    fault = answers(500, '{"status": 500, "message": "Internal server error"}')
    begin(lambda request: fault(request) if b"bad" in (request.body or b"") else None)
    ask(world.acme, SUGGESTIONS, "bad", "coffee", "tea")
    ask(world.initech, SUGGESTIONS, "bad", "milk")
    pace.work(60)
    done = {row.key for row in rows(SUGGESTIONS) if row.state == State.DONE}
    assert done == {"coffee", "tea", "milk"}
    assert (circuit.current(), pauses.current()) == (None, [])


def test_an_operation_that_answers_nobody_pauses_alone_and_costs_no_tries(world: World, pace: Pace) -> None:
    begin(only("/domains/available"))
    ask(world.acme, SUGGESTIONS, *(f"acme {number}" for number in range(10)))
    ask(world.initech, SUGGESTIONS, *(f"initech {number}" for number in range(10)))
    pace.work(60)
    ask(world.initech, WALLET, "meanwhile")
    pace.work(5)
    assert states(WALLET) == {State.DONE}
    pace.work(HOUR / 12)
    assert circuit.current() is None
    assert states(SUGGESTIONS) == {State.WAITING}
    assert max(row.attempts for row in rows(SUGGESTIONS)) <= 2
    assert len(pace.claims) <= 30, "with growing pauses one a minute, and not one for each row"
    assert OnTheWire.calls <= 45, "with a proof for every third"
    (pause,) = pauses.current()
    assert (pause.operation, pause.kinds) == ("suggest_domains", [SUGGESTIONS])
    end()
    pace.work(120)
    assert states(SUGGESTIONS) == {State.DONE}


def test_what_must_not_be_doubled_keeps_that_it_was_sent_and_its_tries(world: World, pace: Pace) -> None:
    begin(only("/orders/process"))
    with scope(world.acme.pk):
        wishes = [Wish(str(number)) for number in range(5)]
        place_many(customer=world.acme, kind=CREATE, wishes=wishes, priority=Operation.Priority.PURCHASE)
    pace.work(HOUR / 12)
    assert State.NEEDS_PERSON not in states(CREATE)
    assert {row.attempts for row in rows(CREATE)} <= {1, 2}


def test_an_upstream_that_comes_and_goes_is_told_once(shop: Shop, pace: Pace) -> None:
    silent = PLAIN["it says that it is away"]
    for number in range(6):
        begin(silent)
        ask(shop.world.acme, WALLET, *(f"{number} {each}" for each in range(3)))
        pace.work(60)
        assert circuit.current() is not None
        end()
        pace.work(120)
        assert circuit.current() is None
    assert len(posted()) == 1
    pace.wait(2 * HOUR)
    begin(silent)
    ask(shop.world.acme, WALLET, "much", "later", "again")
    pace.work(60)
    assert len(posted()) == 2
