"""Every address under /c/<customer>/, every method and visitor. An address without a door or an example fails."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from accounts.roles import Role, permissions_of
from accounts.tenancy import scope
from billing.models import Order
from mailboxes.models import Mailbox
from tests.shop import Shop

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
NAMES = "c/<slug:customer>/"
# Known to the door: what a visitor of the right company may be answered.
INSIDE = {200, 302, 405, 422}
# Pages that everybody inside may read, but where only some may press the button.
NEEDED_TO_POST = {"orders:check": "orders.pay"}


Examples = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Address:
    """One address with its door: the permission it asks for."""

    name: str
    door: str
    needs: tuple[str, ...]


def addresses() -> list[Address]:
    root = next(each for each in get_resolver().url_patterns if str(each.pattern) == NAMES)
    assert isinstance(root, URLResolver)
    return list(_walk(root, ""))


def _walk(resolver: URLResolver, namespace: str) -> Iterator[Address]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _walk(each, f"{each.namespace}:" if each.namespace else namespace)
        elif isinstance(each, URLPattern):
            needs = tuple(key for key in each.pattern.converters if key != "customer")
            yield Address(f"{namespace}{each.name}", getattr(each.callback, "door", ""), needs)


ADDRESSES = addresses()
NAMED = pytest.mark.parametrize("address", ADDRESSES, ids=[each.name for each in ADDRESSES])


def things_of(shop: Shop) -> Examples:
    """Values for the addresses that name a thing, of things that exist."""
    order = shop.order("first.com", "unlucky-name.com")
    shop.finish()
    with scope(shop.customer.pk):
        mailbox = Mailbox.objects.filter(state="ACTIVE").first()
        quote = Order.objects.get().quote
    assert mailbox is not None
    of_quote: dict[str, object] = {"reference": quote.reference}
    of_order: dict[str, object] = {"reference": order.reference}
    of_mailbox: dict[str, object] = {"number": mailbox.pk}
    return {
        "domains:detail": {"name": "first.com"},
        "domains:refresh": {"name": "first.com"},
        "mailboxes:detail": of_mailbox,
        "mailboxes:refresh": of_mailbox,
        "mailboxes:reveal": of_mailbox,
        "mailboxes:instead": of_quote,
        "orders:check": of_quote,
        "orders:check_again": of_quote,
        "orders:detail": of_order,
        "orders:refresh": of_order,
        "orders:retry": of_order,
        "orders:price_accept": of_order,
        "orders:price_decline": of_order,
    }


def path_of(address: Address, shop: Shop) -> str:
    examples = things_of(shop) if address.needs else {}
    assert not address.needs or address.name in examples, f"{address.name} needs an example in this test"
    return reverse(address.name, kwargs={"customer": "acme", **examples.get(address.name, {})})


def ask(path: str, method: str, *, user: User | None = None) -> HttpResponse:
    client = Client(HTTP_HOST="outreach.localhost", raise_request_exception=True)
    if user is not None:
        client.force_login(user)
    return client.generic(method.upper(), path)  # type: ignore[return-value]  # the client adds to the response


@NAMED
def test_every_address_of_a_customer_has_a_door(address: Address) -> None:
    known = set().union(*(permissions_of(role) for role in Role.values))
    assert address.door in known


@NAMED
def test_the_door_holds_for_every_visitor_and_method(shop: Shop, address: Address) -> None:
    path, world = path_of(address, shop), shop.world
    nobody_here = User.objects.create_user("nobody@example.com", "pass-phrase-1")
    of_viewers = permissions_of(Role.VIEWER)
    for method in METHODS:
        needed = NEEDED_TO_POST.get(address.name, address.door) if method == "post" else address.door
        stranger = ask(path, method)
        assert stranger.status_code in {302, 405}, method
        if stranger.status_code == 302:
            assert stranger["Location"].startswith(reverse("account_login"))
        for outsider in (nobody_here, world.ivy):
            assert ask(path, method, user=outsider).status_code in {404, 405}, method
        viewer = ask(path, method, user=world.vic).status_code
        assert viewer in (INSIDE if needed in of_viewers else {403, 405}), method


@NAMED
def test_the_methods_that_a_page_serves_are_guarded_and_not_only_refused(shop: Shop, address: Address) -> None:
    """Otherwise a 405 before the door would make the matrix above pass for nothing."""
    path = path_of(address, shop)
    answers = {method: ask(path, method, user=shop.world.ivy).status_code for method in ("get", "post")}
    assert 404 in answers.values()


@NAMED
def test_an_owner_comes_in(shop: Shop, address: Address) -> None:
    path = path_of(address, shop)
    answers = {ask(path, method, user=shop.world.ada).status_code for method in ("get", "post")}
    assert answers <= INSIDE
    assert answers & {200, 302, 422}
    asked = ask(path, "head", user=shop.world.ada)
    assert (asked.status_code, asked.content) == (ask(path, "get", user=shop.world.ada).status_code, b"")


@pytest.mark.parametrize("kind", ["domains:detail", "mailboxes:detail", "orders:detail", "orders:check"])
def test_things_of_another_customer_are_not_found_in_ones_own_rooms(shop: Shop, kind: str) -> None:
    path = reverse(kind, kwargs={"customer": "initech", **things_of(shop)[kind]})
    assert ask(path, "get", user=shop.world.ivy).status_code == 404
