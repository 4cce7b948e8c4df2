"""What HTTP asks of every answer."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from reseller_portal.core import cache as cache_module
from reseller_portal.core import health
from reseller_portal.core.cache import PatientCache, cache_answers
from tests.world import World


def broken(request: HttpRequest) -> HttpResponse:
    raise OperationalError if request.GET.get("away") else ValueError


urlpatterns = [path("broken/", broken)]
handler500 = "reseller_portal.core.views.server_error"


@pytest.fixture
def ada(world: World) -> Client:
    client = Client(HTTP_HOST="outreach.localhost")
    client.force_login(world.ada)
    return client


PAGES = ("/c/acme/", "/c/acme/mailboxes/", "/c/globex/", "/account/email/", "/account/2fa/totp/activate/", "/nothing/")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_a_signed_in_person_is_kept_nowhere(ada: Client, page: str) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        kept = ada.get(page, headers=headers)["Cache-Control"]
        assert "no-store" in kept
        assert "private" in kept


def test_what_is_the_same_for_everybody_is_kept(ada: Client) -> None:
    assert "immutable" in ada.get("/brand/0b6b74.css")["Cache-Control"]


def test_signing_out_clears_what_the_browser_kept(ada: Client) -> None:
    assert "Clear-Site-Data" not in ada.get("/account/logout/")
    answer = ada.post("/account/logout/")
    assert (answer.status_code, answer["Clear-Site-Data"]) == (302, '"cache"')


@pytest.mark.parametrize("address", ["/c/acme/orders", "/account/login", "/theme", "/admin/login", "/webhooks/other"])
def test_what_is_sent_to_an_address_without_its_slash_is_never_led_on(ada: Client, address: str) -> None:
    for method in ("post", "put", "delete", "patch"):
        answer = ada.generic(method.upper(), address, b"a=1", content_type="text/plain")
        assert answer.status_code == 404, method


def test_a_page_without_its_slash_leads_to_the_one_with_it(ada: Client) -> None:
    assert ada.get("/c/acme/orders")["Location"] == "/c/acme/orders/"


@override_settings(SECURE_SSL_REDIRECT=True)
def test_over_plain_http_pages_lead_to_https_and_forms_are_refused(world: World) -> None:
    client = Client(HTTP_HOST="outreach.localhost")
    assert client.get("/account/login/")["Location"] == "https://outreach.localhost/account/login/"
    assert client.post("/webhooks/upstream/", b"{}", content_type="application/json").status_code == 403
    assert client.get("/health/").status_code == 200


@override_settings(ROOT_URLCONF="tests.core.test_http")
def test_a_database_that_is_away_is_503_and_a_fault_is_500() -> None:
    client = Client(raise_request_exception=False)
    away, fault = client.get("/broken/?away=1"), client.get("/broken/")
    assert (away.status_code, away["Retry-After"]) == (503, "5")
    assert b"tries again by itself" in away.content
    assert (fault.status_code, "Retry-After" in fault) == (500, False)


@override_settings(ROOT_URLCONF="tests.core.test_http")
@pytest.mark.parametrize("query", ["", "?away=1"])
def test_a_form_that_failed_is_not_said_to_have_changed_nothing(query: str) -> None:
    words = Client(raise_request_exception=False).post(f"/broken/{query}").content.decode()
    assert "is not known" in words
    assert "othing" not in words


def test_the_readiness_page_names_what_is_away(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get("/health/ready/").status_code == 200
    monkeypatch.setattr(health, "_database_answers", lambda: False)
    answer = Client().get("/health/ready/")
    assert (answer.status_code, answer.content) == (503, b"database away\n")


@pytest.fixture
def no_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseCache]:
    """The cache of production, whose server is not there."""
    monkeypatch.setattr(PatientCache, "away_until", 0.0)
    away = {"BACKEND": "reseller_portal.core.cache.PatientCache", "LOCATION": "unix:///nowhere/valkey.sock"}
    with override_settings(CACHES={"default": away}):
        yield caches["default"]


def test_without_the_cache_people_sign_in(no_cache: BaseCache, world: World) -> None:
    world.ada.set_password("pass-phrase-of-ada")
    world.ada.save()
    form = {"login": world.ada.email, "password": "pass-phrase-of-ada"}
    answer = Client(HTTP_HOST="outreach.localhost").post("/account/login/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_without_the_cache_nothing_is_found_and_nothing_raises(no_cache: BaseCache) -> None:
    assert no_cache.add("a", 1)
    no_cache.set("a", 1)
    assert no_cache.get("a", 7) == 7
    assert no_cache.incr("a") == 1
    assert no_cache.get_many(["a"]) == {}
    assert not no_cache.delete("a")
    assert not cache_answers()


def test_a_cache_that_is_away_is_asked_once_in_a_while(no_cache: BaseCache, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(cache_module.logger, "warning", lambda *words, **_: said.append(words[0]))
    for _ in range(50):
        no_cache.get("a")
    assert len(said) == 1


@pytest.mark.parametrize("page", ["http://[bad", "//[", "http://[::1/"])
def test_a_part_asked_from_an_odd_page_leads_to_sign_in(world: World, page: str) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": page}
    answer = Client(HTTP_HOST="outreach.localhost").get("/c/acme/", headers=headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/account/login/?next=%2F")
