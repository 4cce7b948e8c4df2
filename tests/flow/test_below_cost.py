"""A fixed price that falls below what it costs by now is kept, and never in silence."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from accounts.models import Mail, User
from accounts.tenancy import staff_scope
from billing.below_cost import sold_below_cost
from billing.models import Item, PriceRule
from tests.accounts.post import posted
from tests.accounts.staff import browser_of, make_admin
from tests.shop import Shop


@pytest.fixture(autouse=True)
def rex(shop: Shop) -> Client:
    """Who is told, at a shop with a fixed price."""
    set_rule(shop, method="fixed", fixed_minor=2000)
    return browser_of(make_admin())


def set_rule(shop: Shop, **values: object) -> None:
    with staff_scope("test: prices"):
        PriceRule.objects.filter(brand=shop.customer.brand, item=Item.DOMAIN).update(**values)


def mails() -> list[str]:
    with staff_scope("test"):
        return [mail.context["name"] for mail in Mail.objects.filter(purpose="below_cost").order_by("pk")]


def buy_after_a_rise(shop: Shop, name: str, dollars: int = 39) -> None:
    shop.order(name)
    shop.sandbox.move_price(name, dollars)
    shop.work()


def test_staff_are_told_when_a_cost_rises_past_a_fixed_price(shop: Shop) -> None:
    buy_after_a_rise(shop, "first.com")
    assert shop.sandbox.count("process_order") == 1
    assert mails() == ["first.com"]
    with staff_scope("test"):
        assert [line.name for line in sold_below_cost()] == ["first.com"]


def test_staff_are_told_of_a_fixed_price_that_was_too_low_from_the_start(shop: Shop) -> None:
    shop.sandbox.move_price("first.com", 500)
    shop.order("first.com")
    shop.work()
    assert mails() == ["first.com"]


def test_a_rise_that_leaves_a_margin_is_not_told(shop: Shop) -> None:
    buy_after_a_rise(shop, "first.com", dollars=20)
    assert mails() == []


def test_who_is_no_staff_any_more_when_it_is_sent_is_not_told(shop: Shop) -> None:
    buy_after_a_rise(shop, "first.com")
    User.objects.filter(is_superuser=True).update(is_active=False)
    assert [sent for sent in posted() if "below cost" in sent.subject] == []


def test_who_meant_to_sell_below_cost_is_not_told(shop: Shop) -> None:
    set_rule(shop, below_cost=True)
    buy_after_a_rise(shop, "first.com")
    assert mails() == []


def test_each_price_is_told_once_a_day(shop: Shop) -> None:
    buy_after_a_rise(shop, "first.com")
    buy_after_a_rise(shop, "second.com")
    assert mails() == ["first.com"]
    set_rule(shop, loss_told_at=F("loss_told_at") - timedelta(days=1, seconds=1))
    buy_after_a_rise(shop, "third.com")
    assert mails() == ["first.com", "third.com"]


def test_a_price_that_a_customer_is_asked_about_is_not_told_as_a_loss(shop: Shop) -> None:
    set_rule(shop, method="percent", percent=20)
    buy_after_a_rise(shop, "first.com")
    assert mails() == []


def test_the_first_page_of_the_admin_lists_what_is_sold_below_cost(shop: Shop, rex: Client) -> None:
    buy_after_a_rise(shop, "first.com")
    page = rex.get("/admin/").content.decode()
    card = page[page.index("Sold below cost") :]
    assert card.index("first.com") < card.index("39.00")
