"""A name that failed is a line of its order, not a domain or mailbox of the customer."""

import pytest
from django.test import Client

from accounts.tenancy import scope
from domains.models import Domain
from domains.selectors import list_domains
from mailboxes.models import Mailbox
from mailboxes.selectors import list_mailboxes
from tests.shop import Shop

FAILED = "hidden-conflict.com"
LISTS = ("", "?state=attention", "?state=working", "?state=active", "?contains=hidden", "?contains=hi", "?contains=ü")


@pytest.fixture
def ada(shop: Shop) -> Client:
    browser = Client(HTTP_HOST="outreach.localhost")
    browser.force_login(shop.world.ada)
    shop.order(FAILED, "first.com")
    shop.finish()
    return browser


@pytest.mark.parametrize("query", LISTS)
@pytest.mark.parametrize("path", ["domains", "mailboxes"])
def test_no_list_and_no_search_shows_what_failed(ada: Client, path: str, query: str) -> None:
    page = ada.get(f"/c/acme/{path}/{query}").content.decode()
    assert FAILED not in page
    assert "Not registered" not in page
    assert "Not created" not in page


def test_the_order_shows_it_and_what_came_is_listed(shop: Shop, ada: Client) -> None:
    with scope(shop.customer.pk):
        assert Domain.objects.get(name=FAILED).state == "FAILED"
        assert [row.name for row in list_domains(customer=shop.customer).rows] == ["first.com"]
        assert len(list_mailboxes(customer=shop.customer).rows) == 2
        reference = Domain.objects.get(name=FAILED).line.order.reference  # type: ignore[union-attr]  # it has one
    assert FAILED in ada.get(f"/c/acme/orders/{reference}/").content.decode()


def test_a_failure_between_others_leaves_no_window_short(shop: Shop, ada: Client) -> None:
    """Left out by the question, not from its answer: a short window would end the list."""
    with scope(shop.customer.pk):
        Domain.objects.bulk_create(
            Domain(customer=shop.customer, name=f"many{number:03}.com", state="FAILED" if number % 2 else "ACTIVE")
            for number in range(140)
        )
        for needle in ("", "many"):
            window = list_domains(customer=shop.customer, contains=needle)
            assert len(window.rows) == 50
            rest = list_domains(customer=shop.customer, contains=needle, after=window.next_key)
            assert {row.state for row in (*window.rows, *rest.rows)} == {"ACTIVE"}
            assert len(rest.rows) == (20 if needle else 21)


def test_a_mailbox_that_failed_alone_is_not_on_the_page_of_its_domain(shop: Shop, ada: Client) -> None:
    with scope(shop.customer.pk):
        Mailbox.objects.filter(address="maya@first.com").update(state="FAILED")
    page = ada.get("/c/acme/domains/first.com/").content.decode().partition('id="timeline-title"')[0]
    assert "maya@first.com" not in page
    assert "noor@first.com" in page
