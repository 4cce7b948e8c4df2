"""Passwords, the second step and devices: allauth's pages in the brand's face and in our words."""

import re

import pyotp
import pytest
from django.test import Client

from tests.accounts.post import posted
from tests.world import World

FOUNDRY = "foundry.localhost"


def browser_at(host: str) -> Client:
    return Client(HTTP_HOST=host)


def test_a_new_password_by_mail_carries_the_brand(world: World) -> None:
    browser = browser_at(FOUNDRY)
    browser.post("/account/password/reset/", {"email": world.ivy.email})
    sent = posted()[0]
    assert sent.from_email == "Inbox Foundry <no-reply@foundry.localhost>"
    assert sent.subject == "Inbox Foundry: Set a new password"
    assert "help@foundry.localhost" in str(sent.body)
    link = re.search(r"http://foundry\.localhost(\S+)", str(sent.body))
    assert link
    form = browser.get(link[1], follow=True)
    changed = browser.post(form.request["PATH_INFO"], {"password1": "quarry-lumen-42", "password2": "quarry-lumen-42"})
    assert changed.status_code == 302
    world.ivy.refresh_from_db()
    assert world.ivy.check_password("quarry-lumen-42")
    assert "Outreach" not in "".join(str(each.body) + each.from_email for each in posted())


def test_an_unknown_address_is_answered_like_a_known_one(world: World) -> None:
    known, unknown = (
        browser_at(FOUNDRY).post("/account/password/reset/", {"email": email})
        for email in (world.ivy.email, "nobody@example.com")
    )
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    # A stranger's mailbox gets nothing: the reseller's reputation as a sender.
    assert [each.to for each in posted()] == [[world.ivy.email]]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/account/login/", "Sign in"),
        ("/account/password/reset/", "Forgotten password"),
        ("/account/password/reset/done/", "Look into your mail"),
        ("/account/password/reset/key/1-abc-def/", "This link does not work any more"),
        ("/account/signup/", "Accounts are made for you"),
        ("/account/inactive/", "This account is not active"),
    ],
)
@pytest.mark.parametrize(("host", "name"), [("outreach.localhost", "Outreach Cloud"), (FOUNDRY, "Inbox Foundry")])
def test_a_page_before_the_door_wears_the_brand_of_its_host(
    world: World, host: str, name: str, path: str, words: str
) -> None:
    page = browser_at(host).get(path).content.decode()
    assert words in page
    assert f"{name}</title>" in page
    assert f"help@{host}" in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/account/password/change/", "Change password"),
        ("/account/2fa/", "Authenticator app"),
        ("/account/sessions/", "This one"),
        ("/account/email/", "Add this address"),
        ("/account/reauthenticate/", "Is it you?"),
    ],
)
def test_a_page_of_the_account_says_where_one_is(world: World, path: str, words: str) -> None:
    browser = browser_at(FOUNDRY)
    browser.post("/account/login/", {"login": world.ivy.email, "password": "pass-phrase-1"})
    page = browser.get(path).content.decode()
    assert words in page
    assert "Inbox Foundry</title>" in page
    assert 'placeholder="' not in page


def test_the_second_step_is_set_up_and_asked_for(world: World) -> None:
    browser = browser_at(FOUNDRY)
    browser.post("/account/login/", {"login": world.ivy.email, "password": "pass-phrase-1"})
    browser.post("/account/reauthenticate/", {"password": "pass-phrase-1"})
    page = browser.get("/account/2fa/totp/activate/").content.decode()
    key = re.search(r'id="totp-key">([A-Z2-7]+)<', page)
    assert key
    assert "<svg" in page
    assert "data:image" not in page
    refused = browser.post("/account/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert "data-error-summary" in refused
    key = re.search(r'id="totp-key">([A-Z2-7]+)<', refused)
    assert key
    browser.post("/account/2fa/totp/activate/", {"code": pyotp.TOTP(key[1]).now()})
    codes = browser.get("/account/2fa/recovery-codes/").content.decode()
    code = re.search(r"<li>(\S+)", codes.partition('id="recovery-codes"')[2])
    assert code
    anew = browser_at(FOUNDRY)
    asked = anew.post("/account/login/", {"login": world.ivy.email, "password": "pass-phrase-1"}, follow=True)
    assert "Second step" in asked.content.decode()
    let_in = anew.post("/account/2fa/authenticate/", {"code": code[1]})
    assert let_in["Location"] == "/"
