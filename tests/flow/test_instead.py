"""A name that cannot be had is said once on the check page, and removed or replaced there with one press."""

import pytest
from django.test import Client

from accounts.tenancy import scope
from billing.models import Quote
from tests.shop import Shop

BUILD = "/c/acme/mailboxes/order/"


@pytest.fixture
def ada(shop: Shop) -> Client:
    browser = Client()
    browser.force_login(shop.world.ada)
    return browser


def checked(shop: Shop, ada: Client, domains: str, people: str) -> tuple[Quote, str]:
    """A quote of these lists, and its page once all is answered."""
    answer = ada.post(BUILD, {"provider": "GOOGLE", "domains": domains, "people": people})
    return seen(shop, ada, answer["Location"])


def seen(shop: Shop, ada: Client, url: str) -> tuple[Quote, str]:
    shop.finish()
    with scope(shop.customer.pk):
        quote = Quote.objects.order_by("-pk")[0]
    assert quote.reference in url
    return quote, ada.get(url).content.decode()


def instead(ada: Client, quote: Quote, **more: str) -> str:
    return str(ada.post(f"{BUILD}{quote.reference}/instead/", more)["Location"])


def names(shop: Shop, quote: Quote) -> list[str]:
    with scope(shop.customer.pk):
        return list(quote.lines.order_by("position").values_list("name", flat=True))


PEOPLE = "Maya Ferro\nNoor Haddad\nTom Ash"


def test_a_taken_domain_is_said_once_with_its_mailboxes(shop: Shop, ada: Client) -> None:
    _, page = checked(shop, ada, "first.com\ngoogle.com", PEOPLE)
    assert page.count("This name is taken") == 1
    assert "and its 3 mailboxes" in page
    assert "maya@google.com" not in page
    assert "maya@first.com" in page


def test_a_problem_of_people_is_said_once(shop: Shop, ada: Client) -> None:
    shop.order("first.com")
    shop.finish()
    _, page = checked(shop, ada, "first.com", "maya@first.com Maya Ferro\nsami@first.com Sami Berg")
    assert page.count("This address exists already") == 1
    assert "maya@first.com" in page
    assert "Maya Ferro" in page


def test_a_domain_is_removed_with_its_mailboxes(shop: Shop, ada: Client) -> None:
    quote, _ = checked(shop, ada, "first.com\ngoogle.com", PEOPLE)
    quote, page = seen(shop, ada, instead(ada, quote, old="google.com", do="remove"))
    assert names(shop, quote) == ["first.com", "maya@first.com", "noor@first.com", "tom@first.com"]
    assert "google.com" not in page
    assert "google.com" not in ada.get(f"{BUILD}?quote={quote.reference}", follow=True).content.decode()


def test_another_name_takes_the_place_of_one_that_cannot_be_had(shop: Shop, ada: Client) -> None:
    people = "google.com\nMaya Ferro\nNoor Haddad\n\nfirst.com\nTom Ash"
    quote, _ = checked(shop, ada, "google.com\nfirst.com", people)
    quote, _ = seen(shop, ada, instead(ada, quote, old="google.com", new="https://www.second.net/", do="use"))
    assert names(shop, quote) == ["second.net", "maya@second.net", "noor@second.net", "first.com", "tom@first.com"]


@pytest.mark.parametrize(
    "people",
    [
        "maya@google.com Maya Ferro\ntom@first.com Tom Ash",
        "Domain,First,Last\ngoogle.com,Maya,Ferro\nfirst.com,Tom,Ash",
        "maya@google.com Maya Ferro; tom@first.com Tom Ash",
        "google.com:\n- Maya Ferro\nfirst.com:\n- Tom Ash",
    ],
)
def test_people_of_a_removed_domain_go_with_it_however_they_were_bound(shop: Shop, ada: Client, people: str) -> None:
    quote, _ = checked(shop, ada, "google.com\nfirst.com", people)
    quote, _ = seen(shop, ada, instead(ada, quote, old="google.com", do="remove"))
    assert names(shop, quote) == ["first.com", "tom@first.com"]


@pytest.mark.parametrize("more", [{"do": "use", "new": "second.con"}, {"do": "remove"}])
def test_what_leaves_nothing_to_order_goes_back_to_the_builder(shop: Shop, ada: Client, more: dict[str, str]) -> None:
    quote, _ = checked(shop, ada, "google.com", PEOPLE)
    assert instead(ada, quote, old="google.com", **more).startswith(f"{BUILD}?draft=")


def test_without_another_name_nothing_changes(shop: Shop, ada: Client) -> None:
    quote, _ = checked(shop, ada, "google.com", PEOPLE)
    assert quote.reference in instead(ada, quote, old="google.com", do="use")


def test_somebody_elses_quote_is_not_there(shop: Shop, ada: Client) -> None:
    assert ada.post(f"{BUILD}Q-NOBODY/instead/", {"old": "x.com", "do": "remove"}).status_code == 404
