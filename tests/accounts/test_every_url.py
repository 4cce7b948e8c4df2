"""Who gets what at every address of a customer: visitor, stranger, viewer, owner, and the owner of somebody else."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.models import User
from accounts.roles import Role, permissions_of
from accounts.tenancy import scope, staff_scope
from billing.models import Quote
from mailboxes.models import Mailbox
from tests.accounts.test_door import patterns
from tests.shop import Shop

CUSTOMER = "c/<slug:customer>/"
# How each placeholder of an address is filled; an address with a new one fails here until it is named.
FILLED = {
    "<str:name>": "northwind-reach.com",
    "<int:number>": "{mailbox}",
    "<slug:reference>": "{order}",
}
QUOTE_PAGES = "orders/check/"
METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True)
class Things:
    """What Acme has, to be asked for by others."""

    mailbox: int
    order: str
    quote: str


def customer_urls() -> Iterator[tuple[str, URLPattern]]:
    return ((route, entry) for route, entry in patterns(get_resolver()) if route.startswith(CUSTOMER))


def address(route: str, things: Things, *, customer: str = "acme") -> str:
    path = route.replace("<slug:customer>", customer)
    for placeholder, value in FILLED.items():
        path = path.replace(placeholder, value)
    reference = things.quote if QUOTE_PAGES in route else things.order
    assert "<" not in path, f"{route} has a placeholder that no test fills"
    return "/" + path.format(mailbox=things.mailbox, order=reference)


def door_of(entry: URLPattern) -> str:
    return str(getattr(entry.callback, "door", ""))


@pytest.fixture
def things(shop: Shop) -> Things:
    order = shop.order("northwind-reach.com")
    shop.finish()
    with scope(shop.customer.pk):
        mailbox = Mailbox.objects.order_by("pk").first()
        assert mailbox is not None
        return Things(mailbox.pk, order.reference, Quote.objects.get(order=order).reference)


def browser_of(user: User | None) -> Client:
    client = Client(raise_request_exception=True)
    if user:
        client.force_login(user)
    return client


def test_a_visitor_is_sent_to_sign_in_everywhere(things: Things) -> None:
    for route, _entry in customer_urls():
        answer = browser_of(None).get(address(route, things))
        assert answer.status_code in {302, 405}, route
        assert answer.status_code == 405 or "/account/login/" in answer["Location"], route


def test_a_stranger_and_another_owner_find_nothing_anywhere(shop: Shop, things: Things) -> None:
    stranger = User.objects.create_user("stranger@example.com", "pass-phrase-1")
    for user in (stranger, shop.world.ivy):
        for route, _entry in customer_urls():
            for method in METHODS:
                answer = getattr(browser_of(user), method)(address(route, things))
                assert answer.status_code in {404, 405}, (route, method)
                assert b"northwind" not in answer.content, (route, method)


def test_things_of_another_customer_are_not_found_under_ones_own(shop: Shop, things: Things) -> None:
    owner = browser_of(shop.world.ivy)
    for route, _entry in customer_urls():
        if "<" not in route.removeprefix(CUSTOMER):
            continue
        path = address(route, things, customer="initech")
        for method in ("get", "post"):
            assert getattr(owner, method)(path).status_code in {404, 405}, (route, method)


def test_a_viewer_is_refused_where_the_role_ends(shop: Shop, things: Things) -> None:
    viewer, may = browser_of(shop.world.vic), permissions_of(Role.VIEWER)
    for route, entry in customer_urls():
        door = door_of(entry)
        answer = viewer.get(address(route, things))
        expected = {200, 302, 405} if door in may else {403, 405}
        assert answer.status_code in expected, (route, answer.status_code)


def test_a_viewer_changes_nothing(shop: Shop, things: Things) -> None:
    viewer = browser_of(shop.world.vic)
    for route, entry in customer_urls():
        answer = viewer.post(address(route, things), {"total_minor": "1", "password": "pass-phrase-1"})
        assert answer.status_code in {403, 405}, (route, door_of(entry), answer.status_code)
    with staff_scope("test: nothing new"):
        assert Quote.objects.count() == 1


def test_an_owner_comes_in_everywhere(shop: Shop, things: Things) -> None:
    owner = browser_of(shop.world.ada)
    for route, _entry in customer_urls():
        answer = owner.get(address(route, things))
        assert answer.status_code in {200, 302, 405}, (route, answer.status_code)


def test_no_page_holds_inline_script_or_style(shop: Shop, things: Things) -> None:
    owner = browser_of(shop.world.ada)
    for route, _entry in customer_urls():
        answer = owner.get(address(route, things))
        if answer.status_code == 200:
            text = answer.content.decode()
            assert "<style" not in text, route
            assert " style=" not in text, route
            assert "<script>" not in text, route
            assert "onclick" not in text, route
            assert "hx-on" not in text, route
