"""Nothing that needs attention is a dead end: staff end it, with a reason, through the usual settlement."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from accounts.tenancy import scope, staff_scope
from billing import ledger
from billing.handlers.processing import ProcessOrder
from billing.models import Order, OrderLine, Transaction
from billing.services.deciding import open_operations
from mailboxes.models import Mailbox
from reseller_portal.operations import engine, registry
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import NotHappened
from reseller_portal.operations.steps import answer_if_done, steps_of
from tests import oracle
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_support
from tests.shop import Shop

REASON = {"reason": "Seen in the panel"}


@pytest.fixture
def rex(shop: Shop) -> Client:
    return browser_of(make_admin())


@pytest.fixture
def stuck(shop: Shop) -> Order:
    """Bought, and nobody knows what became of it."""
    order = shop.order("first.com")
    shop.work()
    shop.sandbox.fault("get_order", "error_before", times=1000)
    with staff_scope("test: given up"):
        rows = Operation.objects.filter(kind="order.process")
        assert rows.update(state="needs_person", due_at=None, lease="", last_error="No outcome for three days.") == 1
    return order


def fresh(order: Order) -> Order:
    with staff_scope("test"):
        return Order.objects.get(pk=order.pk)


def operation_of(kind: str) -> Operation:
    with staff_scope("test"):
        return Operation.objects.get(kind=kind)


def pot(shop: Shop, kind: str) -> int:
    with scope(shop.customer.pk):
        return ledger.balance_of(shop.customer, kind=kind)


def address(operation: Operation, verb: str = "") -> str:
    page = f"/admin/operations/operation/{operation.pk}/"
    return f"{page}decide/{verb}/" if verb else f"{page}change/"


def test_a_purchase_is_settled_as_done_and_charged(shop: Shop, stuck: Order, rex: Client) -> None:
    operation = operation_of("order.process")
    assert "Settle as done" in rex.get(address(operation)).content.decode()
    assert "charged to the customer" in rex.get(address(operation, "done")).content.decode()
    assert operation_of("order.process").state == "needs_person"
    rex.post(address(operation, "done"), REASON)
    assert (fresh(stuck).state, operation_of("order.process").state) == ("delivered", "done")
    assert (pot(shop, "held"), pot(shop, "revenue")) == (0, stuck.total_minor)
    (row,) = audit_rows("operation.settled")
    assert (row.actor_label, row.after["reason"]) == ("Rex", "Seen in the panel")
    with staff_scope("test"):
        assert set(Mailbox.objects.values_list("state", flat=True)) == {"ACTIVE"}


def test_a_purchase_is_settled_as_failed_and_the_money_goes_back(shop: Shop, stuck: Order, rex: Client) -> None:
    before = pot(shop, "available")
    rex.post(address(operation_of("order.process"), "failed"), REASON)
    assert fresh(stuck).state == "failed"
    assert (pot(shop, "held"), pot(shop, "available")) == (0, before + stuck.total_minor)
    oracle.ask_in_between()


def test_check_again_asks_the_upstream_and_goes_on(shop: Shop, stuck: Order, rex: Client) -> None:
    shop.sandbox.heal()
    rex.post(address(operation_of("order.process"), "check"), REASON)
    shop.finish()
    assert fresh(stuck).state == "delivered"
    oracle.ask(shop.sandbox)


def test_nothing_happens_without_a_reason(shop: Shop, stuck: Order, rex: Client) -> None:
    answer = rex.post(address(operation_of("order.process"), "failed"), {"reason": " "})
    assert answer.status_code == 422
    assert "Nothing was decided" in answer.content.decode()
    assert operation_of("order.process").state == "needs_person"


def test_what_ended_meanwhile_is_decided_no_second_time(shop: Shop, stuck: Order, rex: Client) -> None:
    operation = operation_of("order.process")
    rex.post(address(operation, "failed"), REASON)
    again = rex.post(address(operation, "done"), REASON, follow=True).content.decode()
    assert "needs no such decision any more" in again
    assert fresh(stuck).state == "failed"
    assert pot(shop, "revenue") == 0


@pytest.mark.parametrize("verb", ["check", "done", "failed"])
def test_support_decides_nothing(shop: Shop, stuck: Order, verb: str) -> None:
    sam = browser_of(make_support())
    for page in (address(operation_of("order.process"), verb), f"/admin/billing/order/{stuck.pk}/decide/{verb}/"):
        assert sam.get(page).status_code == sam.post(page, REASON).status_code == 403
    assert "Settle as" not in sam.get(address(operation_of("order.process"))).content.decode()
    assert operation_of("order.process").state == "needs_person"


def test_an_order_behind_a_refused_account_ends_with_the_money_back(shop: Shop, rex: Client) -> None:
    shop.sandbox.fault("create_user", "refuse", status=422, words="Phone number is not valid")
    order = shop.order("first.com")
    shop.work()
    page = f"/admin/billing/order/{order.pk}/"
    assert "Give the money back" in rex.get(f"{page}change/").content.decode()
    assert "Settle as delivered" not in rex.get(f"{page}change/").content.decode(), "it was never bought"
    rex.post(f"{page}decide/done/", REASON)
    assert pot(shop, "held") == order.total_minor
    rex.post(f"{page}decide/failed/", REASON)
    assert (fresh(order).state, pot(shop, "held")) == ("failed", 0)
    assert operation_of("order.draft").state == "failed"
    with staff_scope("test"):
        assert not OrderLine.objects.exclude(state="failed").exists()
    assert len(audit_rows("order.decided_failed")) == 1
    calls = len(shop.sandbox.calls())
    shop.pass_time(600)
    shop.work()
    assert len(shop.sandbox.calls()) == calls
    assert "decide/failed/" not in rex.get(f"{page}change/").content.decode()


def test_a_whole_order_is_settled_as_delivered(shop: Shop, stuck: Order, rex: Client) -> None:
    rex.post(f"/admin/billing/order/{stuck.pk}/decide/done/", REASON)
    assert fresh(stuck).state == "delivered"
    assert pot(shop, "held") == 0


def test_what_is_being_called_is_not_decided(shop: Shop, stuck: Order, rex: Client) -> None:
    with staff_scope("test"):
        Operation.objects.filter(kind="order.process").update(
            state="unknown", lease="a-worker", due_at=Now() + timedelta(seconds=60)
        )
    page = rex.post(address(operation_of("order.process"), "failed"), REASON, follow=True).content.decode()
    assert "at this moment" in page
    assert fresh(stuck).state == "working"


def wait_for_money(shop: Shop, days: int) -> None:
    """Tried again all the time: what nobody came for would not be held against it."""
    for _ in range(days * 32 + 1):
        shop.work()
        shop.pass_time(45 * 60)


def test_every_kind_of_operation_can_be_ended(shop: Shop) -> None:
    with staff_scope("test"):
        for kind in registry.kinds():
            if kind.startswith("test."):
                continue
            row = Operation.objects.create(
                customer=shop.customer,
                kind=kind,
                key="1",
                state="needs_person",
                attempts=1,
                payload={"part": 0, "key": "x"},
            )
            verbs = [each.verb for each in steps_of(row)]
            assert {"check", "failed"} <= set(verbs), kind
            assert ("done" in verbs) == (answer_if_done(row) is not None), kind


def test_the_customer_reads_that_the_team_looks_at_it(shop: Shop, stuck: Order) -> None:
    ada = Client()
    ada.force_login(shop.world.ada)
    page = ada.get(f"/c/acme/orders/{stuck.reference}/").content.decode()
    assert "our team is looking at it" in page
    assert "No outcome for three days" not in page


def test_an_order_that_goes_well_says_nothing_of_it(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.work()
    ada = Client()
    ada.force_login(shop.world.ada)
    assert "our team is looking at it" not in ada.get(f"/c/acme/orders/{order.reference}/").content.decode()


def test_a_row_that_names_no_purchase_cannot_be_settled_as_done(shop: Shop) -> None:
    with staff_scope("test: a row made by hand"):
        operation = Operation.objects.create(customer=shop.customer, kind="order.process", key="odd")
        assert answer_if_done(operation) is None
        assert [step.verb for step in steps_of(operation)] == ["check", "failed"]


@pytest.mark.parametrize("days", [0, 3])
def test_what_was_refused_for_an_empty_wallet_cannot_be_called_delivered(shop: Shop, rex: Client, days: int) -> None:
    """It was charged to the customer, and shown as active, without the upstream ever having sold it.

    Nor when nobody had filled the wallet for three days, and it was given up.
    """
    shop.sandbox.set_wallet(0)
    order = shop.order("first.com")
    shop.work()
    wait_for_money(shop, days)
    assert operation_of("order.process").state == ("needs_person" if days else "waiting")
    assert "Settle as delivered" not in rex.get(f"/admin/billing/order/{order.pk}/change/").content.decode()
    rex.post(f"/admin/billing/order/{order.pk}/decide/done/", REASON)
    operation = next(each for each in open_operations_of(order) if each.kind.startswith("order."))
    assert "Settle as done" not in rex.get(address(operation)).content.decode()
    rex.post(address(operation, "done"), REASON)
    assert fresh(order).state == Order.State.WORKING
    assert pot(shop, "revenue") == 0
    rex.post(f"/admin/billing/order/{order.pk}/decide/failed/", REASON)
    with scope(shop.customer.pk):
        assert set(order.lines.values_list("problem", flat=True)) == {"Seen in the panel"}
    oracle.ask(shop.sandbox)


def test_what_waited_for_money_until_it_was_given_up_is_bought_when_somebody_has_it_checked(
    shop: Shop, rex: Client
) -> None:
    shop.sandbox.set_wallet(0)
    order = shop.order("first.com")
    wait_for_money(shop, days=3)
    shop.sandbox.set_wallet(500)
    rex.post(address(operation_of("order.process"), "check"), REASON)
    shop.finish()
    assert fresh(order).state == "delivered"
    oracle.ask(shop.sandbox)


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_purchase_that_is_sent_again_after_somebody_had_it_checked_is_no_first_one(
    shop: Shop, rex: Client, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """It happened, its answer was lost, and reading is stale: the refusal of the second sending gives no money back."""
    order = shop.order("first.com")
    shop.sandbox.fault("process_order", "lose_answer")
    shop.work()
    with staff_scope("test: given up"):
        given_up = {"state": "needs_person", "due_at": None, "attempts": 20, "lease": ""}
        Operation.objects.filter(kind="order.process").update(**given_up)
    shop.sandbox.fault("process_order", "refuse", status=status, words="Order is not in draft state")
    rex.post(address(operation_of("order.process"), "check"), REASON)
    with monkeypatch.context() as stale:
        stale.setattr(ProcessOrder, "look", lambda *_: NotHappened())
        while shop.sandbox.count("process_order") < 2:
            engine.run_one()
    assert pot(shop, "held") == order.total_minor
    shop.finish()
    assert fresh(order).state == "delivered"
    with staff_scope("test"):
        assert not Transaction.objects.filter(kind="release").exists()
    oracle.ask(shop.sandbox)


def open_operations_of(order: Order) -> list[Operation]:
    with staff_scope("test"):
        return open_operations(order)
