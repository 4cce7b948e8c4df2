"""Staff move money by hand: in and back, once for each reference, and not by a slip of the finger."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.actors import staff_actor
from accounts.models import Customer
from accounts.tenancy import scope, staff_scope
from billing import ledger
from billing.ledger import Kind, Move
from billing.models import OrderLine, Shortfall
from billing.panels import margin
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_support
from tests.flow.test_late_news import failed_then_delivered
from tests.shop import Shop
from tests.world import World

ADD = "/admin/billing/transaction/add/"


@pytest.fixture
def rex(world: World) -> Client:
    return browser_of(make_admin())


def form(customer: Customer, **more: str) -> dict[str, str]:
    typed = {"kind": "credit", "amount": "100", "reference": "INV 2026-1", "description": "Bank transfer"}
    return {"customer": str(customer.pk), **typed, **more}


def balance(customer: Customer, kind: str = Kind.AVAILABLE) -> int:
    with scope(customer.pk):
        return ledger.balance_of(customer, kind=kind)


def sell(customer: Customer, amount: int) -> None:
    with scope(customer.pk):
        ledger.post(customer, [Move("sold", "a sale", "Sold", amount, Kind.AVAILABLE, Kind.REVENUE)])


def test_money_goes_back_to_the_bank_and_a_sale_back_to_the_balance(world: World, rex: Client) -> None:
    assert rex.post(ADD, form(world.acme)).status_code == 302
    sell(world.acme, 4_000)
    assert rex.post(ADD, form(world.acme, kind="refund", amount="15", reference="case 7")).status_code == 302
    assert rex.post(ADD, form(world.acme, kind="debit", amount="60", reference="payout 1")).status_code == 302
    assert balance(world.acme) == 10_000 - 4_000 + 1_500 - 6_000
    assert balance(world.acme, Kind.FUNDING) == -4_000
    assert balance(world.acme, Kind.REVENUE) == 2_500
    for action in ("balance.credited", "sale.refunded", "balance.debited"):
        (row,) = audit_rows(action)
        assert row.after["reason"] == "Bank transfer"
        assert row.actor_label == "Rex"


@pytest.mark.parametrize(("kind", "words"), [("debit", "too low"), ("refund", "More than was sold")])
def test_no_more_goes_back_than_there_is(world: World, rex: Client, kind: str, words: str) -> None:
    rex.post(ADD, form(world.acme, amount="10"))
    answer = rex.post(ADD, form(world.acme, kind=kind, amount="10.01", reference="other"), follow=True)
    assert words in answer.content.decode()
    assert balance(world.acme) == 1_000


@pytest.mark.parametrize("amount", ["٣", "１２", "1e3", "1_000", "1,000", "0x10", "Infinity", "NaN", "१०.५०", "."])
def test_an_amount_is_written_in_plain_digits(world: World, rex: Client, amount: str) -> None:
    answer = rex.post(ADD, form(world.acme, amount=amount))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["amount"]
    assert balance(world.acme) == 0


@pytest.mark.parametrize("amount", ["3", " 12.50 ", "0.01", ".5", "7."])
def test_an_amount_in_plain_digits_is_taken(world: World, rex: Client, amount: str) -> None:
    assert rex.post(ADD, form(world.acme, amount=amount)).status_code == 302
    assert balance(world.acme) == round(float(amount) * 100)


@pytest.mark.parametrize("field", ["reference", "description"])
@pytest.mark.parametrize(
    "text", ["INV\n2026", "INV\r\n2026", "INV\u2028 2026", "INV\u200b2026", "INV\t2026", "INV\x0b7"]
)
def test_what_is_written_down_of_money_stands_on_one_line_and_can_be_seen(
    world: World, rex: Client, field: str, text: str
) -> None:
    answer = rex.post(ADD, form(world.acme, **{field: text}))
    assert "on one line" in answer.content.decode()
    assert balance(world.acme) == 0


SPELLINGS = ("INV 2026-1", "inv 2026-1", "INV2026/1", " Inv  2026 - 1 ", "ＩＮＶ 2026-1")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_reference_counts_once_over_all_customers_however_it_is_spelt(
    world: World, rex: Client, spelling: str
) -> None:
    assert rex.post(ADD, form(world.acme)).status_code == 302
    for customer in (world.acme, world.initech):
        answer = rex.post(ADD, form(customer, reference=spelling))
        assert "was entered already" in answer.content.decode()
    assert (balance(world.acme), balance(world.initech)) == (10_000, 0)


def test_the_table_refuses_a_reference_that_another_customer_used(world: World) -> None:
    """In a scope nobody sees the other one's rows, so only the constraint can tell."""
    for customer, spelling in ((world.acme, "INV-1"), (world.initech, "inv 1")):
        with scope(customer.pk):
            actor = staff_actor(customer, world.ada)
            refused = pytest.raises(IntegrityError) if customer == world.initech else transaction.atomic()
            with refused, transaction.atomic():
                ledger.credit(actor=actor, amount_minor=1, reference=spelling, description="Paid in")


