"""Staff end one line of an order while the others go on: its money alone moves, and what they said is read at once."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from accounts.tenancy import scope, staff_scope
from billing import ledger, settlement
from billing.models import Order, OrderLine
from domains.models import Domain
from domains.services.refreshing import WHOLE
from mailboxes.models import Credential, Mailbox
from reseller_portal.operations.models import Operation
from tests import oracle
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_support
from tests.shop import Shop

REASON = {"reason": "Seen in the panel"}


@pytest.fixture
def rex(shop: Shop) -> Client:
    return browser_of(make_admin())


@pytest.fixture
def stuck(shop: Shop) -> Order:
    """Bought and made, but nobody here could read what became of it."""
    order = shop.order("first.com", "second.net")
    shop.work()
    shop.sandbox.fault("get_order", "error_before", times=1000)
    give_up("order.process")
    shop.sandbox.advance(600)
    return order


def give_up(kind: str) -> None:
    with staff_scope("test: given up"):
        rows = Operation.objects.filter(kind=kind)
        assert rows.update(state="needs_person", due_at=None, lease="", last_error="No outcome for three days.") == 1


def line_of(name: str) -> OrderLine:
    with staff_scope("test"):
        return OrderLine.objects.select_related("order").get(name=name)


def states() -> dict[str, str]:
    with staff_scope("test"):
        return dict(OrderLine.objects.values_list("name", "state"))


def operation_of(kind: str) -> Operation:
    with staff_scope("test"):
        return Operation.objects.get(kind=kind)


def pot(shop: Shop, kind: str) -> int:
    with scope(shop.customer.pk):
        return ledger.balance_of(shop.customer, kind=kind)


def address(name: str, verb: str) -> str:
    line = line_of(name)
    return f"/admin/billing/order/{line.order_id}/line/{line.pk}/decide/{verb}/"


def test_one_line_is_settled_as_delivered_and_the_others_wait_with_their_money(
    shop: Shop, stuck: Order, rex: Client
) -> None:
    held, price = pot(shop, "held"), line_of("first.com").price_minor
    page = rex.get(f"/admin/billing/order/{stuck.pk}/change/").content.decode()
    assert address("first.com", "done") in page
    assert "charged to the customer" in rex.get(address("first.com", "done")).content.decode()
    rex.post(address("first.com", "done"), REASON)
    assert states() == dict.fromkeys(states(), "working") | {"first.com": "delivered"}
    assert (pot(shop, "held"), pot(shop, "revenue")) == (held - price, price)
    assert operation_of("order.process").state == "needs_person"
    (row,) = audit_rows("order_line.settled_done")
    assert (row.actor_label, row.subject_label, row.before) == ("Rex", "first.com", {"state": "working"})
    assert row.after == {"order": stuck.reference, "reason": "Seen in the panel"}
    assert address("first.com", "done") not in rex.get(f"/admin/billing/order/{stuck.pk}/change/").content.decode()


def test_a_domain_that_is_settled_as_failed_takes_its_mailboxes_and_their_money_along(
    shop: Shop, stuck: Order, rex: Client
) -> None:
    before, held = pot(shop, "available"), pot(shop, "held")
    with staff_scope("test"):
        back = sum(OrderLine.objects.filter(domain_name="first.com").values_list("price_minor", flat=True))
    rex.post(address("first.com", "failed"), REASON)
    assert {name: state for name, state in states().items() if "first.com" in name} == dict.fromkeys(
        ("first.com", "maya@first.com", "noor@first.com"), "failed"
    )
    assert (pot(shop, "available"), pot(shop, "held")) == (before + back, held - back)
    oracle.ask_in_between()


def test_a_mailbox_is_not_delivered_before_its_domain(shop: Shop, stuck: Order, rex: Client) -> None:
    text = rex.post(address("maya@first.com", "done"), REASON, follow=True).content.decode()
    assert "Settle the domain first" in text
    assert states()["maya@first.com"] == "working"
    rex.post(address("maya@first.com", "failed"), REASON)
    assert (states()["maya@first.com"], states()["first.com"]) == ("failed", "working")


def test_the_last_line_ends_the_purchase_and_the_order(shop: Shop, stuck: Order, rex: Client) -> None:
    for name in ("second.net", "first.com", "maya@first.com", "noor@first.com"):
        rex.post(address(name, "failed" if name == "second.net" else "done"), REASON)
    assert operation_of("order.process").state == "done"
    with staff_scope("test"):
        assert Order.objects.get().state == "partly"
    assert pot(shop, "held") == 0
    oracle.ask_in_between()
    answer = rex.post(address("first.com", "failed"), REASON, follow=True).content.decode()
    assert "needs no such decision any more" in answer
    assert states()["first.com"] == "delivered"


@pytest.mark.parametrize("whole", [True, False])
def test_what_staff_said_to_be_delivered_is_read_at_once(shop: Shop, stuck: Order, rex: Client, whole: bool) -> None:
    if whole:
        rex.post(f"/admin/operations/operation/{operation_of('order.process').pk}/decide/done/", REASON)
    else:
        for name in ("first.com", "maya@first.com", "noor@first.com"):
            rex.post(address(name, "done"), REASON)
    read = ["first.com", "second.net"] if whole else ["first.com"]
    with staff_scope("test"):
        assert sorted(Operation.objects.filter(kind=WHOLE).values_list("key", flat=True)) == read
        assert set(Domain.objects.filter(name__in=read).values_list("upstream_id", flat=True)) == {""}
    shop.work()
    with staff_scope("test"):
        for domain in Domain.objects.filter(name__in=read):
            assert (domain.state, bool(domain.upstream_id), domain.expires_at is None) == ("ACTIVE", True, False)
        boxes = Mailbox.objects.filter(domain__name__in=read)
        assert {(each.state, bool(each.upstream_id)) for each in boxes} == {("ACTIVE", True)}
        assert Credential.objects.filter(mailbox__in=boxes).count() == len(boxes) == 2 * len(read)


def test_a_line_is_left_out_of_a_draft_that_nobody_can_make(shop: Shop, rex: Client) -> None:
    order = shop.order("first.com", "second.net")
    give_up("order.draft")
    page = rex.get(f"/admin/billing/order/{order.pk}/change/").content.decode()
    assert address("second.net", "failed") in page
    assert address("second.net", "done") not in page
    assert "needs no such decision" in rex.post(address("second.net", "done"), REASON, follow=True).content.decode()
    rex.post(address("second.net", "failed"), REASON)
    assert operation_of("order.draft").state == "needs_person"
    rex.post(f"/admin/operations/operation/{operation_of('order.draft').pk}/decide/check/", REASON)
    shop.finish()
    assert {state for name, state in states().items() if "first.com" in name} == {"delivered"}
    assert shop.sandbox.count("process_order") == 1
    oracle.ask(shop.sandbox)


def test_a_draft_of_which_nothing_is_left_is_not_sent(shop: Shop, rex: Client) -> None:
    shop.order("first.com")
    give_up("order.draft")
    rex.post(address("first.com", "failed"), REASON)
    assert (operation_of("order.draft").state, set(states().values())) == ("failed", {"failed"})
    assert pot(shop, "held") == 0
    shop.finish()
    assert shop.sandbox.count("create_order") == 0


def test_nothing_of_a_line_happens_without_reason_or_right_or_while_it_is_called(
    shop: Shop, stuck: Order, rex: Client
) -> None:
    sam = browser_of(make_support())
    for verb in ("done", "failed"):
        assert rex.post(address("first.com", verb), {"reason": " "}).status_code == 422
        assert sam.get(address("first.com", verb)).status_code == 403
        assert sam.post(address("first.com", verb), REASON).status_code == 403
    assert "/line/" not in sam.get(f"/admin/billing/order/{stuck.pk}/change/").content.decode()
    with staff_scope("test"):
        leased = {"state": "unknown", "lease": "a-worker", "due_at": Now() + timedelta(seconds=60)}
        Operation.objects.filter(kind="order.process").update(**leased)
    assert "at this moment" in rex.post(address("first.com", "failed"), REASON, follow=True).content.decode()
    assert set(states().values()) == {"working"}


def test_a_line_of_another_order_is_not_found(shop: Shop, stuck: Order, rex: Client) -> None:
    line = line_of("first.com")
    assert rex.get(f"/admin/billing/order/{stuck.pk + 1}/line/{line.pk}/decide/failed/").status_code == 404


def test_the_page_of_an_operation_leads_to_its_order(shop: Shop, stuck: Order, rex: Client) -> None:
    page = rex.get(f"/admin/operations/operation/{operation_of('order.process').pk}/change/").content.decode()
    assert f'href="/admin/billing/order/{stuck.pk}/change/">Order {stuck.reference}</a>' in page


@pytest.mark.parametrize("name", ["maya@first.com", "first.com"])
def test_what_is_not_paid_for_yet_is_bought_without_a_line_that_staff_end(shop: Shop, rex: Client, name: str) -> None:
    """The purchase waits for the reseller's wallet. It was bought all the same, and charged a second time."""
    order = shop.order("first.com", "second.net")
    shop.sandbox.set_wallet(0)
    shop.work()
    assert operation_of("order.process").is_known_not_to_have_happened
    ended = [each for each in states() if each == name or each.endswith(f"@{name}")]
    with staff_scope("test"):
        back = sum(OrderLine.objects.filter(name__in=ended).values_list("price_minor", flat=True))
    rex.post(address(name, "failed"), REASON)
    rex.post(address(name, "failed"), REASON)
    assert pot(shop, "held") == order.total_minor - back
    oracle.ask_in_between()
    shop.sandbox.set_wallet(500)
    shop.finish()
    assert states() == dict.fromkeys(states(), "delivered") | dict.fromkeys(ended, "failed")
    assert (pot(shop, "revenue"), pot(shop, "held")) == (order.total_minor - back, 0)
    assert shop.sandbox.count("process_order", effective=True) == 1
    oracle.ask(shop.sandbox)


