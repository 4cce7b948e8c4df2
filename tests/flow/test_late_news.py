"""What comes after an end, or instead of it: nothing is given away, nothing taken twice, nothing waits unseen."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import scope, staff_scope
from billing import ledger, settlement
from billing.deliveries import Delivery
from billing.ledger import Kind
from billing.models import Entry, Order, OrderLine, OrderPart, QuoteLine, Shortfall, Transaction
from billing.settlement import News
from domains.models import Domain
from domains.services.refreshing import WHOLE
from mailboxes.models import Credential, Mailbox
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox import models as there
from reseller_portal.webhooks.models import Event
from tests import oracle
from tests.flow.test_events import bought
from tests.flow.test_faults import operation_of, order_state, states_of
from tests.shop import Names, Shop

SECOND_REFUSALS = ("Order is not in draft state", "Conflict", "cannot process order twice", "Zaten işlendi")
State = Operation.State


def look_again(shop: Shop, times: int = 4) -> None:
    for _ in range(times):
        shop.pass_time(60)
        shop.work()


def after_silence(shop: Shop) -> None:
    shop.pass_time(settings.UPSTREAM_SILENCE_SECONDS + 1)
    shop.work()


def balances(shop: Shop) -> dict[str, int]:
    with scope(shop.customer.pk):
        return ledger.balances_of(shop.customer)


def prices(order: Order, state: str) -> int:
    with scope(order.customer_id):
        return sum(order.lines.filter(state=state).values_list("price_minor", flat=True))


# A refusal of what was sent before


@pytest.mark.parametrize("words", SECOND_REFUSALS)
@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_purchase_that_happened_is_delivered_whatever_the_words_for_the_second_one(
    shop: Shop, words: str, status: int
) -> None:
    """The answer was lost, reading was stale for longer than the silence, so it was sent once more."""
    order = shop.order("first.com")
    shop.sandbox.fault("process_order", "lose_answer")
    shop.work()
    with staff_scope("test: as a stale reading would leave it"):
        Operation.objects.filter(kind="order.process").update(state=State.WAITING)
    shop.sandbox.fault("process_order", "refuse", words=words, status=status)
    after_silence(shop)
    assert shop.sandbox.count("process_order") == 2
    shop.finish()
    assert order_state(order) == Order.State.DELIVERED
    oracle.ask(shop.sandbox)


def test_a_refusal_of_a_repeated_call_whose_order_shows_nothing_is_decided_by_a_person(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.sandbox.fault("process_order", "error_before")
    shop.work()
    shop.sandbox.fault("process_order", "refuse", words="Order is not in draft state", status=409)
    after_silence(shop)
    look_again(shop)
    assert operation_of(shop, "order.process").state in {State.ACCEPTED, State.UNKNOWN}
    after_silence(shop)
    operation = operation_of(shop, "order.process")
    assert operation.state == State.NEEDS_PERSON
    assert "Order is not in draft state" in operation.last_error
    assert set(states_of(order).values()) == {"waiting"}
    assert shop.sandbox.count("process_order") == 2


# What the answer does not name has not ended


@pytest.mark.parametrize("status", ["PAID", "PARTIAL_REFUND"])
def test_an_order_that_ended_before_its_mailboxes_are_listed_is_looked_at_until_they_are(
    shop: Shop, status: str
) -> None:
    order = shop.order("first.com")
    shop.work()
    shop.sandbox.advance(3)
    shop.sandbox.mark_delivered(shop.sandbox.pending_letters())
    hidden = there.Order.objects.get()
    there.Mailbox.objects.update(order=None)
    there.Order.objects.update(status=status)
    look_again(shop)
    assert states_of(order) == {
        "first.com": "delivered",
        "maya@first.com": "working",
        "noor@first.com": "working",
    }
    there.Mailbox.objects.update(order=hidden)
    there.Order.objects.update(status="PENDING")
    shop.finish()
    look_again(shop)
    assert order_state(order) == Order.State.DELIVERED
    oracle.ask(shop.sandbox)


def test_an_order_that_failed_as_a_whole_ends_what_it_does_not_list(shop: Shop) -> None:
    order = shop.order("unlucky-name.com")
    shop.work()
    shop.sandbox.advance(30)
    shop.sandbox.mark_delivered(shop.sandbox.pending_letters())
    there.Mailbox.objects.update(order=None)
    there.Domain.objects.update(order=None)
    assert set(there.Order.objects.values_list("status", flat=True)) == {"FAILED"}
    look_again(shop)
    assert order_state(order) == Order.State.FAILED
    assert balances(shop)[Kind.AVAILABLE] == 100_000


# Failed, and delivered all the same


def failed_then_delivered(shop: Shop, *, leaves: int = 100_000) -> Order:
    """Everything was reported as failed, the money was spent but for some, then the events of the delivery came."""
    letters = bought(shop, "first.com")
    with scope(shop.customer.pk):
        part = OrderPart.objects.get()
        settlement.fail_part(part, "Reported as failed")
        order = Order.objects.get()
    assert order_state(order) == Order.State.FAILED
    assert balances(shop)[Kind.AVAILABLE] == 100_000
    spend_all_but(shop, leaves)
    shop.deliver_events(letters)
    shop.deliver_events(letters)
    look_again(shop)
    return order


def spend_all_but(shop: Shop, amount: int) -> None:
    with scope(shop.customer.pk):
        spare = ledger.balance_of(shop.customer) - amount
        ledger.hold(customer=shop.customer, amounts={"elsewhere": spare}, reference="elsewhere", description="Spent")


def test_what_failed_and_is_delivered_all_the_same_is_charged_again_once(shop: Shop) -> None:
    order = failed_then_delivered(shop)
    assert order_state(order) == Order.State.DELIVERED
    assert balances(shop)[Kind.REVENUE] == prices(order, "delivered") == 2_559
    assert balances(shop)[Kind.HELD] == 0
    with scope(shop.customer.pk):
        assert set(Mailbox.objects.values_list("state", flat=True)) == {"ACTIVE"}
        assert set(Domain.objects.values_list("state", flat=True)) == {"ACTIVE"}
        assert Credential.objects.exclude(password="").count() == 2
        assert not Shortfall.objects.exists()
    oracle.ask(shop.sandbox)


def test_what_the_balance_does_not_pay_for_is_an_open_case_for_staff(shop: Shop) -> None:
    order = failed_then_delivered(shop, leaves=1_600)
    assert order_state(order) == Order.State.DELIVERED
    with scope(shop.customer.pk):
        owed = dict(Shortfall.objects.values_list("line__name", "amount_minor"))
        assert Credential.objects.exclude(password="").count() == 2
    assert sum(owed.values()) + balances(shop)[Kind.REVENUE] == prices(order, "delivered")
    assert owed
    assert balances(shop)[Kind.AVAILABLE] < 500


def test_what_a_reading_found_before_the_late_delivery_is_the_row_of_its_line(shop: Shop) -> None:
    """Its line counted as failed, so the reading made a row; the events that come then charge for that very one."""
    letters = bought(shop, "first.com")
    with scope(shop.customer.pk):
        settlement.fail_part(OrderPart.objects.get(), "Reported as failed")
        lookups.ask(customer=shop.customer, kind=WHOLE, keys=["first.com"])
    shop.work()
    with scope(shop.customer.pk):
        assert Domain.objects.get(state="ACTIVE").line is None
        assert set(Mailbox.objects.filter(state="ACTIVE").values_list("line", flat=True)) == {None}
    shop.deliver_events(letters)
    with staff_scope("test"):
        assert set(Event.objects.values_list("state", flat=True)) == {"done"}
        assert Domain.objects.get(state="ACTIVE").line == OrderLine.objects.get(name="first.com")
        found = Mailbox.objects.filter(state="ACTIVE")
        assert set(found.values_list("line__name", "line__state")) == {
            ("maya@first.com", "delivered"),
            ("noor@first.com", "delivered"),
        }
    assert balances(shop)[Kind.REVENUE] == 2_559
    oracle.ask(shop.sandbox)


# Gone at the vendor's while under way


@pytest.mark.parametrize("status", ["REMOVED", "EXPIRED", "CANCELLED"])
def test_a_mailbox_that_went_while_under_way_ends_with_the_money_back_and_its_cost_in_the_books(
    shop: Shop, status: str
) -> None:
    order = shop.order("first.com")
    shop.work()
    shop.sandbox.advance(60)
    shop.sandbox.mark_delivered(shop.sandbox.pending_letters())
    there.Mailbox.objects.filter(username="maya").update(status=status)
    look_again(shop)
    assert order_state(order) == Order.State.PARTLY
    assert states_of(order)["maya@first.com"] == "failed"
    assert operation_of(shop, "order.process").is_final
    assert balances(shop)[Kind.HELD] == 0
    spent = -sum(amount for amount, _ in shop.sandbox.movements())
    assert balances(shop)[Kind.COST] == spent == 1_899
    with scope(shop.customer.pk):
        assert OrderLine.objects.get(state="failed").cost_booked_minor == 300


def test_a_domain_that_went_while_under_way_takes_its_mailboxes_along(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.work()
    shop.sandbox.advance(60)
    shop.sandbox.mark_delivered(shop.sandbox.pending_letters())
    there.Domain.objects.update(status="REMOVED")
    there.Mailbox.objects.update(order=None)
    look_again(shop)
    assert order_state(order) == Order.State.FAILED
    assert balances(shop)[Kind.AVAILABLE] == 100_000


# Prices and costs


def test_what_is_free_is_delivered_and_moves_no_money(shop: Shop) -> None:
    quote = shop.quote("first.com")
    with scope(shop.customer.pk):
        QuoteLine.objects.filter(item="domain").update(price_minor=0)
    order = shop.confirm(quote)
    shop.finish()
    assert order_state(order) == Order.State.DELIVERED
    assert balances(shop)[Kind.REVENUE] == 1_000
    oracle.ask(shop.sandbox)


def test_a_cost_may_go_back_to_what_it_was_before(shop: Shop) -> None:
    shop.order("first.com")
    shop.finish()
    for cost in (1_500, 1_299, 1_500, 1_299, 1_500):
        with scope(shop.customer.pk):
            part = OrderPart.objects.get()
            line = settlement.lines_of(part).get(item="domain")
            settlement.settle(part, {line: News(cost_minor=cost)})
    with scope(shop.customer.pk):
        booked = sum(Entry.objects.filter(account__kind=Kind.COST).values_list("amount_minor", flat=True))
        assert booked == 1_500 + 2 * 300


def test_closing_an_operation_never_brings_an_older_cost_back(shop: Shop) -> None:
    """A look told one price, a later event another one; the last event ends the order and closes the operation."""
    letters = bought(shop, "first.com")
    shop.pass_time(60)
    with scope(shop.customer.pk):
        operation = Operation.objects.get(kind="order.process")
        operation.answer = {
            "domains": [{"name": "first.com", "id": "d-1", "status": "ACTIVE", "cost_minor": 99, "reason": ""}],
            "mailboxes": [],
        }
        operation.save()
    shop.deliver_events(letters)
    assert operation_of(shop, "order.process").state == State.DONE
    with scope(shop.customer.pk):
        assert OrderLine.objects.get(item="domain").cost_booked_minor == 1_299
    oracle.ask(shop.sandbox)


# Is the wallet empty


NAMES_LIKE_MONEY = (
    "getfundable.com is no longer available",
    "worklifebalance.io cannot be registered",
    "mywallet.com: insufficient balance of letters, fund raising is over",
    "This order was refunded",
)


@pytest.mark.parametrize("words", NAMES_LIKE_MONEY)
def test_a_refusal_is_about_the_wallet_only_when_the_wallet_says_so(shop: Shop, words: str) -> None:
    order = shop.order("first.com")
    shop.sandbox.fault("process_order", "refuse", words=words, status=422)
    shop.finish()
    assert order_state(order) == Order.State.FAILED
    assert balances(shop)[Kind.AVAILABLE] == 100_000


@pytest.mark.parametrize(("status", "dollars"), [(402, 1_000), (402, 1), (422, 18), (409, 0), (400, 18)])
def test_an_empty_wallet_is_seen_whatever_the_words(shop: Shop, status: int, dollars: int) -> None:
    order = shop.order("first.com")
    shop.sandbox.set_wallet(dollars)
    shop.sandbox.fault("process_order", "refuse", words="Das Guthaben reicht nicht", status=status)
    shop.work()
    assert order_state(order) == Order.State.WORKING
    operation = operation_of(shop, "order.process")
    assert operation.state == State.WAITING
    assert operation.last_error.startswith("The reseller's wallet is too low")


def test_an_order_waits_when_the_wallet_cannot_be_read(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.sandbox.fault("process_order", "refuse", words="No", status=422)
    shop.sandbox.fault("get_wallet", "error_before")
    shop.work()
    assert operation_of(shop, "order.process").state == State.WAITING
    shop.pass_time(120)
    shop.finish()
    assert order_state(order) == Order.State.DELIVERED


# Sets


def people(count: int) -> Names:
    return tuple((f"user{number}", "Maya", "Ferro") for number in range(count))


def statements_of_the_last_look(shop: Shop, name: str, count: int) -> int:
    shop.confirm(shop.quote(name, names=people(count)))
    shop.work()
    shop.sandbox.advance(300)
    shop.sandbox.mark_delivered(shop.sandbox.pending_letters())
    with scope(shop.customer.pk):
        part = OrderPart.objects.latest("pk")
        lines = list(settlement.lines_of(part))
        with CaptureQueriesContext(connection) as asked:
            delivery = Delivery(upstream_id="", secrets={"password": "x"})
            settlement.settle(part, {line: News(delivery, cost_minor=line.cost_minor) for line in lines})
    assert set(OrderLine.objects.filter(part=part).values_list("state", flat=True)) <= {"delivered"}
    return len(asked)


def test_many_lines_are_settled_with_the_statements_of_a_few(shop: Shop) -> None:
    few, many = (statements_of_the_last_look(shop, name, count) for name, count in (("a1.com", 3), ("b2.com", 60)))
    assert many == few


def test_a_large_order_is_settled_in_transactions_of_some_hundred_lines(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    settle = settlement.settle

    def counted(part: OrderPart, news: dict[OrderLine, News]) -> None:
        sizes.append(sum(not line.is_final for line in news))
        settle(part, news)

    monkeypatch.setattr(settlement, "LINES_AT_ONCE", 10)
    monkeypatch.setattr(settlement, "settle", counted)
    order = shop.confirm(shop.quote("first.com", names=people(34)))
    shop.work()
    shop.sandbox.advance(300)
    shop.sandbox.mark_delivered(shop.sandbox.pending_letters())
    look_again(shop)
    assert order_state(order) == Order.State.DELIVERED
    assert [size for size in sizes if size] == [10, 10, 10, 5]
    with scope(shop.customer.pk):
        assert Transaction.objects.filter(kind="capture").count() == 35
    oracle.ask(shop.sandbox)
