"""Bad input through the pages: an error that names the line and what to do, and nothing typed is lost."""

import html
import re
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.tenancy import scope
from billing import ledger
from billing.models import Order, PriceRule, Quote
from domains.finding import MOST_NAMES
from mailboxes.models import Mailbox
from tests.shop import Shop

FIND, BUILD = "/c/acme/domains/find/", "/c/acme/mailboxes/order/"


@pytest.fixture
def ada(shop: Shop) -> Client:
    client = Client(HTTP_HOST="outreach.localhost")
    client.force_login(shop.world.ada)
    return client


def words(answer: HttpResponse) -> str:
    """What a person reads, typed fields included."""
    text = html.unescape(answer.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def build(ada: Client, domains: str, people: str = "Maya Ferro", *, file: bytes | None = None) -> HttpResponse:
    form: dict[str, object] = {"provider": "GOOGLE", "domains": domains, "people": people}
    if file is not None:
        form["file"] = SimpleUploadedFile("people.csv", file)
    return ada.post(BUILD, form)  # type: ignore[return-value]  # the client adds to the response


def find(ada: Client, names: str) -> str:
    return words(ada.post(FIND, {"way": "list", "names": names}, follow=True))  # type: ignore[arg-type]  # the same


def quoted(shop: Shop) -> list[str]:
    """The lines of the one quote that was made."""
    with scope(shop.customer.pk):
        return list(Quote.objects.get().lines.order_by("position").values_list("name", flat=True))


def no_quote(shop: Shop) -> bool:
    with scope(shop.customer.pk):
        return not Quote.objects.exists()


def test_a_domain_with_spaces_is_shown_at_its_line_and_kept(shop: Shop, ada: Client) -> None:
    answer = build(ada, "first.com\nmy company.com")
    assert answer.status_code == 422
    assert "Line 2 Remove A domain has no spaces. Write it as example.com." in " ".join(words(answer).split())
    assert 'value="my company.com"' in answer.content.decode()
    assert "first.com\nmy company.com</textarea>" in answer.content.decode()
    assert no_quote(shop)
    assert "A domain has no spaces" in find(ada, "my company.com")


def test_an_international_name_is_asked_for_and_shown_as_it_is_written(shop: Shop, ada: Client) -> None:
    assert "münchen-post.com" in find(ada, "münchen-post.com\nxn--mnchen-post-thb.com")
    assert build(ada, "münchen-post.com").status_code == 302
    assert quoted(shop) == ["xn--mnchen-post-thb.com", "maya@xn--mnchen-post-thb.com"]


def test_five_thousand_pasted_names_are_kept_and_the_first_are_asked_for(shop: Shop, ada: Client) -> None:
    names = "\n".join(f"name{number}.com" for number in range(5000))
    page = find(ada, names)
    assert "5,000 names were pasted" in page
    assert f"The first {MOST_NAMES} are checked below" in page
    assert "name4999.com" in page


def test_five_thousand_pasted_domains_in_an_order_are_refused_with_the_limit(shop: Shop, ada: Client) -> None:
    names = "\n".join(f"name{number}.com" for number in range(5000))
    answer = build(ada, names)
    assert answer.status_code == 422
    assert "One order carries up to 500 new domains" in words(answer)
    assert no_quote(shop)


def test_five_thousand_people_on_a_domain_are_taken(shop: Shop, ada: Client) -> None:
    """Names of letters: whether a figure belongs to a name would be asked."""
    given = ["".join(each) for each in product(("Mar", "Jo"), *["aeioulnr"] * 4)]
    people = "\n".join(f"{name.lower()}, {name}, Lind" for name in given[:4999])
    answer = build(ada, "first.com", people)
    assert answer.status_code == 302
    assert len(quoted(shop)) == 5000
    assert ada.get(answer["Location"]).status_code == 200


def test_a_name_that_comes_twice_is_bought_once(shop: Shop, ada: Client) -> None:
    assert build(ada, "first.com\nFIRST.com\nhttps://www.first.com/").status_code == 302
    assert quoted(shop) == ["first.com", "maya@first.com"]


def test_a_person_who_comes_twice_is_shown_at_the_second_line(shop: Shop, ada: Client) -> None:
    answer = build(ada, "first.com", "Maya Ferro\nNoor Haddad\nMaya Ferro")
    assert answer.status_code == 422
    assert "Line 3: Maya Ferro Remove maya is in the list twice. Remove one or change it." in " ".join(
        words(answer).split()
    )
    assert no_quote(shop)


def test_an_address_that_exists_is_a_line_with_a_problem_and_not_charged(shop: Shop, ada: Client) -> None:
    shop.order("first.com")
    shop.finish()
    answer = build(ada, "first.com", "Maya Ferro\nZoe Lind")
    shop.work()
    page = words(ada.get(answer["Location"]))  # type: ignore[arg-type]  # the client adds to the response
    assert "This address exists already." in page
    assert "Pay $5.00 for 1 line" in page


@pytest.mark.parametrize("name", ["postmaster", "Abuse"])
def test_a_reserved_name_says_so(shop: Shop, ada: Client, name: str) -> None:
    answer = build(ada, "first.com", f"username, first name, last name\n{name}, Maya, Ferro")
    assert answer.status_code == 422
    assert f"{name.lower()} is reserved by the provider. Use another name." in words(answer)
    assert no_quote(shop)


SHEET = "username{0}first name{0}last name\r\nzoe{0}Zoë{0}Lindström\r\n"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "latin-1", "utf-16"])
def test_a_sheet_of_any_kind_is_read(shop: Shop, ada: Client, separator: str, encoding: str) -> None:
    answer = build(ada, "first.com", "", file=SHEET.format(separator).encode(encoding))
    assert answer.status_code == 302
    assert quoted(shop) == ["first.com", "zoe@first.com"]
    shop.work()
    assert "Zoë Lindström" in words(ada.get(answer["Location"]))  # type: ignore[arg-type]  # as above


