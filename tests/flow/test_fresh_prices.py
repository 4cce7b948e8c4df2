"""What was read moments ago is not read again name by name; what may have moved since is, before anything is paid."""

from datetime import timedelta

import pytest
from django.db.models import F
from pytest_django import Settings

from accounts.tenancy import scope, staff_scope
from billing import price_changes
from billing.handlers.pricing import FEW_NAMES, ReadPrice
from billing.models import Order, OrderLine
from reseller_portal.operations import lookups
from reseller_portal.operations.deciding import settle_as
from reseller_portal.operations.engine import Transition, apply, look_now
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Sent, WaitForAnswers
from reseller_portal.operations.steps import answer_if_done, steps_of
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.domains import Domains
from reseller_portal.upstream.models.availability import Availability as Offer
from tests import oracle
from tests.accounts.staff import make_admin
from tests.operations.pace import Pace
from tests.shop import NAMES, Shop

ASKED = "check_domain_availability"
MANY = (*(f"many{number}.com" for number in range(FEW_NAMES)), "other.net", "last.net")


def asked_after(shop: Shop, order: Order) -> int:
    """How many names were asked for between the confirm and the end of the work."""
    before = shop.sandbox.count(ASKED)
    shop.work()
    assert order.pk
    return shop.sandbox.count(ASKED) - before


def confirmed(shop: Shop, *names: str) -> Order:
    return shop.confirm(shop.quote(*names, names=NAMES[:1]))


def pricing() -> Operation:
    with staff_scope("test"):
        return Operation.objects.get(kind="order.price")


def answer_all(shop: Shop, wait: WaitForAnswers) -> None:
    """As another worker writes the answers down."""
    with scope(shop.customer.pk):
        for question in lookups.find(customer=shop.customer, kind=wait.kind, keys=wait.keys):
            cost = {"com": 1299, "net": 1499}[question.key.rpartition(".")[2]]
            told = {"name": question.key, "is_available": True, "cost_minor": cost}
            apply(question, Transition(Operation.State.DONE, answer=told))


def tell_no_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Domains, "check", lambda _domains, name, years=1: Offer(name=name, is_available=True))


def asked_lines(order: Order) -> set[str]:
    with scope(order.customer_id):
        return set(price_changes.asked_lines(order).values_list("name", flat=True))


def test_of_many_fresh_prices_one_of_each_ending_is_read_again(shop: Shop) -> None:
    order = confirmed(shop, *MANY)
    assert asked_after(shop, order) == 2
    assert shop.sandbox.count("get_order") == 0
    assert shop.sandbox.count("process_order") == 1
    shop.finish()
    oracle.ask(shop.sandbox)


def test_a_moved_ending_is_read_whole_and_the_customer_is_asked(shop: Shop) -> None:
    order = confirmed(shop, *MANY)
    shop.sandbox.move_prices(300)
    assert asked_after(shop, order) == len(MANY)
    assert shop.sandbox.count("process_order") == 0
    assert asked_lines(order) == set(MANY)


def test_a_name_with_a_price_of_its_own_is_always_read_again(shop: Shop) -> None:
    shop.sandbox.move_price(MANY[3], 70)
    order = confirmed(shop, *MANY)
    shop.sandbox.move_price(MANY[3], 90)
    shop.work()
    assert asked_lines(order) == {MANY[3]}
    with scope(order.customer_id):
        waiting = order.lines.filter(state="waiting")
        assert set(waiting.values_list("domain_name", flat=True)) == {MANY[3]}


@pytest.mark.parametrize(("age", "asked"), [(500, 2), (601, len(MANY))])
def test_prices_are_believed_for_as_long_as_the_setting_says(shop: Shop, age: int, asked: int) -> None:
    order = confirmed(shop, *MANY)
    with scope(shop.customer.pk):
        OrderLine.objects.update(cost_read_at=F("cost_read_at") - timedelta(seconds=age))
    assert asked_after(shop, order) == asked


def test_one_price_that_is_not_fresh_has_all_of_them_read(shop: Shop) -> None:
    order = confirmed(shop, *MANY)
    with scope(shop.customer.pk):
        order.lines.filter(name=MANY[5]).update(cost_read_at=None)
    assert asked_after(shop, order) == len(MANY)


