"""Check and pay, and an order: what needs a person stands first, and no page carries thousands of lines."""

import pytest
from django.test import Client

from accounts.tenancy import scope
from billing.models import Order, OrderLine, QuoteLine
from billing.selectors import SHOWN_LINES, Progress
from tests.shop import Shop


@pytest.fixture
def ada(shop: Shop) -> Client:
    browser = Client(HTTP_HOST="outreach.localhost")
    browser.force_login(shop.world.ada)
    return browser


def test_lines_that_need_a_change_stand_before_those_that_are_ready(shop: Shop, ada: Client) -> None:
    quote = shop.quote("first.com", "google.com")
    page = ada.get(f"/c/acme/orders/check/{quote.reference}/").content.decode()
    assert page.index("Left out until changed, 3") < page.index("google.com<") < page.index("Ready, 3")
    assert "Prices hold until" in page
    assert " UTC</time>" in page


def test_a_check_of_thousands_shows_the_first_and_all_when_asked(shop: Shop, ada: Client) -> None:
    quote = shop.quote("first.com")
    with scope(shop.customer.pk):
        QuoteLine.objects.bulk_create(
            QuoteLine(
                customer=shop.customer, quote=quote, position=10 + number, item="mailbox", name=f"p{number}@first.com",
                domain_name="first.com", state="ready", cost_minor=300, price_minor=500,
            )
            for number in range(SHOWN_LINES)
        )  # fmt: skip
    address = f"/c/acme/orders/check/{quote.reference}/"
    few, everything = (ada.get(address + query).content.decode() for query in ("", "?lines=all"))
    assert few.count("@first.com<") == SHOWN_LINES - 1
    assert "and 3 more" in few
    assert everything.count("@first.com<") == SHOWN_LINES + 2


def test_what_failed_stands_first_with_its_reason_its_money_and_a_way_to_try_again(shop: Shop, ada: Client) -> None:
    order = shop.order("first.com", "unlucky-name.com")
    shop.finish()
    page = ada.get(f"/c/acme/orders/{order.reference}/").content.decode()
    failed = page.partition('id="failed-title"')[2].partition("</section>")[0]
    with scope(shop.customer.pk):
        lines = list(OrderLine.objects.filter(order=Order.objects.get(pk=order.pk), state="failed"))
    assert lines
    assert all(line.name in failed and line.problem in failed for line in lines)
    assert f"${sum(line.price_minor for line in lines) / 100:,.2f} is back on the balance" in failed
    assert "Try these 3 again" in failed
    assert page.index("failed-title") < page.index("lines-title")


def test_an_order_that_went_well_has_no_list_of_failures(shop: Shop, ada: Client) -> None:
    order = shop.order("first.com")
    shop.finish()
    page = ada.get(f"/c/acme/orders/{order.reference}/").content.decode()
    assert "failed-title" not in page
    assert "hx-trigger" not in page


def test_the_bar_of_an_order_is_as_wide_as_its_lines() -> None:
    shares = Progress(total=8, delivered=4, failed=1).shares
    assert shares == [("done", 0.0, 50.0), ("working", 50.0, 37.5), ("failed", 87.5, 12.5)]
    assert Progress(total=0, delivered=0, failed=0).shares == []
