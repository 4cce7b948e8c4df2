"""Nobody's address is bound to somebody else, in any order of admin, invitation, superuser, confirmation and reset."""

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from accounts.services.addresses import CannotConfirm, Wish, confirm
from tests.accounts.post import posted
from tests.accounts.staff import audit_rows, browser_of, make_admin
from tests.world import World

PASSWORD = "pass-phrase-1"
THEIRS = "gil@bigcorp.example"


def by_admin() -> User:
    browser_of(make_admin()).post("/admin/accounts/user/add/", {"email": THEIRS, "is_active": "on"})
    return User.objects.get(email=THEIRS)


def by_command() -> User:
    call_command("createsuperuser", email=THEIRS, interactive=False, verbosity=0)
    return User.objects.get(email=THEIRS)


def by_invitation() -> User:
    return User.objects.get_or_create(email=THEIRS, defaults={"password": make_password(None)})[0]


MADE = {"admin": by_admin, "superuser": by_command, "invitation": by_invitation}
every_way = pytest.mark.parametrize("make", MADE.values(), ids=MADE.keys())


def signed_in(email: str) -> Client:
    browser = Client(HTTP_HOST="outreach.localhost")
    browser.post("/account/login/", {"login": email, "password": PASSWORD})
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    return browser


def add(browser: Client, address: str) -> str:
    """Ask for an address; the page that follows."""
    answer = browser.post("/account/email/", {"email": address, "action_add": ""}, follow=True)
    return answer.content.decode()


def link(number: int = -1) -> str:
    found = re.search(r"http://[^/\s]+(/account/confirm-email/\S+)", str(posted()[number].body))
    assert found
    return found[1]


@every_way
def test_everybody_has_a_first_address_from_the_start(world: World, make: Callable[[], User]) -> None:
    (row,) = EmailAddress.objects.filter(user=make())
    assert (row.email, row.primary, row.verified) == (THEIRS, True, False)


@every_way
@pytest.mark.parametrize("spelling", [THEIRS, THEIRS.upper(), f" {THEIRS} "])
def test_an_address_of_somebody_is_added_by_nobody_else(world: World, make: Callable[[], User], spelling: str) -> None:
    holder = make()
    posted().clear()
    add(signed_in(world.vic.email), spelling)
    assert [each.to for each in posted()] == [[THEIRS]]
    assert "confirm-email" not in str(posted()[0].body)
    assert list(EmailAddress.objects.filter(email=THEIRS).values_list("user", flat=True)) == [holder.pk]


@every_way
def test_a_taken_address_is_answered_like_a_free_one(world: World, make: Callable[[], User]) -> None:
    make()
    browser = signed_in(world.vic.email)
    taken, free = (add(browser, address).replace(address, "-") for address in (THEIRS, "free@bigcorp.example"))
    token = re.compile(r"\b[A-Za-z0-9]{64}\b")
    assert token.sub("", taken) == token.sub("", free)


@every_way
def test_even_a_link_binds_no_address_that_somebody_got_meanwhile(world: World, make: Callable[[], User]) -> None:
    browser = signed_in(world.vic.email)
    add(browser, THEIRS)
    asked = link()
    holder = make()
    assert browser.post(asked).status_code == 422
    assert EmailAddress.objects.get(email=THEIRS).user == holder


def test_a_link_works_for_the_person_who_asked_and_nobody_else(world: World) -> None:
    browser = signed_in(world.vic.email)
    add(browser, "vic@home.example")
    asked = link()
    assert not EmailAddress.objects.filter(email="vic@home.example").exists()
    for other in (Client(HTTP_HOST="outreach.localhost"), signed_in(world.ada.email)):
        assert other.post(asked).status_code in {302, 422}
        assert not EmailAddress.objects.filter(email="vic@home.example").exists()
    assert world.vic.email in browser.get(asked).content.decode()
    assert browser.post(asked).status_code == 302
    row = EmailAddress.objects.get(email="vic@home.example")
    assert (row.user, row.verified, row.primary) == (world.vic, True, False)
    (noted,) = audit_rows("user.address_added")
    assert (noted.customer, noted.after) == (world.acme, {"email": "vic@home.example"})


@pytest.mark.parametrize("key", ["x", "x:y:z", "%00", "a" * 3000])
def test_a_link_that_was_altered_is_refused(world: World, key: str) -> None:
    assert signed_in(world.vic.email).get(f"/account/confirm-email/{key}/").status_code in {400, 404, 422}


def test_only_a_proved_address_becomes_the_first_one(world: World) -> None:
    EmailAddress.objects.filter(user=world.vic).update(verified=False)
    EmailAddress.objects.create(user=world.vic, email="claimed@bigcorp.example")
    browser = signed_in(world.vic.email)
    browser.post("/account/email/", {"email": "claimed@bigcorp.example", "action_primary": ""})
    world.vic.refresh_from_db()
    assert world.vic.email == "vic@example.com"


def test_the_constraint_decides_between_two_who_prove_one_address(world: World) -> None:
    confirm(user=world.vic, wish=Wish(world.vic.pk, THEIRS))
    with pytest.raises(CannotConfirm):
        confirm(user=world.ada, wish=Wish(world.ada.pk, THEIRS))
    with pytest.raises(ValidationError):
        User.objects.create_user(THEIRS.upper())
    with pytest.raises(CommandError):
        call_command("createsuperuser", email=THEIRS, interactive=False, verbosity=0)


def test_a_reset_goes_to_the_holder_alone(world: World) -> None:
    holder = by_admin()
    add(signed_in(world.vic.email), THEIRS)
    posted().clear()
    Client(HTTP_HOST="outreach.localhost").post("/account/password/reset/", {"email": THEIRS})
    (sent,) = posted()
    path = re.search(r"http://[^/]+(/account/password/reset/key/\S+)", str(sent.body))
    assert path
    browser = Client(HTTP_HOST="outreach.localhost")
    form = browser.get(path[1], follow=True)
    browser.post(form.request["PATH_INFO"], {"password1": "quarry-lumen-42", "password2": "quarry-lumen-42"})
    holder.refresh_from_db()
    assert holder.check_password("quarry-lumen-42")
    assert EmailAddress.objects.get(user=holder).verified


def test_mail_comes_from_the_brand_of_the_person_and_leads_there(world: World) -> None:
    Client(HTTP_HOST="outreach.localhost:4444").post("/account/password/reset/", {"email": world.ivy.email})
    (sent,) = posted()
    assert sent.from_email == "Inbox Foundry <no-reply@foundry.localhost>"
    assert "http://foundry.localhost/account/" in str(sent.body)
    assert "utreach" not in str(sent.body) + sent.subject


def test_a_person_of_a_brand_without_a_host_gets_a_link_that_works(world: World) -> None:
    world.initech.brand.hosts.all().delete()
    Client(HTTP_HOST="outreach.localhost").post("/account/password/reset/", {"email": world.ivy.email})
    assert "http://testserver/account/" in str(posted()[0].body)


def test_a_link_to_another_host_is_not_followed_after_sign_in(world: World) -> None:
    form = {"login": world.ada.email, "password": PASSWORD, "next": "http://foundry.localhost/c/acme/"}
    assert Client(HTTP_HOST="outreach.localhost").post("/account/login/", form)["Location"] == "/"