def test_a_file_and_a_typed_list_are_one_list(shop: Shop, ada: Client) -> None:
    assert build(ada, "first.com", "Maya Ferro\n", file=b"Noor Haddad\n").status_code == 302
    assert quoted(shop) == ["first.com", "maya@first.com", "noor@first.com"]


@pytest.mark.parametrize(
    "file, word",
    [
        (b"PK\x03\x04" + bytes(200), "This workbook cannot be read"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "This is a picture, not a list"),
        (b"%PDF-1.7", "This is a PDF, not a list"),
        (b"a\x00b", "This is not a text file"),
        (b"\xff\xfe\x00", "This is not a text file"),
        (b"<!DOCTYPE html><p>x", "This is a web page, not a list"),
        (b'[{"name": "Maya"}]', "This is JSON, not a list"),
    ],
    ids=["a workbook", "a picture", "a PDF", "a NUL", "half a sign", "a page", "JSON"],
)
def test_a_file_that_is_no_list_is_refused_by_its_name(shop: Shop, ada: Client, file: bytes, word: str) -> None:
    answer = build(ada, "first.com", "Maya Ferro", file=file)
    assert answer.status_code == 422
    assert word in words(answer)
    assert "Maya Ferro</textarea>" in answer.content.decode()
    assert no_quote(shop)


