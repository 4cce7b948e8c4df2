"""The second step: a code counts once, guessing ends, nothing of it stands in clear, and it is not taken off unseen."""

import re
from typing import Any

import pyotp
import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.accounts.post import posted
from tests.world import World

PASSWORD = "pass-phrase-1"
HOST = "outreach.localhost"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def signed_in(world: World) -> Client:
    browser = Client(HTTP_HOST=HOST)
    browser.post("/account/login/", {"login": world.ada.email, "password": PASSWORD})
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    return browser


def enrolled(browser: Client) -> tuple[str, list[str]]:
    """The key of the device, and the recovery codes."""
    page = browser.get("/account/2fa/totp/activate/").content.decode()
    key = re.search(r'id="totp-key">([A-Z2-7]+)<', page)
    assert key
    browser.post("/account/2fa/totp/activate/", {"code": pyotp.TOTP(key[1]).now()})
    codes = browser.get("/account/2fa/recovery-codes/").content.decode().partition('id="recovery-codes"')[2]
    cache.clear()  # the code that was just used may be tried again
    return key[1], re.findall(r"<li>(\S+?)</li>", codes) or re.findall(r"<li>(\S+)", codes)


def second_step(world: World, code: str, **options: Any) -> bool:
    """Whether a new browser that knows the password is let in with this code."""
    browser = Client(HTTP_HOST=HOST)
    browser.post("/account/login/", {"login": world.ada.email, "password": PASSWORD})
    return browser.post("/account/2fa/authenticate/", {"code": code}, **options).status_code == 302


def test_the_password_alone_opens_nothing(world: World) -> None:
    enrolled(signed_in(world))
    browser = Client(HTTP_HOST=HOST)
    browser.post("/account/login/", {"login": world.ada.email, "password": PASSWORD})
    assert browser.get("/c/acme/").status_code == 302
    assert browser.get("/account/2fa/recovery-codes/").status_code == 302


def test_a_code_of_the_device_and_a_recovery_code_count_once(world: World) -> None:
    key, codes = enrolled(signed_in(world))
    now = pyotp.TOTP(key).now()
    assert [second_step(world, now), second_step(world, now)] == [True, False]
    assert [second_step(world, codes[0]), second_step(world, codes[0]), second_step(world, codes[1])] == [
        True,
        False,
        True,
    ]


def test_nothing_of_the_second_step_stands_in_clear(world: World) -> None:
    key, codes = enrolled(signed_in(world))
    assert len(codes) >= 8
    assert Authenticator.objects.filter(user=world.ada).count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        kept = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT concat_ws(' ', subject, sealed, context::text) FROM accounts_mail")
        kept += " ".join(row[0] for row in cursor.fetchall())
    assert [each for each in (key, *codes) if each in kept] == []


def test_it_is_taken_off_only_with_the_password_anew_and_the_person_is_told(world: World) -> None:
    key, _ = enrolled(signed_in(world))
    browser = Client(HTTP_HOST=HOST)
    browser.post("/account/login/", {"login": world.ada.email, "password": PASSWORD})
    browser.post("/account/2fa/authenticate/", {"code": pyotp.TOTP(key).now()})
    session = browser.session
    session["account_authentication_methods"] = [
        {**each, "at": 0} for each in session["account_authentication_methods"]
    ]
    session.save()
    asked = browser.post("/account/2fa/totp/deactivate/")
    assert asked["Location"].startswith("/account/reauthenticate/") or "reauthenticate" in asked["Location"]
    assert Authenticator.objects.filter(user=world.ada).exists()
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    browser.post("/account/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=world.ada).exists()
    told = [each.subject for each in posted()]
    assert told
    assert all(each.startswith("Outreach Cloud: ") for each in told)
    assert any("deactivated" in each or "off" in each for each in told)
