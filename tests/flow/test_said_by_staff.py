"""Staff call a thing delivered before anybody has seen it: what the upstream tells afterwards is heard."""

import pytest

from accounts.models import Customer, User
from accounts.tenancy import scope, staff_scope
from billing.ledger import Kind
from billing.models import Order, OrderLine, Transaction
from billing.services.deciding import decide_order
from domains.models import Domain
from mailboxes.models import Credential, Mailbox
from mirror import repair
from mirror.models import Survey
from reseller_portal.sandbox.control import Letter
from tests import oracle
from tests.accounts.staff import make_admin
from tests.flow.test_faults import order_state, states_of
from tests.flow.test_late_news import balances, look_again
from tests.mirror.account import Account, drifts
from tests.mirror.test_sweeps import hours_pass
from tests.shop import Shop


@pytest.fixture
def rex(shop: Shop) -> User:
    return make_admin()


@pytest.fixture
def order(shop: Shop) -> Order:
    """Bought, and under way; the upstream will refuse the first domain."""
    shop.sandbox.reserve("first.com", "unlucky")
    order = shop.order("first.com", "second.net")
    shop.work()
    return order


def call_delivered(order: Order, rex: User) -> None:
    with staff_scope("test: staff decide"):
        decide_order(user=rex, order=Order.objects.get(pk=order.pk), verb="done", reason="Seen in the panel")
    assert set(states_of(order).values()) == {"delivered"}


def letters(shop: Shop) -> list[Letter]:
    shop.sandbox.advance(60)
    return shop.sandbox.pending_letters()


@pytest.mark.parametrize("times", [1, 3])
def test_what_did_not_come_gives_its_price_back_once_and_costs_nothing(
    shop: Shop, order: Order, rex: User, times: int
) -> None:
    call_delivered(order, rex)
    oracle.ask_in_between()
    told = letters(shop)
    for _ in range(times):
        shop.deliver_events(told)
    look_again(shop)
    states = states_of(order)
    assert {states[name] for name in states if "first.com" in name} == {"failed"}
    assert {states[name] for name in states if "second.net" in name} == {"delivered"}
    assert order_state(order) == Order.State.PARTLY
    with scope(shop.customer.pk):
        price = sum(order.lines.filter(state="delivered").values_list("price_minor", flat=True))
        problems = set(order.lines.filter(state="failed").values_list("problem", flat=True))
        assert Transaction.objects.filter(kind="return").count() == 3
    assert balances(shop)[Kind.REVENUE] == price
    assert balances(shop)[Kind.AVAILABLE] == 100_000 - price
    assert "" not in problems
    oracle.ask(shop.sandbox)


def test_what_readings_alone_contradict_is_brought_to_staff(shop: Shop, order: Order, rex: User) -> None:
    """Every event was lost. What came is no difference, and what did not can be looked for once more."""
    call_delivered(order, rex)
    shop.sandbox.mark_delivered(letters(shop))
    account = Account(shop.sandbox)
    with staff_scope("test"):
        customer = Customer.objects.get(pk=shop.customer.pk)
    for _ in range(3):
        account.read(Survey.Kind.CUSTOMER, customer=customer)
        shop.work()
        hours_pass(30)
    found = drifts(state="open")
    assert {each.name for each in found} == {"first.com", "maya@first.com", "noor@first.com"}
    assert {each.kind for each in found} == {"missing"}
    with staff_scope("test: look again"):
        for each in found:
            repair.repair(user=rex, drift=each)
    shop.work()
    assert {each.state for each in drifts(kind="missing")} == {"open"}


def test_what_came_is_shown_as_it_came(shop: Shop, order: Order, rex: User) -> None:
    """It was read when staff had said so, and was still coming up then."""
    call_delivered(order, rex)
    shop.work()
    shop.deliver_events(letters(shop))
    with staff_scope("test"):
        assert Domain.objects.get(name="second.net").state == Domain.State.ACTIVE
        boxes = Mailbox.objects.filter(domain__name="second.net")
        assert {(each.state, bool(each.upstream_id)) for each in boxes} == {("ACTIVE", True)}
        assert Credential.objects.filter(mailbox__in=boxes).exclude(password=b"").count() == 2
        assert not OrderLine.objects.filter(is_said_by_staff=True).exists()
    oracle.ask(shop.sandbox)


def test_what_the_upstream_itself_has_told_to_be_there_is_not_taken_back(shop: Shop, rex: User) -> None:
    order = shop.order("second.net")
    shop.work()
    call_delivered(order, rex)
    told = letters(shop)
    shop.deliver_events(told)
    success = next(each for each in told if each.name == "domain.order.success")
    failure = success.body.replace(b"domain.order.success", b"domain.order.failed")
    shop.deliver_events([Letter("odd", "domain.order.failed", failure.replace(b'"eventId": "', b'"eventId": "x'), {})])
    assert set(states_of(order).values()) == {"delivered"}
    oracle.ask(shop.sandbox)


def test_what_comes_after_its_price_went_back_is_charged_again(shop: Shop, order: Order, rex: User) -> None:
    call_delivered(order, rex)
    told = letters(shop)
    shop.deliver_events([each for each in told if each.name == "domain.order.failed"])
    assert states_of(order)["first.com"] == "failed"
    (failed,) = (each for each in told if each.name == "domain.order.failed")
    came = failed.body.replace(b"domain.order.failed", b"domain.order.success")
    came = came.replace(b'"eventId": "', b'"eventId": "x').replace(b'"domainId": null', b'"domainId": "D1"')
    shop.deliver_events([Letter("later", "domain.order.success", came, {})])
    assert states_of(order)["first.com"] == "delivered"
    with scope(shop.customer.pk):
        assert Transaction.objects.filter(kind="charge").count() == 1
    oracle.ask_in_between()


def test_what_was_taken_for_a_thing_that_did_not_come_stays_in_the_books(shop: Shop, rex: User) -> None:
    order = shop.order("hidden-conflict.com", "second.net")
    shop.work()
    call_delivered(order, rex)
    shop.deliver_events(letters(shop))
    look_again(shop)
    assert states_of(order)["hidden-conflict.com"] == "failed"
    with staff_scope("test"):
        line = OrderLine.objects.get(order=order, name="hidden-conflict.com")
    assert line.cost_booked_minor > 0
    oracle.ask(shop.sandbox)
