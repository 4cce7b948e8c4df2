"""A refusal that is about us fails nobody's order: all waits, staff are told once, and it goes on by itself."""

import socket
import ssl
from collections.abc import Callable

import pytest
import requests
from pytest_django import Settings

from accounts.models import User
from accounts.tenancy import scope, staff_scope
from billing.models import Order
from reseller_portal.operations import alarms, circuit
from reseller_portal.operations.gateway import client_for_reading
from reseller_portal.operations.models import Budget, Operation, Pause
from reseller_portal.sandbox.control import Control
from tests import oracle
from tests.accounts.post import posted
from tests.operations.pace import Pace, paid
from tests.operations.trouble import OnTheWire, answers, begin, breaks, end
from tests.shop import Shop

State = Operation.State
pytestmark = pytest.mark.usefixtures("on_the_wire")


ABOUT_US = {
    "the key is wrong": answers(401, '{"status": 401, "message": "Invalid API Key"}'),
    "the key is forbidden everything": answers(403, '{"status": 403, "message": "Forbidden"}'),
    "the key is wrong in other words": answers(401, "nope", "text/plain"),
    "a firewall refuses": answers(403, "<html>Blocked</html>", "text/html"),
    "there is no API at the address": answers(404, "404 page not found", "text/plain"),
    "the server knows no such method": answers(405, "", "text/plain"),
    "a proxy wants a password": answers(407, "<html></html>", "text/html"),
    "a page for people answers": answers(200, "<html>Welcome</html>", "text/html"),
    "a proxy has no server behind it": answers(502, "<html>Bad gateway</html>", "text/html"),
    "the address has moved": answers(301, "", "text/plain"),
    "the name is not found": breaks(requests.ConnectionError(OSError("x"), socket.gaierror(-2, "unknown"))),
    "the certificate is bad": breaks(requests.exceptions.SSLError(ssl.SSLCertVerificationError("expired"))),
    "nothing listens": breaks(requests.ConnectTimeout()),
}  # fmt: skip


def states(shop: Shop) -> set[str]:
    with scope(shop.customer.pk):
        return set(Operation.objects.values_list("state", flat=True))


def order_state(order: Order) -> str:
    with scope(order.customer_id):
        order.refresh_from_db()
    return order.state


@pytest.mark.parametrize("trouble", ABOUT_US.values(), ids=ABOUT_US)
def test_what_is_about_us_fails_no_order_and_it_is_delivered_when_it_is_over(
    shop: Shop, trouble: Callable[..., requests.Response]
) -> None:
    order = shop.order("north.com")
    begin(trouble)
    for _ in range(30):
        shop.work()
        shop.pass_time(60)
    assert State.FAILED not in states(shop)
    assert State.NEEDS_PERSON not in states(shop)
    assert order_state(order) == Order.State.WORKING
    assert circuit.current() is not None
    end()
    shop.pass_time(60)
    shop.finish()
    assert circuit.current() is None
    assert order_state(order) == Order.State.DELIVERED
    oracle.ask(shop.sandbox)


def test_a_key_that_is_changed_during_the_second_call_of_a_purchase_costs_nobody_anything(shop: Shop) -> None:
    order = shop.order("north.com")
    shop.sandbox.fault("process_order", "refuse", status=401, words="Invalid API Key")
    shop.sandbox.fault("get_wallet", "refuse", status=401, words="Invalid API Key")
    shop.work()
    assert circuit.current() is not None
    assert order_state(order) == Order.State.WORKING
    shop.pass_time(5)
    shop.finish()
    assert order_state(order) == Order.State.DELIVERED
    assert shop.sandbox.count("process_order", effective=True) == 1
    oracle.ask(shop.sandbox)


