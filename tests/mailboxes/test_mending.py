"""What is corrected in the rows of the order builder goes into the lists themselves, and nothing else changes."""

import re
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Draft
from accounts.tenancy import scope
from billing.models import Quote
from tests.shop import Shop

BUILD = "/c/acme/mailboxes/order/"


@pytest.fixture
def ada(shop: Shop) -> Client:
    browser = Client()
    browser.force_login(shop.world.ada)
    return browser


def post(ada: Client, domains: str, people: str, **more: str) -> HttpResponse:
    form = {"provider": "GOOGLE", "domains": domains, "people": people, **more}
    return ada.post(BUILD, form)  # type: ignore[return-value]  # the client adds to the response


def fields(answer: HttpResponse) -> dict[str, str]:
    """Every field of the rows under the lists: name and value."""
    page = answer.content.decode().partition('id="reading"')[2]
    inputs = re.findall(r'<input [^>]*?name="([^"]*)" value="([^"]*)"', page)
    selects = re.findall(r'<select [^>]*?name="(column[^"]*)">.*?<option value="([^"]*)" selected', page, re.DOTALL)
    return {unescape(name): unescape(value) for name, value in [*inputs, *selects]}


def named(answer: HttpResponse, start: str) -> str:
    return next(name for name in fields(answer) if name.startswith(start))


def quoted(shop: Shop) -> list[tuple[str, str, str]]:
    with scope(shop.customer.pk):
        lines = Quote.objects.get().lines.filter(item="mailbox").order_by("position")
        return [(line.name, line.first_name, line.last_name) for line in lines]


def test_a_surname_that_was_asked_for_completes_its_line(shop: Shop, ada: Client) -> None:
    people = "Maya Ferro\nJonas\nNoor Haddad"
    asked = post(ada, "first.com", people)
    assert asked.status_code == 422
    answer = post(ada, "first.com", people, **{**fields(asked), named(asked, "last-2-"): "van Berg"})
    assert answer.status_code == 302
    assert quoted(shop) == [
        ("maya@first.com", "Maya", "Ferro"),
        ("jonas@first.com", "Jonas", "van Berg"),
        ("noor@first.com", "Noor", "Haddad"),
    ]


def test_a_correction_that_was_not_made_changes_nothing(shop: Shop, ada: Client) -> None:
    people = "First name,Last name\nJonas,\nMaya,Ferro"
    asked = post(ada, "first.com", people)
    again = post(ada, "first.com", people, **fields(asked))
    assert again.status_code == 422
    assert f"{people}</textarea>" in again.content.decode()


def test_a_line_is_written_anew_in_its_place(shop: Shop, ada: Client) -> None:
    people = "Maya Ferro\n12345\nNoor Haddad"
    asked = post(ada, "first.com", people)
    answer = post(ada, "first.com", people, **{**fields(asked), named(asked, "line-2-"): "Tom Ash"})
    assert answer.status_code == 302
    assert [name for name, _, _ in quoted(shop)] == ["maya@first.com", "tom@first.com", "noor@first.com"]


@pytest.mark.parametrize("people", ["Maya Ferro\nNoor Haddad", "First name,Last name\nMaya,Ferro\nNoor,Haddad"])
def test_each_address_can_be_changed(shop: Shop, ada: Client, people: str) -> None:
    read = post(ada, "first.com", people, do="read")
    assert read.status_code == 200
    name = next(name for name in fields(read) if name.endswith("-noor"))
    assert post(ada, "first.com", people, **{**fields(read), name: "N.Haddad"}).status_code == 302
    assert quoted(shop) == [("maya@first.com", "Maya", "Ferro"), ("n.haddad@first.com", "Noor", "Haddad")]


def test_of_several_people_on_a_line_the_others_stay(shop: Shop, ada: Client) -> None:
    people = "Maya Ferro; Noor Haddad; Tom Ash"
    read = post(ada, "first.com", people, do="read")
    name = next(name for name in fields(read) if name.endswith("-noor"))
    assert post(ada, "first.com", people, **{**fields(read), name: "nh"}).status_code == 302
    assert [name for name, _, _ in quoted(shop)] == ["maya@first.com", "nh@first.com", "tom@first.com"]


def test_a_column_means_what_the_person_says(shop: Shop, ada: Client) -> None:
    people = "Ferro,Maya\nHaddad,Noor"
    read = post(ada, "first.com", people, do="read")
    swapped = {**fields(read), named(read, "column-0-"): "last-name", named(read, "column-1-"): "first-name"}
    swapped = {name: value for name, value in swapped.items() if name.startswith("column-")}
    again = post(ada, "first.com", people, do="read", **swapped)
    assert f"{people}</textarea>" in again.content.decode()
    assert post(ada, "first.com", people, **fields(again)).status_code == 302
    assert quoted(shop) == [("maya@first.com", "Maya", "Ferro"), ("noor@first.com", "Noor", "Haddad")]


