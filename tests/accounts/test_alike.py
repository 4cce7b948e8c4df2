"""A page answers for an address that somebody has as for one that nobody has: the same, after the same work."""

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World

HOST, PASSWORD = "outreach.localhost", "pass-phrase-1"
TAKEN, FREE = "ivy@example.com", "nobody@example.com"
Ask = Callable[[Client, str], HttpResponse]


def sign_in(browser: Client, address: str) -> HttpResponse:
    return browser.post("/account/login/", {"login": address, "password": "wrong"})  # type: ignore[return-value]  # the client adds to it


def reset(browser: Client, address: str) -> HttpResponse:
    return browser.post("/account/password/reset/", {"email": address})  # type: ignore[return-value]  # the client adds to it


def add(browser: Client, address: str) -> HttpResponse:
    return browser.post("/account/email/", {"action_add": "", "email": address})  # type: ignore[return-value]  # the client adds to it


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that a password is hashed."""
    seen: list[str] = []
    for name in ("encode", "verify"):
        kept = getattr(Argon2PasswordHasher, name)

        def counted(*args: object, _kept: Callable[..., object] = kept) -> object:
            seen.append("hash")
            return _kept(*args)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    return seen


@pytest.mark.parametrize("ask", [sign_in, reset, add])
def test_an_address_that_is_taken_takes_no_more_work_than_a_free_one(world: World, hashed: list[str], ask: Ask) -> None:
    found = []
    for address in (FREE, TAKEN, FREE, TAKEN):
        cache.clear()
        browser = Client(HTTP_HOST=HOST)
        if ask is add:
            browser.force_login(world.ada)
            browser.post("/account/reauthenticate/", {"password": PASSWORD})
        hashed.clear()
        with CaptureQueriesContext(connection) as statements:
            answer = ask(browser, address)
        found.append((len(hashed), len(statements), answer.status_code))
    free, taken = found[2:]  # the first two fill what each process keeps
    assert (free[0], free[2]) == (taken[0], taken[2])
    assert abs(free[1] - taken[1]) <= 1