def test_few_names_are_read_again_however_fresh_they_are(shop: Shop) -> None:
    order = confirmed(shop, *MANY[:FEW_NAMES])
    assert asked_after(shop, order) == FEW_NAMES


def test_waiting_for_prices_costs_no_call_and_the_last_answer_ends_it(shop: Shop) -> None:
    shop.order("first.com", "second.net")
    shop.sandbox.fault(ASKED, "throttle", times=6, retry_after=30)
    rounds = 0
    while not shop.sandbox.count("process_order"):
        shop.work()
        shop.pass_time(31)
        rounds += 1
    assert rounds > 2
    assert shop.sandbox.count("get_order") == 1
    assert pricing().attempts == 1


def test_half_an_hour_in_which_prices_are_throttled_costs_an_order_four_claims(
    shop: Shop, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that reads the draft, one that the last answer wakes, and one in each quarter of an hour."""
    settings.UPSTREAM_CALLS_PER_SECOND = 4
    pace = Pace()
    pace.install(monkeypatch)
    shop.order("first.com", "second.net")
    pace.work(10, until=lambda: shop.sandbox.count("get_order") == 1)
    shop.sandbox.fault(ASKED, "throttle", times=1000, retry_after=1800)
    for _minute in range(30):
        pace.wait(57)
        pace.work(3)
    assert pricing().state == Operation.State.WAITING
    shop.sandbox.heal()
    pace.work(70)
    assert shop.sandbox.count("process_order") == 1
    assert [claim.kind for claim in pace.claims].count("order.price") <= 4


@pytest.mark.parametrize("is_looked_after", [True, False])
def test_answers_that_come_while_it_lies_down_wake_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, is_looked_after: bool
) -> None:
    """And without the look after them it would lie for a quarter of an hour."""
    send = ReadPrice.send

    def answered_meanwhile(handler: ReadPrice, operation: Operation, client: Client) -> Sent:
        try:
            return send(handler, operation, client)
        except WaitForAnswers as wait:
            answer_all(shop, wait)
            raise

    monkeypatch.setattr(ReadPrice, "send", answered_meanwhile)
    if not is_looked_after:
        monkeypatch.setattr(lookups, "are_open", lambda _customer, _wait: True)
    shop.order("first.com", "second.net")
    shop.work()
    assert shop.sandbox.count("process_order") == int(is_looked_after)


def test_a_draft_that_is_gone_when_it_is_to_be_paid_gives_the_money_back(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.sandbox.fault("get_order", "refuse")
    shop.finish()
    with scope(shop.customer.pk):
        assert set(order.lines.values_list("state", flat=True)) == {"failed"}
    assert shop.sandbox.count("process_order") == 0
    oracle.ask(shop.sandbox)


@pytest.mark.parametrize(("outcome", "bought"), [("failed", 0), ("done", 1)])
def test_staff_end_a_purchase_whose_price_nobody_tells(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, outcome: str, bought: int
) -> None:
    order = shop.order("first.com")
    tell_no_price(monkeypatch)
    shop.work()
    stuck = pricing()
    assert stuck.state == Operation.State.NEEDS_PERSON
    with staff_scope("test: staff decide"):
        assert [step.verb for step in steps_of(stuck)] == ["check", "done", "failed"]
        answer = answer_if_done(stuck) if outcome == "done" else None
        settle_as(user=make_admin(), operation=stuck, outcome=outcome, reason="Seen", answer=answer)  # type: ignore[arg-type]  # one of the two
    shop.finish()
    assert shop.sandbox.count("process_order") == bought
    with scope(shop.customer.pk):
        assert order.lines.filter(state="delivered").exists() == bool(bought)
    oracle.ask(shop.sandbox)


def test_checked_again_a_price_that_nobody_told_is_asked_anew(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.order("first.com")
    with monkeypatch.context() as silent:
        tell_no_price(silent)
        shop.work()
    with staff_scope("test: staff check again"):
        look_now(pricing())
    shop.finish()
    assert shop.sandbox.count("process_order") == 1
    oracle.ask(shop.sandbox)
