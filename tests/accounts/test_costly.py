"""One customer's costly posts: so many at once, so many a minute, and whoever is told to wait loses nothing."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts import costly
from accounts.tenancy import staff_scope
from reseller_portal.operations.models import Operation
from tests.shop import Shop

FORM = {"provider": "GOOGLE", "domains": "first.com\nsecond.com", "people": 'Maya "Ferro" <&>'}
ORDER = "/c/acme/mailboxes/order/"


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> Iterator[None]:
    settings.COSTLY_POSTS_AT_ONCE, settings.COSTLY_POSTS_PER_MINUTE = 2, 10
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ada(shop: Shop) -> Client:
    client = Client(HTTP_HOST="outreach.localhost")
    client.force_login(shop.world.ada)
    return client


@pytest.fixture
def busy(shop: Shop) -> Iterator[None]:
    """Two other requests of the company are at work, each on a connection of its own."""
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        for place in (0, 1):
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [costly.FIRST_PLACE + place, shop.customer.pk])
        yield


def posts(client: Client, number: int, address: str = ORDER) -> list[bool]:
    """Which of so many posts were taken."""
    answers = [client.post(address, FORM).status_code for _ in range(number)]
    assert set(answers) <= {200, 302, 422, 429}
    return [answer != 429 for answer in answers]


def test_ten_a_minute_and_no_more(ada: Client) -> None:
    assert posts(ada, 12) == [True] * 10 + [False] * 2


def test_each_kind_has_its_own_count(ada: Client) -> None:
    posts(ada, 11)
    find = {"way": "keyword", "keyword": "north"}
    assert ada.post("/c/acme/domains/find/", find).status_code == 302


def test_looking_is_not_counted(ada: Client) -> None:
    assert {ada.get(ORDER, follow=True).status_code for _ in range(15)} == {200}


def test_one_customer_does_not_spend_the_limit_of_another(ada: Client, shop: Shop, busy: None) -> None:
    assert posts(ada, 1) == [False]
    ivy = Client(HTTP_HOST="foundry.localhost")
    ivy.force_login(shop.world.ivy)
    assert posts(ivy, 1, "/c/initech/mailboxes/order/") == [True]


def test_a_third_at_once_is_told_to_wait(ada: Client, busy: None) -> None:
    assert posts(ada, 1) == [False]


def test_a_place_is_free_again_after_the_request(ada: Client, settings: Settings) -> None:
    settings.COSTLY_POSTS_AT_ONCE = 1
    assert posts(ada, 2) == [True, True]


def take_pages(shop: Shop, cursor: Any) -> None:
    for place in (0, 1):
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [costly.FIRST_PAGE + place, shop.customer.pk])


def test_a_third_long_page_at_once_is_told_to_wait_and_a_short_one_is_not(shop: Shop, ada: Client) -> None:
    def draft_of(people: str) -> str:
        address = ada.get(ORDER)["Location"]
        ada.post(address, {**FORM, "people": people, "do": "read"})
        return str(address)

    long, short = draft_of("\n".join(f"Anna{number} Bell" for number in range(2000))), draft_of("Maya Ferro")
    order = shop.order("first.com")
    page = f"/c/acme/orders/{order.reference}/"
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        take_pages(shop, cursor)
        for address in (long, f"{page}?lines=all"):
            answer = ada.get(address)
            assert (answer.status_code, answer["Retry-After"]) == (429, "10")
            assert f'href="{address}"' in answer.content.decode()
        assert [ada.get(address).status_code for address in (short, page)] == [200, 200]
    assert [ada.get(address).status_code for address in (long, f"{page}?lines=all")] == [200, 200]


def answer_of(client: Client, **headers: str) -> HttpResponse:
    form = {**FORM, "file": SimpleUploadedFile("people.csv", b"a,b")}
    return client.post(ORDER, form, headers=headers)  # type: ignore[return-value]  # the client adds to the response


def test_whoever_waits_can_send_the_same_again(ada: Client, busy: None) -> None:
    answer = answer_of(ada)
    page = answer.content.decode()
    assert answer["Retry-After"] == "10"
    assert '<input type="hidden" name="domains" value="first.com\nsecond.com">' in page
    assert 'name="people" value="Maya &quot;Ferro&quot; &lt;&amp;&gt;"' in page
    assert page.count("csrfmiddlewaretoken") == ada.get("/c/acme/billing/").content.decode().count("csrfmiddle") + 1
    assert "<strong>people.csv</strong>" in page


def test_where_htmx_asked_the_page_stays_and_says_why(ada: Client, busy: None) -> None:
    answer = answer_of(ada, **{"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (429, b"")
    assert "in a few seconds" in answer["HX-Trigger"]


def test_sixty_presses_on_refresh_are_one_question(ada: Client, shop: Shop) -> None:
    shop.order("first.com")
    shop.finish()
    before = shop.sandbox.count("get_domain")
    for _ in range(60):
        ada.post("/c/acme/domains/first.com/refresh/")
        with staff_scope("test: a reading that failed"):
            Operation.objects.filter(kind="domain.refresh").exclude(state="waiting").update(state="failed")
        shop.work()
    assert shop.sandbox.count("get_domain") - before == 1


def test_costly_posts_keep_nobody_from_typing(shop: Shop, ada: Client, busy: None) -> None:
    assert all(posts(ada, 15, f"{ORDER}preview/"))


def test_previews_have_places_of_their_own(shop: Shop, ada: Client) -> None:
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        for place in (0, 1):
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [costly.FIRST_LOOK + place, shop.customer.pk])
        answer = ada.post(f"{ORDER}preview/", FORM, headers={"HX-Request": "true"})
        assert posts(ada, 1) == [True]
    assert (answer.status_code, answer["Retry-After"]) == (429, "10")
