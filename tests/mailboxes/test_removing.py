"""Lines that are nobody are removed by one press and put back by another; people who are meant are kept."""

import re

import pytest
from django.test import Client

from accounts.drafts import new_key
from tests.mailboxes.test_mending import BUILD, ada, fields, post, quoted
from tests.shop import Shop

__all__ = ["ada"]
PEOPLE = "Hi there,\nMaya Ferro\nSales Team\nJonas\nNoor Haddad\nJ?rg M%ller\nBest regards\nRob Stone"


class Page:
    """The builder of one draft, as a browser without JavaScript uses it."""

    def __init__(self, client: Client, domains: str, people: str) -> None:
        self.client, self.url = client, f"{BUILD}?draft={new_key()}"
        self.typed = {"provider": "GOOGLE", "domains": domains, "people": people}
        self.press()

    def press(self, **buttons: str) -> None:
        self.answer = self.client.post(self.url, self.typed | buttons)
        self.text = self.answer.content.decode()
        for name in ("domains", "people") if self.answer.status_code != 302 else ():
            typed = re.search(rf'<textarea[^>]*name="{name}"[^>]*>([^<]*)</textarea>', self.text)
            assert typed
            self.typed[name] = typed[1].replace("&#x27;", "'").replace("&lt;", "<").replace("&gt;", ">")

    def place(self, button: str, line: int) -> str:
        found = re.search(rf'name="{button}" value="({line}-\d+-[0-9a-f]+)"', self.text)
        assert found, f"nothing to {button} on line {line}"
        return found[1]


@pytest.fixture
def page(shop: Shop, ada: Client) -> Page:  # the fixture is used, not hidden
    return Page(ada, "first.com", PEOPLE)


def test_a_line_is_removed_by_its_button_and_the_others_keep_their_numbers(page: Page) -> None:
    page.press(drop=page.place("drop", 4))
    assert page.typed["people"] == PEOPLE.replace("Jonas", "")
    assert "1 line removed from the list of people: 4." in page.text
    assert page.place("drop", 6)


def test_what_was_removed_is_put_back_where_it_stood(page: Page) -> None:
    for line in (1, 4):
        page.press(drop=page.place("drop", line))
        page.press(do="undo")
        assert page.typed["people"] == PEOPLE


def test_one_press_removes_all_of_a_kind_and_one_puts_them_back(page: Page) -> None:
    page.press(**{"drop-all": "nobody"})
    assert page.typed["people"] == "Maya Ferro\n\nJonas\nNoor Haddad\nJ?rg M%ller"
    page.press(do="undo")
    assert page.typed["people"] == PEOPLE


def test_putting_back_leaves_what_was_written_since(page: Page) -> None:
    page.press(drop=page.place("drop", 4))
    page.typed["people"] = page.typed["people"].replace("Noor Haddad", "Noor Hadid")
    page.press(do="undo")
    assert page.typed["people"] == PEOPLE.replace("Noor Haddad", "Noor Hadid")


def test_without_the_end_of_a_letter_its_writer_is_no_person_either(page: Page) -> None:
    page.press(drop=page.place("drop", 7))
    assert "Rob Stone" not in page.typed["people"]
    page.press(do="undo")
    assert page.typed["people"] == PEOPLE


def test_who_is_meant_is_kept_by_one_press(shop: Shop, page: Page) -> None:
    page.press(keep=page.place("keep", 8))
    assert "Stone, Rob <>" in page.typed["people"]
    for line in (1, 3, 4, 6, 7):
        page.press(drop=page.place("drop", line - (line > 1)))
    page.press()
    assert page.answer.status_code == 302
    assert [name for name, _, _ in quoted(shop)] == ["maya@first.com", "noor@first.com", "rob@first.com"]


def test_all_who_are_doubtful_are_kept_by_one_press(shop: Shop, ada: Client) -> None:  # as above
    page = Page(ada, "first.com", "Sales Team\nSupport Desk\nMaya Ferro")
    page.press(**{"keep-all": "nobody"})
    page.press()
    assert [name for name, _, _ in quoted(shop)] == ["sales@first.com", "support@first.com", "maya@first.com"]


def test_of_several_on_a_line_the_others_stay_when_one_is_removed(shop: Shop, ada: Client) -> None:  # as above
    page = Page(ada, "first.com", "maya@first.com Maya Ferro; postmaster@first.com Noor Haddad; tom@first.com Tom Ash")
    page.press(drop=page.place("drop", 1))
    page.press()
    assert [name for name, _, _ in quoted(shop)] == ["maya@first.com", "tom@first.com"]


def test_a_wrong_domain_is_removed_and_put_back(ada: Client, shop: Shop) -> None:  # as above
    page = Page(ada, "first.com\nsecond.con", "Maya Ferro")
    page.press(remove="second.con")
    assert page.typed["domains"] == "first.com"
    page.press(do="undo")
    assert page.typed["domains"] == "first.com\nsecond.con"


@pytest.mark.parametrize(
    "people", ["Jonas", "maya@tryfirst.com Maya Ferro", "Sales Team\nBest regards", "postmaster@first.com Maya Ferro"]
)
def test_a_right_domain_is_not_blamed_for_its_people(shop: Shop, ada: Client, people: str) -> None:  # as above
    answer = post(ada, "first.com\nsecond.net", people)
    assert answer.status_code == 422
    assert not [name for name in fields(answer) if name.startswith("domain-")]


def test_an_order_without_people_asks_for_them_once(shop: Shop, ada: Client) -> None:  # as above
    answer = post(ada, "first.com\nsecond.net", "")
    assert answer.status_code == 422
    assert answer.content.decode().count("name at least one") == 1
