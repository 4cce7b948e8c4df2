"""Find says what is known of a question, and offers no step that leads nowhere."""

import html
import re

import pytest
from django.test import Client

from reseller_portal.upstream.domains import Domains
from reseller_portal.upstream.models.availability import NO_PRICE, Availability
from tests.shop import Shop

FIND = "/c/acme/domains/find/"
ON = "Continue to mailboxes"


@pytest.fixture
def ada(shop: Shop) -> Client:
    browser = Client(HTTP_HOST="outreach.localhost")
    browser.force_login(shop.world.ada)
    return browser


def page_of(ada: Client, address: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", ada.get(address).content.decode()))


def asked(ada: Client, **question: str) -> str:
    """The address of the page with its answers."""
    return str(ada.post(FIND, question)["Location"])


def answered(shop: Shop, ada: Client, **question: str) -> str:
    address = asked(ada, **question)
    shop.work()
    return page_of(ada, address)


def test_a_question_without_an_answer_is_not_no_free_name(shop: Shop, ada: Client) -> None:
    shop.sandbox.fault("suggest_domains", "refuse", words="This account is blocked", status=400)
    page = answered(shop, ada, keyword="harbor")
    assert "No answer came" in page
    assert "No free name" not in page
    assert "This account is blocked" not in page
    assert "harbor.com" in answered(shop, ada, keyword="harbor")


def test_asking_again_asks_the_same(shop: Shop, ada: Client) -> None:
    shop.sandbox.fault("suggest_domains", "refuse", words="Blocked", status=400)
    page = answered(shop, ada, keyword="harbor")
    assert 'id="ask-again" type="submit" form="ask"' in page
    form = page.partition('id="ask"')[2].partition("</form>")[0]
    assert 'name="keyword" value="harbor"' in form


def test_an_empty_answer_is_said_and_leads_on_to_no_mailboxes(
    shop: Shop, ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Domains, "suggest", lambda _domains, _keyword: ())
    address = asked(ada, keyword="harbor")
    waiting = page_of(ada, address)
    assert "Asking the registries" in waiting
    shop.work()
    page = page_of(ada, address)
    assert "No free name near that" in page
    assert {ON in each or " of 0 checked" in each for each in (waiting, page)} == {False}


def test_a_name_without_a_price_is_not_called_taken(shop: Shop, ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = Availability(name="odd.com", is_available=False, reason=NO_PRICE)
    monkeypatch.setattr(Domains, "check", lambda _domains, _name: offer)
    page = answered(shop, ada, way="list", names="odd.com")
    assert "Not for sale here" in page
    assert "Taken" not in page


def test_a_name_without_an_answer_says_to_check_it_again(shop: Shop, ada: Client) -> None:
    shop.sandbox.fault("check_domain_availability", "refuse", words="Blocked", status=400)
    page = answered(shop, ada, way="list", names="odd.com\nmine.com")
    assert "No answer. Check it again." in page
    assert ON in page
