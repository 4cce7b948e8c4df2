"""An upstream that hangs makes no page slow: pages put questions as rows and never call."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tenancy import scope
from billing.models import Order, Quote
from tests import oracle
from tests.shop import Shop


@pytest.fixture
def ada(shop: Shop) -> Client:
    client = Client(HTTP_HOST="outreach.localhost")
    client.force_login(shop.world.ada)
    return client


def assert_no_call(shop: Shop, status: int) -> None:
    assert status in {200, 302}
    assert shop.sandbox.calls() == []


def test_from_finding_to_paying_no_page_calls_the_upstream(shop: Shop, ada: Client) -> None:
    shop.sandbox.fault("*", "hang", times=100)
    find, build = (reverse(name, args=["acme"]) for name in ("domains:find", "mailboxes:order"))
    assert_no_call(shop, ada.post(find, {"way": "list", "names": "first.com\nsecond.net"}).status_code)
    assert_no_call(shop, ada.get(f"{find}?way=list").status_code)
    assert_no_call(shop, ada.post(find, {"keyword": "first"}).status_code)
    assert_no_call(shop, ada.get(f"{find}?keyword=first").status_code)
    wish = {"provider": "GOOGLE", "domains": "first.com", "people": "Maya Ferro"}
    assert_no_call(shop, ada.post(build, wish).status_code)
    with scope(shop.customer.pk):
        quote = Quote.objects.get()
    assert_no_call(shop, ada.get(reverse("orders:check", args=["acme", quote.reference])).status_code)
    shop.work()
    assert {status for _, status in shop.sandbox.calls()} == {0}


def test_an_order_is_taken_while_the_upstream_hangs_and_delivered_when_it_is_back(shop: Shop, ada: Client) -> None:
    quote = shop.quote("first.com")
    before = shop.sandbox.calls()
    shop.sandbox.fault("*", "hang", times=100)
    page = reverse("orders:check", args=["acme", quote.reference])
    answer = ada.post(page, {"total_minor": str(shop.total(quote))})
    assert answer.status_code == 302
    assert ada.get(answer["Location"]).status_code == 200
    assert shop.sandbox.calls() == before
    shop.finish()
    shop.sandbox.heal()
    shop.pass_time(4000)
    shop.finish()
    shop.finish()
    oracle.ask(shop.sandbox)
    with scope(shop.customer.pk):
        assert Order.objects.get().state == Order.State.DELIVERED
