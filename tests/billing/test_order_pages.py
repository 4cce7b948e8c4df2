"""Check and pay, and an order: what needs a person stands first, and no page carries thousands of lines."""

import pytest
from django.test import Client

from accounts.admin_site import Section
from accounts.tenancy import scope, staff_scope
from billing.models import Order, OrderLine, Quote, QuoteLine
from billing.sections import paid_not_delivered
from billing.selectors import SHOWN_LINES, Progress
from mailboxes.models import Mailbox
from reseller_portal.sandbox import catalogue
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
    assert all(line.name in failed for line in lines)
    assert next(line.problem for line in lines if line.name == "unlucky-name.com") in failed
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
    assert shares == [("done", 0.0, 50.0), ("failed", 50.0, 12.5)]
    assert Progress(total=6, delivered=0, failed=0).shares == []
    assert Progress(total=0, delivered=0, failed=0).shares == []


def test_a_risen_price_is_asked_about_on_the_order_and_on_the_overview(
    shop: Shop, ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.order("first.com")
    monkeypatch.setitem(catalogue.YEAR_PRICES_MINOR, "com", 3900)
    shop.work()
    address = f"/c/acme/orders/{order.reference}/"
    page = ada.get(address).content.decode()
    assert "A price has risen since you ordered" in page
    assert "Pay $31.21 more and go on" in page
    assert "has risen" in ada.get("/c/acme/").content.decode()
    assert ada.post(f"{address}price/accept/", {"more_minor": "1"}).status_code == 422
    assert ada.post(f"{address}price/accept/", {"more_minor": "3121"}).status_code == 302
    shop.finish()
    assert "A price has risen" not in ada.get(address).content.decode()
    assert ada.post(f"{address}price/decline/").status_code == 422


def test_declining_on_the_page_gives_the_money_back(shop: Shop, ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    order = shop.order("first.com")
    monkeypatch.setitem(catalogue.YEAR_PRICES_MINOR, "com", 3900)
    shop.work()
    assert ada.post(f"/c/acme/orders/{order.reference}/price/decline/").status_code == 302
    page = ada.get(f"/c/acme/orders/{order.reference}/").content.decode()
    assert "$25.59 is back on the balance" in page
    assert "Try these 3 again" in page


def test_what_cannot_work_is_not_offered_again_and_a_retry_says_where_it_went(shop: Shop, ada: Client) -> None:
    order = shop.order("hidden-conflict.com", "unlucky-name.com")
    shop.finish()
    address = f"/c/acme/orders/{order.reference}/"
    page = ada.get(address).content.decode()
    assert "Choose another name" in page
    assert "Try these 3 again" in page
    again = ada.post(f"{address}retry/")
    shop.work()
    with scope(shop.customer.pk):
        quote = Quote.objects.get(reference=again["Location"].strip("/").rpartition("/")[2])
    later = shop.confirm(quote)
    page = ada.get(address).content.decode()
    assert f"{later.reference}</a>" in page
    assert "again</button>" not in page
    attention = ada.get("/c/acme/").content.decode().partition("attention-title")[2].partition("</section>")[0]
    assert order.reference not in attention


def test_an_order_whose_quote_was_tried_and_not_paid_still_needs_attention(shop: Shop, ada: Client) -> None:
    order = shop.order("unlucky-name.com")
    shop.finish()
    for _ in range(2):
        ada.post(f"/c/acme/orders/{order.reference}/retry/")
    assert f"of order {order.reference} failed" in ada.get("/c/acme/").content.decode()


def test_a_mailbox_on_the_other_provider_is_ordered_there_with_one_press(shop: Shop, ada: Client) -> None:
    shop.order("first.com")
    shop.finish()
    form = {"provider": "MICROSOFT", "domains": "first.com", "people": "Zoe Lind"}
    check = ada.post("/c/acme/mailboxes/order/", form)["Location"]
    page = ada.get(check).content.decode()
    assert "first.com is on Google Workspace. Order it there." in page
    assert "Order 1 mailbox at Google Workspace" in page
    there = ada.post(f"{check}again/", {"provider": "GOOGLE"})["Location"]
    assert "Pay $5.00 for 1 line" in ada.get(there).content.decode()
    assert ada.post(f"{check}again/", {"provider": "OTHER"}).status_code == 404


def test_the_list_of_orders_says_what_was_charged(shop: Shop, ada: Client) -> None:
    shop.order("first.com", "unlucky-name.com")
    shop.finish()
    page = ada.get("/c/acme/orders/").content.decode()
    assert "Charged, USD" in page
    assert "$25.59" in page


def test_the_pay_page_says_what_comes_next(shop: Shop, ada: Client) -> None:
    quote = shop.quote("first.com")
    page = ada.get(f"/c/acme/orders/check/{quote.reference}/").content.decode()
    assert "Then $10.00 a month for mailboxes from" in page
    assert "$18.54 a year for domains from" in page


def test_the_order_of_mailboxes_on_a_domain_begins_at_its_provider(shop: Shop, ada: Client) -> None:
    shop.order("first.com")
    shop.finish()
    with scope(shop.customer.pk):
        Mailbox.objects.update(provider="MICROSOFT")
    page = ada.get("/c/acme/mailboxes/order/?domain=first.com", follow=True).content.decode()
    assert 'value="MICROSOFT" checked' in page


def test_staff_see_what_was_paid_and_not_delivered_with_its_sum(shop: Shop) -> None:
    shop.order("hidden-conflict.com", "second.net")
    shop.finish()
    section = paid_not_delivered_in_staff_scope()
    assert [line.name for line in section.content["lines"]] == ["hidden-conflict.com"]
    assert section.content["total_minor"] == 1299


def paid_not_delivered_in_staff_scope() -> Section:
    with staff_scope("test"):
        return paid_not_delivered()