def test_one_reference_may_stand_for_a_payment_and_its_way_back(world: World, rex: Client) -> None:
    rex.post(ADD, form(world.acme))
    assert rex.post(ADD, form(world.acme, kind="debit")).status_code == 302
    assert balance(world.acme) == 0


def test_above_the_limit_the_amount_is_typed_twice(world: World, rex: Client) -> None:
    large = form(world.acme, amount="5000.01")
    for again in ("", "5000.10", "500001"):
        assert "Type the same amount once more" in rex.post(ADD, {**large, "amount_again": again}).content.decode()
    assert balance(world.acme) == 0
    assert rex.post(ADD, {**large, "amount_again": "5000.01"}).status_code == 302
    assert rex.post(ADD, form(world.acme, amount="5000", reference="second")).status_code == 302
    assert balance(world.acme) == 1_000_001


@pytest.mark.parametrize("amount", ["1e3", "1E3", "0", "-5", "0.001", "99999999.99", "NaN"])
def test_an_amount_that_cannot_be_meant_moves_nothing(world: World, rex: Client, amount: str) -> None:
    assert rex.post(ADD, form(world.acme, amount=amount, amount_again=amount)).status_code == 200
    assert balance(world.acme) == 0


def test_support_moves_nothing(world: World) -> None:
    assert browser_of(make_support()).post(ADD, form(world.acme)).status_code == 403


# Delivered, not charged


def open_case(shop: Shop) -> Shortfall:
    failed_then_delivered(shop, leaves=0)
    with staff_scope("test"):
        return Shortfall.objects.select_related("line").order_by("amount_minor").first() or Shortfall()


def decide(rex: Client, case: Shortfall, verb: str) -> str:
    page = f"/admin/billing/shortfall/{case.pk}/decide/{verb}/"
    assert rex.get(page).status_code == 200
    return rex.post(page, {"reason": "Agreed by mail"}, follow=True).content.decode()


def test_staff_charge_what_was_delivered_and_not_charged_once_the_balance_suffices(shop: Shop) -> None:
    case, rex = open_case(shop), browser_of(make_admin())
    assert "Delivered, not charged" in rex.get("/admin/").content.decode()
    assert "too low" in decide(rex, case, "charge")
    rex.post(ADD, form(shop.customer))
    assert "done" in decide(rex, case, "charge")
    assert balance(shop.customer) == 10_000 - case.amount_minor
    again = rex.post(f"/admin/billing/shortfall/{case.pk}/decide/charge/", {"reason": "Twice"}, follow=True)
    assert "needs no such decision any more" in again.content.decode()
    assert balance(shop.customer) == 10_000 - case.amount_minor
    (row,) = audit_rows("shortfall.charged")
    assert row.after["reason"] == "Agreed by mail"


def test_staff_let_go_what_nobody_will_pay_for(shop: Shop) -> None:
    case, rex = open_case(shop), browser_of(make_admin())
    assert "done" in decide(rex, case, "waive")
    with staff_scope("test"):
        case.refresh_from_db()
        assert case.state == Shortfall.State.WAIVED
        assert OrderLine.objects.get(pk=case.line_id).state == OrderLine.State.DELIVERED
    assert balance(shop.customer) == 0


def test_support_sees_the_case_and_decides_nothing(shop: Shop) -> None:
    case, sam = open_case(shop), browser_of(make_support())
    assert sam.get(f"/admin/billing/shortfall/{case.pk}/change/").status_code == 200
    assert sam.post(f"/admin/billing/shortfall/{case.pk}/decide/waive/", {"reason": "x"}).status_code == 403
    assert not Permission.objects.filter(group__name="Support", codename="change_shortfall").exists()


# The month of the margin


def test_the_month_of_the_margin_is_the_viewers(world: World) -> None:
    """At one in the morning of the first in Berlin it is still last month in Denver."""
    moment = datetime(2026, 3, 1, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    with time_machine.travel(moment, tick=False), scope(world.acme.pk):
        ledger.credit(actor=staff_actor(world.acme, world.ada), amount_minor=9_000, reference="g", description="Gift")
        sell(world.acme, 900)
    shown = {}
    with time_machine.travel(moment.replace(hour=20), tick=False):
        for zone in ("Europe/Berlin", "America/Denver"):
            with timezone.override(ZoneInfo(zone)), staff_scope("test"):
                shown[zone] = margin().value
    assert shown == {"Europe/Berlin": "$9.00", "America/Denver": "$0.00"}


@pytest.mark.parametrize(("one", "other"), [("INV 1-12", "INV 11-2"), ("2026/1", "202 61"), ("㍿" * 40, "㍿" * 41)])
def test_references_that_differ_are_two(one: str, other: str) -> None:
    keys = {ledger.external_key_of(one), ledger.external_key_of(other)}
    assert len(keys) == 2
    assert max(map(len, keys)) <= 120
