"""Hosts of brands are served as soon as they stand in the database; all others are refused before anything else."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts import hosts
from accounts.models import Brand, BrandHost
from tests.world import World


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "_found_at", {})


def status_at(host: str, path: str = "/account/login/") -> int:
    return Client(HTTP_HOST=host).get(path).status_code


@pytest.mark.parametrize(
    "host", ["evil.example", "outreach.localhost.evil.example", "", "a b", "::1", "[::", "evil.example:80", "x:y", ".."]
)
@pytest.mark.parametrize("path", ["/", "/account/login/", "/admin/", "/nothing/", "/webhooks/upstream/"])
def test_an_unknown_host_is_refused_in_plain_words(world: World, host: str, path: str) -> None:
    answer = Client(HTTP_HOST=host).get(path)
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain")
    assert b"<" not in answer.content
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize("host", ["new.example", "NEW.example", "new.example:8443", "new.example.", "New.Example.:80"])
def test_a_host_is_served_as_soon_as_its_brand_has_it(world: World, host: str) -> None:
    assert status_at(host) == 400
    BrandHost.objects.create(brand=Brand.objects.all()[0], host="New.Example.")
    assert status_at(host) == 200


def test_a_host_in_letters_of_its_own_is_the_one_that_browsers_send(world: World) -> None:
    BrandHost.objects.create(brand=Brand.objects.all()[0], host="Münchner.example")
    assert status_at("xn--mnchner-n2a.example") == 200


def test_the_health_page_answers_for_every_host_and_asks_nobody(
    django_assert_num_queries: DjangoAssertNumQueries, db: None
) -> None:
    with django_assert_num_queries(0):
        assert status_at("10.0.0.7:8000", "/health/") == 200
        assert status_at("a b", "/health/") == 200


def test_a_known_host_is_looked_up_once(world: World, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    BrandHost.objects.create(brand=Brand.objects.all()[0], host="new.example")
    status_at("new.example", "/nothing.txt")
    with django_assert_num_queries(0):
        assert hosts._is_of_a_brand("new.example")
