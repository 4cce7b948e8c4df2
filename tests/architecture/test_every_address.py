"""Every address of the portal, asked by those whom it does not concern. Customers' pages have a test of their own."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Customer
from reseller_portal.core.logs import without_keys
from tests.accounts.staff import make_member_of
from tests.shop import Shop
from tests.world import World

METHODS = ("get", "post", "put", "patch", "delete", "options")
PARAMETER = re.compile(r"<(?:\w+:)?\w+>|\(\?P<\w+>(?:[^()]|\([^()]*\))*\)|\([^()]*\)")
# Pages of sign-in that a visitor needs: everything else under account/ asks to sign in first.
FOR_VISITORS = {
    "account/login/",
    "account/logout/",
    "account/inactive/",
    "account/signup/",
    "account/confirm-email/",
    "account/confirm-email/1/",
    "account/password/reset/",
    "account/password/reset/done/",
    "account/password/reset/key/1-1/",
    "account/password/reset/key/done/",
    "account/login/code/confirm/",
    "account/2fa/authenticate/",
}


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern).removeprefix("^").removesuffix("$")
        if isinstance(each, URLResolver):
            yield from addresses(each, route)
        elif isinstance(each, URLPattern):
            yield PARAMETER.sub("1", route).replace("^", "").replace("\\", "")


ALL = sorted(set(addresses(get_resolver())))
OF_STAFF = [each for each in ALL if each.startswith("admin/")]
OF_ACCOUNTS = [each for each in ALL if each.startswith("account/")]
OF_EVERYBODY = [each for each in ALL if not each.startswith(("admin/", "account/", "c/"))]


def ask(client: Client, method: str, address: str) -> int:
    return client.generic(method.upper(), f"/{address}").status_code


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(getattr(world, name))
    return client


def test_all_rooms_are_looked_at() -> None:
    assert len(OF_STAFF) > 50
    assert len(OF_ACCOUNTS) > 15
    assert set(OF_EVERYBODY) == {"", "brand/1.css", "theme/", "style-guide/", "webhooks/upstream/", "webhooks/upstream"}


# What may stand in a line of the log: names of things, never what lets somebody in.
SHOWN = {
    *("customer", "colour", "name", "number", "reference", "app_label", "object_id", "content_type_id", "url", "pk"),
    *("session_id", "format", "provider", "verb"),
}
# A number is no secret.
VALUE = re.compile(r"<(?!int:)(?:\w+:)?(\w+)>")


def routes(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern).replace("^", "").replace("\\", "").removesuffix("$").removesuffix("Z")
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        else:
            yield route


def test_what_an_address_holds_is_shown_in_the_log_or_a_secret_that_is_not() -> None:
    seen = 0
    for route in routes(get_resolver()):
        secrets = [each for each in VALUE.findall(route) if each not in SHOWN]
        if secrets:
            seen += 1
            path = PARAMETER.sub("a-secret", route)
            line = without_keys(None, "", {"path": path, "event": f"Internal Server Error: {path}"})
            assert "a-secret" not in str(line), f"{route} may hold a secret: mask it (core/logs.py) or name it in SHOWN"
    assert seen >= 2


@pytest.mark.parametrize("address", [*OF_EVERYBODY, *OF_ACCOUNTS, *OF_STAFF])
def test_head_is_answered_as_get_is(world: World, address: str) -> None:
    client = signed_in(world, "ada")
    assert ask(client, "head", address) == ask(client, "get", address)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "XYZ"])
def test_a_method_that_nobody_serves_is_answered_405_at_every_address(world: World, method: str) -> None:
    for client in (Client(), signed_in(world, "ada")):
        for address in (*OF_EVERYBODY, *OF_ACCOUNTS, *OF_STAFF, "c/acme/", "health/", "no-such", "static/no-such.css"):
            answer = client.generic(method, f"/{address}")
            assert answer.status_code == 405, address
            assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("address", OF_STAFF)
def test_a_page_of_staff_shows_nothing_to_visitors_and_customers(world: World, address: str) -> None:
    visitors = [Client(), signed_in(world, "vic"), signed_in(world, "ada"), signed_in(world, "ivy")]
    for client in visitors:
        for method in METHODS:
            assert ask(client, method, address) in {302, 403, 404, 405}, method


def test_staff_without_a_right_come_no_further_than_an_empty_first_page(shop: Shop) -> None:
    shop.order("first.com")
    person = make_member_of("Support")
    person.groups.clear()
    client = Client()
    client.force_login(person)
    inside = {each for each in OF_STAFF if ask(client, "get", each) == 200}
    assert inside <= {"admin/", "admin/jsi18n/", "admin/password_change/done/"}
    first = client.get("/admin/").content
    assert [word for word in (b"ORD-", b"Acme", b"Wallet") if word in first] == []


@pytest.mark.parametrize("address", [each for each in OF_ACCOUNTS if each not in FOR_VISITORS])
def test_a_page_of_an_account_asks_a_visitor_to_sign_in(world: World, address: str) -> None:
    for method in ("get", "post"):
        assert ask(Client(), method, address) in {302, 405}, method


@pytest.mark.parametrize("address", sorted(FOR_VISITORS))
def test_a_page_before_sign_in_names_no_customer(shop: Shop, address: str) -> None:
    answer = Client().get(f"/{address}", follow=True)
    assert answer.status_code in {200, 400, 404, 405}
    assert shop.customer.company.encode() not in answer.content


def test_nobody_makes_an_account_for_themselves(world: World) -> None:
    form = {"email": "mallory@example.com", "password1": "pass-phrase-of-mallory-1"}
    Client().post("/account/signup/", form)
    assert not type(world.ada).objects.filter(email="mallory@example.com").exists()


@pytest.mark.parametrize("method", METHODS)
def test_the_door_of_events_takes_signed_posts_alone(world: World, method: str) -> None:
    assert ask(Client(), method, "webhooks/upstream/") == (401 if method == "post" else 405)
    assert ask(signed_in(world, "ada"), method, "webhooks/upstream/") == (401 if method == "post" else 405)


@pytest.mark.parametrize("address", OF_EVERYBODY)
def test_a_public_page_shows_no_row_of_a_customer(world: World, address: str) -> None:
    answer = Client().get(f"/{address}", follow=True)
    assert world.acme.company.encode() not in answer.content
    assert not Customer.objects.exists()