def test_a_domain_that_staff_end_before_it_is_paid_for_is_not_bought_while_its_mailboxes_end(
    shop: Shop, rex: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settlement, "LINES_AT_ONCE", 1)
    shop.order("first.com", "second.net")
    shop.sandbox.set_wallet(0)
    shop.work()
    rex.post(address("first.com", "failed"), REASON)
    with staff_scope("test: the worker that ends them is slow, and the wallet is filled"):
        ending = Operation.objects.filter(kind="order.end")
        assert ending.update(due_at=Now() + timedelta(hours=1)) == 1
        Operation.objects.filter(kind="order.process", due_at__isnull=False).update(due_at=Now())
    shop.sandbox.set_wallet(500)
    shop.work()
    assert shop.sandbox.count("process_order", effective=True) <= 1
    with staff_scope("test: it comes back"):
        ending.update(due_at=Now())
    shop.finish()
    assert {name: state for name, state in states().items() if "first.com" in name} == {
        "first.com": "failed", "maya@first.com": "failed", "noor@first.com": "failed",
    }  # fmt: skip
    assert states()["second.net"] == "delivered"
    assert shop.sandbox.count("process_order", effective=True) == 1
    oracle.ask(shop.sandbox)


def test_the_last_line_that_staff_end_before_it_is_paid_for_ends_the_purchase(shop: Shop, rex: Client) -> None:
    order = shop.order("first.com")
    shop.sandbox.set_wallet(0)
    shop.work()
    for name in ("maya@first.com", "noor@first.com", "first.com"):
        rex.post(address(name, "failed"), REASON)
        oracle.ask_in_between()
    shop.sandbox.set_wallet(500)
    shop.finish()
    with staff_scope("test"):
        assert Order.objects.get(pk=order.pk).state == "failed"
    assert (pot(shop, "held"), pot(shop, "revenue")) == (0, 0)
    oracle.ask(shop.sandbox)


def test_a_mailbox_that_staff_end_before_it_is_ordered_shares_no_cost_of_the_others(shop: Shop, rex: Client) -> None:
    shop.order("first.com")
    give_up("order.draft")
    rex.post(address("maya@first.com", "failed"), REASON)
    rex.post(f"/admin/operations/operation/{operation_of('order.draft').pk}/decide/check/", REASON)
    shop.finish()
    with staff_scope("test"):
        booked = dict(OrderLine.objects.filter(item="mailbox").values_list("name", "cost_booked_minor"))
    assert booked == {"maya@first.com": 0, "noor@first.com": 300}
    assert (line_of("maya@first.com").problem, line_of("maya@first.com").may_help) == ("Seen in the panel", True)
    oracle.ask(shop.sandbox)
