"""404 to strangers, 403 to a role too weak, one customer's rows inside."""

from collections.abc import Iterator

import pytest
from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, include, path
from django.urls.resolvers import RegexPattern

from accounts.door import CustomerRequest, customer_view
from accounts.models import Customer, User
from tests.world import World

OTHERS_DOORS = ("account/", "admin/")


@customer_view("orders.pay")
def pay(request: CustomerRequest) -> HttpResponse:
    return HttpResponse(",".join(Customer.objects.values_list("slug", flat=True)))


def request_of(user: User | AnonymousUser) -> HttpRequest:
    request = RequestFactory().get("/c/acme/")
    request.session = SessionStore()
    if isinstance(user, User):
        login(request, user)
    return request


def test_a_member_comes_in_and_sees_one_customer(world: World) -> None:
    assert pay(request_of(world.ada), customer="acme").content == b"acme"


@pytest.mark.parametrize("slug", ["acme", "no-such-company"])
def test_a_stranger_is_told_that_there_is_nothing(world: World, slug: str) -> None:
    with pytest.raises(Http404):
        pay(request_of(world.ivy), customer=slug)


def test_a_role_too_weak_is_refused(world: World) -> None:
    with pytest.raises(PermissionDenied):
        pay(request_of(world.vic), customer="acme")


def test_a_visitor_is_asked_to_sign_in(world: World) -> None:
    assert pay(request_of(AnonymousUser()), customer="acme").status_code == 302


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


def without_a_door(resolver: URLResolver) -> list[str]:
    return [
        route
        for route, entry in patterns(resolver)
        if not route.startswith(OTHERS_DOORS) and not hasattr(entry.callback, "door")
    ]


def test_every_address_has_a_door() -> None:
    assert without_a_door(get_resolver()) == []


def test_an_address_without_a_door_would_be_found() -> None:
    def backdoor(request: HttpRequest) -> HttpResponse:
        raise AssertionError("nobody comes here")

    planted: list[URLPattern | URLResolver] = [
        path("deep/", include([path("back/", backdoor), path("front/", pay)])),
        path("account/x/", backdoor),
    ]
    assert without_a_door(URLResolver(RegexPattern(r"^/"), planted)) == ["deep/back/"]