def test_a_file_that_is_too_large_says_what_to_do(shop: Shop, ada: Client) -> None:
    answer = build(ada, "first.com", file=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 422
    assert "The file is larger than 1 MB. Split it into smaller ones." in words(answer)


def test_one_endless_line_is_a_mistake_and_no_fault_of_ours(shop: Shop, ada: Client) -> None:
    answer = build(ada, "first.com", "x" * 200_000)
    assert answer.status_code == 422
    assert "Line 1" in words(answer)


def test_an_open_quotation_mark_swallows_no_other_line(shop: Shop, ada: Client) -> None:
    assert build(ada, "first.com", '"Maya Ferro\nNoor Haddad\n').status_code == 302
    assert quoted(shop) == ["first.com", "maya@first.com", "noor@first.com"]


@pytest.mark.parametrize("provider", ["", "YAHOO", "google"])
def test_a_provider_that_there_is_not_is_refused(shop: Shop, ada: Client, provider: str) -> None:
    answer = ada.post(BUILD, {"provider": provider, "domains": "first.com", "people": "Maya Ferro"})
    assert answer.status_code == 422
    assert no_quote(shop)


def check_page(shop: Shop, ada: Client) -> tuple[str, int]:
    """A quote that is ready, and the sum on its button."""
    page = build(ada, "first.com")["Location"]
    shop.work()
    with scope(shop.customer.pk):
        return page, shop.total(Quote.objects.get())


def nothing_was_charged(shop: Shop) -> bool:
    with scope(shop.customer.pk):
        return not Order.objects.exists() and ledger.balance_of(shop.customer) == 100_000


def test_an_expired_quote_is_not_paid_and_can_be_checked_again(shop: Shop, ada: Client) -> None:
    page, total = check_page(shop, ada)
    with scope(shop.customer.pk):
        Quote.objects.update(expires_at=F("made_at"))
    answer = ada.post(page, {"total_minor": str(total)})
    assert answer.status_code == 422
    assert "This quote has expired. Check the prices again; nothing you typed is lost." in words(answer)  # type: ignore[arg-type]  # as above
    assert nothing_was_charged(shop)
    again = ada.post(f"{page}again/", follow=True)
    assert again.status_code == 200
    assert "maya@first.com" in again.content.decode()


def test_a_price_that_moved_is_shown_before_it_is_paid(shop: Shop, ada: Client) -> None:
    page, total = check_page(shop, ada)
    with scope(shop.customer.pk):
        Quote.objects.get().lines.filter(item="domain").update(price_minor=F("price_minor") + 100)
    answer = ada.post(page, {"total_minor": str(total)})
    assert answer.status_code == 422
    assert "The sum has changed since you saw it. Look at the new prices, then confirm." in words(answer)  # type: ignore[arg-type]  # as above
    assert nothing_was_charged(shop)
    assert ada.post(page, {"total_minor": str(total + 100)}).status_code == 302


def test_a_rule_that_changes_after_the_quote_changes_nothing_that_was_promised(shop: Shop, ada: Client) -> None:
    page, total = check_page(shop, ada)
    PriceRule.objects.filter(item="mailbox").update(fixed_minor=9_900)
    assert ada.post(page, {"total_minor": str(total)}).status_code == 302
    with scope(shop.customer.pk):
        assert ledger.balance_of(shop.customer, kind="held") == total


@pytest.mark.parametrize("sum_", ["", "-1", "0", "1.5", "abc", "²", "٣", "9" * 5000, "1 000"])
def test_a_sum_that_no_page_has_shown_is_not_paid(shop: Shop, ada: Client, sum_: str) -> None:
    page, _total = check_page(shop, ada)
    assert ada.post(page, {"total_minor": sum_}).status_code == 422
    assert nothing_was_charged(shop)


def test_too_little_money_says_how_much_is_missing(shop: Shop, ada: Client) -> None:
    page, total = check_page(shop, ada)
    with scope(shop.customer.pk):
        ledger.hold(customer=shop.customer, amounts={"x": 100_000 - 1}, reference="x", description="Held")
    answer = ada.post(page, {"total_minor": str(total)})
    assert answer.status_code == 422
    assert f"${(total - 1) / 100:.2f} is missing" in words(answer)  # type: ignore[arg-type]  # as above
    with scope(shop.customer.pk):
        assert not Order.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "mailboxes/99999999999999999999999999/",
        "mailboxes/0/",
        "orders/nothing/",
        "orders/check/nothing/",
        "domains/no such.com/",
        "domains/%F0%9F%90%88/",
        f"domains/{'x' * 3000}/",
        "nowhere/",
    ],
)
def test_a_thing_that_is_not_there_is_not_found(ada: Client, path: str) -> None:
    assert ada.get(f"/c/acme/{path}").status_code == 404