def test_tries_are_not_used_up_while_it_is_open_and_one_call_a_minute_is_made(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.order("north.com")
    shop.order("south.com")
    pace = Pace()
    pace.install(monkeypatch)
    begin(ABOUT_US["the key is wrong"])
    before, OnTheWire.calls = paid(), 0
    pace.work(600)
    with staff_scope("test"):
        assert max(Operation.objects.exclude(due_at=None).values_list("attempts", flat=True)) <= 1
    assert OnTheWire.calls <= 2 + 5 + 10, "the call, its proof, and tries with growing pauses"
    assert paid() - before == OnTheWire.calls
    assert len(pace.claims) <= 1


def test_staff_are_told_once_each_time_with_what_to_do(shop: Shop) -> None:
    shop.order("north.com")
    begin(ABOUT_US["the key is wrong"])
    for _ in range(10):
        shop.work()
        shop.pass_time(60)
    (letter,) = posted()
    assert letter.to == ["duty@reseller.example"]
    assert "Put the right one into UPSTREAM_KEY and restart." in letter.body
    assert "Invalid API Key" in letter.body
    end()
    shop.work()
    begin(ABOUT_US["the certificate is bad"])
    shop.ask_for_quote("west.com")
    shop.work()
    assert len(posted()) == 2


def test_where_no_address_is_set_those_who_may_decide_are_told(shop: Shop, settings: Settings) -> None:
    settings.STAFF_ALERT_EMAILS = []
    User.objects.create_superuser("root@reseller.example", "pass-phrase-1")
    User.objects.create_user(
        "gone@reseller.example", "pass-phrase-1", is_staff=True, is_superuser=True, is_active=False
    )
    assert alarms.addresses() == ["root@reseller.example"]


def test_a_refusal_of_one_call_is_about_that_call(shop: Shop) -> None:
    """The API's own 403 speaks of a thing that is not ours; the key is proved by another call."""
    order = shop.order("north.com")
    shop.sandbox.fault("create_order", "refuse", status=403, words="This user is not yours")
    shop.work()
    assert circuit.current() is None
    assert order_state(order) == Order.State.FAILED


@pytest.mark.parametrize("status", [401, 405])
def test_a_route_that_is_refused_while_the_key_works_fails_no_order_and_stops_nothing_else(
    shop: Shop, status: int
) -> None:
    order = shop.order("north.com")
    shop.sandbox.fault("create_order", "refuse", times=3, status=status, words="No")
    shop.work()
    assert circuit.current() is None
    assert order_state(order) == Order.State.WORKING
    assert Pause.objects.get().operation == "create_order"
    shop.quote("other.com")
    for _ in range(5):
        shop.pass_time(120)
        shop.finish()
    assert order_state(order) == Order.State.DELIVERED


def test_where_neither_is_proved_nothing_fails(shop: Shop) -> None:
    order = shop.order("north.com")
    shop.sandbox.fault("create_order", "refuse", status=401, words="Invalid API Key")
    shop.sandbox.fault("get_wallet", "error_before")
    shop.work()
    assert order_state(order) == Order.State.WORKING
    shop.pass_time(60)
    shop.finish()
    assert order_state(order) == Order.State.DELIVERED


def test_where_the_wallet_lives_elsewhere_the_users_prove_the_key(shop: Shop) -> None:
    shop.sandbox.fault("get_wallet", "refuse", times=50, status=405, words="No")
    order = shop.order("north.com")
    shop.sandbox.fault("create_order", "refuse", status=403, words="This user is not yours")
    shop.work()
    assert circuit.current() is None
    assert order_state(order) == Order.State.FAILED


def test_readers_outside_the_engine_open_it_and_try_too(shop: Shop) -> None:
    begin(ABOUT_US["the key is wrong"])
    with client_for_reading() as client, pytest.raises(circuit.Open):
        client.wallet.get()
    calls = OnTheWire.calls
    with client_for_reading() as client, pytest.raises(circuit.Open):
        client.wallet.get()
    assert OnTheWire.calls == calls
    end()
    shop.pass_time(60)
    with client_for_reading() as client:
        client.wallet.get()
    assert circuit.current() is None


def test_a_purchase_that_a_strange_page_answered_is_looked_at_first(shop: Shop, sandbox: Control) -> None:
    order = shop.order("north.com")
    sandbox.fault("process_order", "html")
    sandbox.fault("get_wallet", "html")
    shop.work()
    assert circuit.current() is not None
    shop.pass_time(60)
    shop.finish()
    assert sandbox.count("process_order") == 1
    assert order_state(order) == Order.State.DELIVERED
    assert Budget.objects.get().paid > 0