def test_a_field_of_an_older_page_changes_nothing(shop: Shop, ada: Client) -> None:
    asked = post(ada, "first.com", "Maya Ferro\nJonas")
    stale = {**fields(asked), named(asked, "last-2-"): "Berg"}
    assert post(ada, "first.com", "Maya Ferro\nTom Ash", **stale).status_code == 302
    assert quoted(shop) == [("maya@first.com", "Maya", "Ferro"), ("tom@first.com", "Tom", "Ash")]


def test_a_domain_is_put_right_in_its_line_and_removed_by_its_row(shop: Shop, ada: Client) -> None:
    asked = post(ada, "first.com\nsecond.con", "Maya Ferro")
    answer = post(ada, "first.com\nsecond.con", "Maya Ferro", **{"domain-2-second.con": "second.net"})
    assert answer.status_code == 302
    assert "domain-2-second.con" in fields(asked)
    removed = post(ada, "first.com\nsecond.net", "Maya Ferro", remove="second.net")
    assert ">first.com</textarea>" in removed.content.decode()


def test_a_pattern_counts_for_all_without_an_address(shop: Shop, ada: Client) -> None:
    people = "Maya Ferro\nboss@first.com Noor Haddad"
    assert post(ada, "first.com", people, pattern="f.last").status_code == 302
    assert [name for name, _, _ in quoted(shop)] == ["m.ferro@first.com", "boss@first.com"]


def test_two_tabs_hold_two_orders_and_going_back_finds_what_was_typed(shop: Shop, ada: Client) -> None:
    one, two = (ada.get(BUILD)["Location"] for _ in range(2))
    assert one != two
    for page, name in ((one, "first.com"), (two, "second.net")):
        ada.post(page, {"provider": "GOOGLE", "domains": name, "people": "Maya Ferro"})
    assert ">first.com</textarea>" in ada.get(one).content.decode()
    assert ">second.net</textarea>" in ada.get(two).content.decode()
    fresh = ada.get(BUILD, follow=True).content.decode()
    assert "first.com</textarea>" not in fresh


def test_changing_an_order_opens_what_its_own_quote_was_made_of(shop: Shop, ada: Client) -> None:
    post(ada, "first.com", "Maya Ferro")
    with scope(shop.customer.pk):
        reference = Quote.objects.get().reference
    post(ada, "second.net", "Noor Haddad")
    page = ada.get(f"{BUILD}?quote={reference}", follow=True).content.decode()
    assert ">first.com</textarea>" in page
    assert ">Maya Ferro</textarea>" in page


def test_somebody_elses_draft_is_not_shown(shop: Shop, ada: Client) -> None:
    page = ada.get(f"{BUILD}?domain=first.com")["Location"]
    with scope(shop.customer.pk):
        Draft.objects.update(user=shop.world.ivy)
    assert "first.com</textarea>" not in ada.get(page).content.decode()


def test_a_person_keeps_a_few_drafts_and_no_more(shop: Shop, ada: Client) -> None:
    for at in range(25):
        ada.get(f"{BUILD}?domain=name{at}.com")
    with scope(shop.customer.pk):
        assert Draft.objects.count() == 20


def test_the_preview_counts_and_writes_nothing(shop: Shop, ada: Client) -> None:
    form = {"provider": "GOOGLE", "domains": "first.com\nsecond.net", "people": "Maya Ferro\nNoor Haddad\nTom Ash"}
    answer = ada.post(f"{BUILD}preview/", form, headers={"HX-Request": "true"})
    assert "2 domains, 3 people: 6 mailboxes, $30.00 a month" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    with scope(shop.customer.pk):
        assert not Quote.objects.exists()
        assert not Draft.objects.exists()


def test_what_is_kept_over_a_swap_can_be_found_by_a_selector(shop: Shop, ada: Client) -> None:
    read = post(ada, "first.com", "maya.f@first.com Maya Ferro\nNoor O’Neil\nJonas", do="read")
    kept = re.findall(r"<input[^>]*hx-preserve", read.content.decode())
    ids = [re.search(r' id="([^"]*)"', each) for each in kept]
    assert len(ids) == 4
    assert all(each and re.fullmatch(r"[a-z][a-z0-9-]*", each[1]) for each in ids)


def test_a_list_that_is_refused_comes_back_cut(shop: Shop, ada: Client) -> None:
    answer = post(ada, "first.com", "Maya Ferro\n" * 60_000)
    assert answer.status_code == 422
    assert "60,000 lines" in answer.content.decode()
    assert len(answer.content) < 150_000


@pytest.mark.parametrize(
    ("people", "is_asked"),
    [
        ("Ferro, Maya <maya>\nHaddad, Noor <noor>", False),
        ("Ferro, Maya <maya@first.com>\nLee Chang", False),
        ("Ferro, Maya <>", False),
        ("Maya\tFerro\nNoor\tHaddad", True),
        ("Name, Address\nFerro, Maya <maya>", True),
    ],
)
def test_columns_are_asked_about_where_there_are_any(shop: Shop, ada: Client, people: str, is_asked: bool) -> None:
    """People whom the portal brings along, or a mail program writes, stand each for themselves."""
    page = post(ada, "first.com", people, do="read").content.decode()
    assert ("How the list was read" in page) is is_asked
    assert "maya@first.com" in page or 'value="maya"' in page