@pytest.mark.parametrize("keyword", ["x" * 5000, "日本", "<script>", "a.b.c"])
def test_any_keyword_that_has_a_latin_reading_is_asked_for(ada: Client, keyword: str) -> None:
    assert ada.post(FIND, {"keyword": keyword}, follow=True).status_code == 200


@pytest.mark.parametrize("keyword", ["", "   ", "!!!", "..."])
def test_a_keyword_without_letters_says_so_at_its_field(ada: Client, keyword: str) -> None:
    answer = ada.post(FIND, {"keyword": keyword})
    assert answer.status_code == 422
    assert "Write a word with letters or digits" in words(answer)  # type: ignore[arg-type]  # as above


def test_a_keyword_is_transliterated_and_said(shop: Shop, ada: Client) -> None:
    page = words(ada.post(FIND, {"keyword": "müller & söhne"}, follow=True))  # type: ignore[arg-type]  # as above
    assert "In domains this is written mullersohne" in " ".join(page.split())


def test_a_link_that_nobody_asked_asks(ada: Client) -> None:
    page = words(ada.get(f"{FIND}?keyword=neverasked77"))  # type: ignore[arg-type]  # as above
    assert "Ask for it now" in page
    assert "No free name" not in page


def test_what_the_customer_owns_is_theirs_in_find_and_no_question_is_put(shop: Shop, ada: Client) -> None:
    shop.order("first.com")
    shop.finish()
    page = find(ada, "first.com")
    assert "Yours, Google" in page
    assert "Add mailboxes" in page


@pytest.mark.parametrize(
    "spelling", ["first.com", "FIRST.com.", "https://www.First.com/", "münchen-hafen.de", "MÜNCHEN-HAFEN.DE"]
)
def test_what_the_customer_has_or_waits_for_is_never_free(shop: Shop, ada: Client, spelling: str) -> None:
    names = ("first.com", "xn--mnchen-hafen-dlb.de")
    find(ada, "\n".join(names))
    shop.work()
    assert "Free" in find(ada, spelling)
    order = shop.order(*names)
    for step in (shop.work, shop.finish):
        page = find(ada, spelling)
        assert f"Being registered {order.reference}" in page
        assert "Free" not in page
        answer = build(ada, spelling)
        assert "is being delivered already" in words(ada.get(answer["Location"]))  # type: ignore[arg-type]  # as above
        step()
    assert "Yours, Google" in find(ada, spelling)
    build(ada, spelling, "Nora Lind")
    with scope(shop.customer.pk):
        lines = Quote.objects.latest("pk").lines
        assert list(lines.values_list("item", "state", "problem")) == [("mailbox", "ready", "")]


def test_a_search_in_its_own_letters_finds_an_international_name(shop: Shop, ada: Client) -> None:
    shop.order("xn--mnchen-hafen-dlb.de")
    shop.finish()
    for path, name in (("domains", "münchen-hafen.de"), ("mailboxes", "maya@münchen-hafen.de")):
        assert name in words(ada.get(f"/c/acme/{path}/?contains=münchen"))  # type: ignore[arg-type]  # as above
        assert name not in words(ada.get(f"/c/acme/{path}/?contains=köln"))  # type: ignore[arg-type]  # as above
    for spelling in ("münchen-hafen.de", "xn--mnchen-hafen-dlb.de"):
        page = words(ada.get(f"/c/acme/domains/{spelling}/"))  # type: ignore[arg-type]  # as above
        assert "münchen-hafen.de" in page
        assert "xn--mnchen-hafen-dlb.de" in page


def test_names_ticked_by_hand_that_are_no_names_are_shown_as_mistakes(shop: Shop, ada: Client) -> None:
    chosen = {"name": ["first.com", "<b>", "my company.com", "first.com"]}
    page = ada.post(reverse("domains:choose", args=["acme"]), chosen, follow=True).content.decode()
    assert "<b>" not in page.partition("<textarea")[2].partition("</textarea>")[0]
    answer = build(ada, "first.com\n<b>\nmy company.com")
    assert answer.status_code == 422
    assert not Mailbox.objects.exists()
