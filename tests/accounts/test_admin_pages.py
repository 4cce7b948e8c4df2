"""The admin wears the portal's look: own frame, own words, nothing of Django's styles, money as people write it."""

import re

import pytest
from django.test import Client

from accounts import admin_rail
from accounts.tenancy import staff_scope
from billing.models import PriceRule
from reseller_portal.operations.models import Operation
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_support
from tests.shop import Shop
from tests.world import World


@pytest.fixture
def rex(world: World) -> Client:
    return browser_of(make_admin())


def test_the_first_page_shows_wallet_customers_orders_for_a_person_and_the_provider(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.work()
    with staff_scope("test"):
        stuck = Operation.objects.get(kind="order.process")
        Operation.objects.filter(pk=stuck.pk).update(state="needs_person", last_error="Nobody knows")
    page = browser_of(make_admin()).get("/admin/").content.decode()
    for title in ("Wallet", "Customers", "Needs attention", "Newest orders", "Provider", "Lowest balances"):
        assert f">{title}<" in page
    attention = page.partition('id="attention-title"')[2].partition("</section>")[0]
    assert order.reference in attention
    assert "Nobody knows" in attention
    assert re.search(r"\$\d", attention)


@pytest.mark.parametrize(
    "page", ["", "accounts/customer/", "accounts/customer/add/", "billing/transaction/", "accounts/"]
)
def test_a_page_of_the_admin_uses_no_style_of_django(rex: Client, page: str) -> None:
    text = rex.get(f"/admin/{page}").content.decode()
    assert "css/admin.css" in text
    assert "admin/css/base.css" not in text
    assert 'class="rail"' in text


def test_the_rail_names_every_list_that_staff_may_open(rex: Client) -> None:
    page = rex.get("/admin/").content.decode()
    rail = page.partition('id="rail"')[2].partition("</nav>")[0]
    for _, places in admin_rail.GROUPS:
        for _, label, _ in places:
            assert f"{label}</a>" in rail


def test_support_is_offered_no_credit(world: World) -> None:
    assert "Credit, debit or refund" not in browser_of(make_support()).get("/admin/").content.decode()


def test_a_price_is_typed_in_dollars_and_kept_in_cents(world: World, rex: Client) -> None:
    form = {"brand": world.acme.brand_id, "item": "mailbox", "method": "fixed", "fixed_minor": "4.80", "percent": "0"}
    assert rex.post("/admin/billing/pricerule/add/", form).status_code == 302
    with staff_scope("test"):
        rule = PriceRule.objects.get()
    assert (rule.fixed_minor, rule.floor_minor) == (480, 0)
    path = f"/admin/billing/pricerule/{rule.pk}/change/"
    assert 'value="4.80"' in rex.get(path).content.decode()
    assert "$4.80" in rex.get("/admin/billing/pricerule/").content.decode()
    assert rex.post(path, {**form, "fixed_minor": "5.255"}).status_code == 200
    assert rex.post(path, {**form, "fixed_minor": "5.25"}).status_code == 302
    (changed,) = audit_rows("price_rule.changed")
    assert (changed.before["fixed_minor"], changed.after["fixed_minor"]) == (480, 525)


def test_a_price_below_cost_is_saved_only_when_it_is_meant_so(world: World, rex: Client) -> None:
    form = {"brand": world.acme.brand.pk, "item": "mailbox", "method": "percent", "percent": "-20", "fixed_minor": "0"}
    page = rex.post("/admin/billing/pricerule/add/", form).content.decode()
    assert "What costs $3.00 is sold for $2.40, a loss of $0.60" in page
    assert rex.post("/admin/billing/pricerule/add/", {**form, "below_cost": "on"}).status_code == 302
    with staff_scope("test"):
        rule = PriceRule.objects.get()
    path = f"/admin/billing/pricerule/{rule.pk}/change/"
    assert "below 0.00" in rex.post(path, {**form, "percent": "-100.01", "below_cost": "on"}).content.decode()
    assert rex.post(path, {**form, "method": "fixed", "fixed_minor": "2.99"}).status_code == 200
    assert rex.post(path, {**form, "percent": "20"}).status_code == 302
    assert "sold for $3.60, margin $0.60 (17 %)" in rex.get("/admin/billing/pricerule/").content.decode()


def test_a_refused_form_says_so_on_top_and_keeps_what_was_typed(world: World, rex: Client) -> None:
    page = rex.post("/admin/accounts/brand/add/", {"name": "Third Mail", "colour": "red"}).content.decode()
    assert "data-error-summary" in page
    assert 'href="#id_colour"' in page
    assert 'value="Third Mail"' in page


def test_a_search_that_finds_nothing_says_how_to_go_on(rex: Client) -> None:
    assert "Nothing fits this search" in rex.get("/admin/accounts/customer/?q=nothing-like-it").content.decode()


def test_staff_change_their_password_where_everybody_does(rex: Client) -> None:
    assert rex.get("/admin/password_change/")["Location"] == "/account/password/change/"


def test_a_list_says_the_zone_of_its_times_once(rex: Client) -> None:
    rex.cookies["zone"] = "America%2FDenver"
    page = rex.get("/admin/accounts/customer/").content.decode()
    assert re.search(r"\d{1,2} \w{3} \d{4}, \d\d:\d\d<", page)
    assert "times in America/Denver" in page
