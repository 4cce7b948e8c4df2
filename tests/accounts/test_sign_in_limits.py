"""Wrong passwords of strangers lock nobody out, and guessing is stopped all the same."""

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client

from accounts.devices import COOKIE, SALT
from tests.accounts.post import posted
from tests.world import World

PASSWORD, NEW = "pass-phrase-1", "quarry-lumen-42"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def try_in(email: str, password: str, *, address: str, browser: Client | None = None) -> bool:
    """Sign in from a network address; whether it was let in."""
    client = browser or Client(HTTP_HOST="outreach.localhost")
    answer = client.post("/account/login/", {"login": email, "password": password}, REMOTE_ADDR=address)
    return answer.status_code == 302


def test_wrong_passwords_from_one_network_leave_all_others_open(world: World) -> None:
    for _ in range(7):
        assert not try_in(world.ada.email, "wrong", address="198.51.100.7")
    assert not try_in(world.ada.email, PASSWORD, address="198.51.100.7")
    assert try_in(world.ada.email, PASSWORD, address="203.0.113.9")


def test_a_device_that_signed_in_before_is_open_while_the_whole_world_guesses(world: World) -> None:
    own = Client(HTTP_HOST="outreach.localhost")
    assert try_in(world.ada.email, PASSWORD, address="203.0.113.9", browser=own)
    own.post("/account/logout/")
    for number in range(30):
        try_in(world.ada.email, "wrong", address=f"198.51.100.{number}")
    assert not try_in(world.ada.email, PASSWORD, address="192.0.2.1")
    assert try_in(world.ada.email, PASSWORD, address="203.0.113.9", browser=own)


def test_a_device_that_signed_in_before_is_open_while_its_own_network_guesses(world: World) -> None:
    own = Client(HTTP_HOST="outreach.localhost")
    assert try_in(world.ada.email, PASSWORD, address="203.0.113.9", browser=own)
    own.post("/account/logout/")
    for _ in range(12):
        try_in(world.ada.email, "wrong", address="203.0.113.9")
    assert not try_in(world.ada.email, PASSWORD, address="203.0.113.9")
    assert try_in(world.ada.email, PASSWORD, address="203.0.113.9", browser=own)


def test_guessing_on_a_device_that_signed_in_before_is_stopped_too(world: World) -> None:
    own = Client(HTTP_HOST="outreach.localhost")
    assert try_in(world.ada.email, PASSWORD, address="203.0.113.9", browser=own)
    own.post("/account/logout/")
    for _ in range(5):
        assert not try_in(world.ada.email, "wrong", address="203.0.113.9", browser=own)
    assert not try_in(world.ada.email, PASSWORD, address="203.0.113.9", browser=own)
    assert try_in(world.ada.email, PASSWORD, address="192.0.2.1")


def test_a_device_that_is_carried_from_network_to_network_becomes_any_device(world: World) -> None:
    """Whoever copied its cookie, and signs in with an account of their own in between, goes on with the same count."""
    own = Client(HTTP_HOST="outreach.localhost")
    assert try_in(world.ada.email, PASSWORD, address="203.0.113.9", browser=own)
    own.post("/account/logout/")
    for number in range(20):
        assert not try_in(world.ada.email, "wrong", address=f"198.51.100.{number}", browser=own)
        if number == 10:
            assert try_in(world.vic.email, PASSWORD, address="203.0.113.9", browser=own)
            own.post("/account/logout/")
    for number in range(20):
        try_in(world.ada.email, "wrong", address=f"192.0.2.{number}")
    assert not try_in(world.ada.email, PASSWORD, address="203.0.113.9", browser=own)


def test_a_device_that_guessed_too_often_is_let_in_as_any_other(world: World) -> None:
    own = Client(HTTP_HOST="outreach.localhost")
    assert try_in(world.ada.email, PASSWORD, address="203.0.113.9", browser=own)
    own.post("/account/logout/")
    for number in range(22):
        try_in(world.ada.email, "wrong", address=f"198.51.100.{number}", browser=own)
    assert try_in(world.ada.email, PASSWORD, address="203.0.113.9", browser=own)


def test_a_cookie_of_before_devices_had_names_still_knows_its_people(world: World) -> None:
    own = Client(HTTP_HOST="outreach.localhost")
    own.cookies[COOKIE] = signing.dumps([world.ada.pk], salt=SALT)
    for number in range(21):
        try_in(world.ada.email, "wrong", address=f"198.51.100.{number}")
    assert not try_in(world.ada.email, PASSWORD, address="192.0.2.1")
    assert try_in(world.ada.email, PASSWORD, address="192.0.2.1", browser=own)


def test_a_network_that_guesses_is_closed_and_only_whom_it_guessed_at_are_told(world: World) -> None:
    for _ in range(5):
        try_in(world.ada.email, "wrong", address="198.51.100.7")
        try_in(world.vic.email, "wrong", address="198.51.100.7")
    assert not try_in(world.ivy.email, PASSWORD, address="198.51.100.7")
    assert posted() == []
    assert try_in(world.ada.email, PASSWORD, address="192.0.2.1")


def test_right_passwords_are_not_counted(world: World) -> None:
    for _ in range(15):
        assert try_in(world.ada.email, PASSWORD, address="198.51.100.7")


def test_the_person_is_told_once_a_day_and_the_reset_stays_open(world: World) -> None:
    for number in range(30):
        try_in(world.ada.email, "wrong", address=f"198.51.100.{number}")
    assert [each.subject for each in posted()] == ["Outreach Cloud: Wrong passwords for your account"]
    Client(HTTP_HOST="outreach.localhost").post("/account/password/reset/", {"email": world.ada.email})
    assert posted()[-1].subject == "Outreach Cloud: Set a new password"


def set_password_by_link(browser: Client, email: str, *, address: str) -> None:
    browser.post("/account/password/reset/", {"email": email}, REMOTE_ADDR=address)
    link = next(word for word in str(posted()[-1].body).split() if "/password/reset/key/" in word)
    form = browser.get(link.partition(".localhost")[2], follow=True).request["PATH_INFO"]
    answer = browser.post(form, {"password1": NEW, "password2": NEW}, REMOTE_ADDR=address)
    assert answer.status_code == 302


def test_whoever_sets_a_password_by_the_mailed_link_signs_in_with_it_on_that_device(world: World) -> None:
    for number in range(30):
        try_in(world.ada.email, "wrong", address=f"198.51.100.{number}")
    own = Client(HTTP_HOST="outreach.localhost")
    assert not try_in(world.ada.email, PASSWORD, address="192.0.2.1", browser=own)
    set_password_by_link(own, world.ada.email, address="192.0.2.1")
    assert not try_in(world.ada.email, NEW, address="192.0.2.1")
    assert try_in(world.ada.email, NEW, address="192.0.2.1", browser=own)


@pytest.mark.parametrize("wrong", [5, 25])
def test_the_mailed_link_opens_a_known_device_on_which_too_many_wrong_ones_were_typed(world: World, wrong: int) -> None:
    own = Client(HTTP_HOST="outreach.localhost")
    assert try_in(world.ada.email, PASSWORD, address="192.0.2.1", browser=own)
    own.post("/account/logout/")
    for number in range(wrong):
        network = number // 5 if wrong > 5 else 1
        try_in(world.ada.email, "wrong", address=f"192.0.2.{network}", browser=own)
    for number in range(30):
        try_in(world.ada.email, "wrong", address=f"198.51.100.{number}")
    assert not try_in(world.ada.email, PASSWORD, address="192.0.2.1", browser=own)
    set_password_by_link(own, world.ada.email, address="192.0.2.1")
    assert try_in(world.ada.email, NEW, address="192.0.2.1", browser=own)


def test_an_address_of_nobody_is_limited_like_one_of_somebody(world: World) -> None:
    answers = []
    for email in (world.ada.email, "nobody@example.com"):
        cache.clear()
        answers.append([try_in(email, "wrong", address="198.51.100.7") for _ in range(7)])
    assert answers[0] == answers[1]


def test_three_links_an_hour_are_sent_to_one_address(world: World) -> None:
    browser = Client(HTTP_HOST="outreach.localhost")
    for number in range(5):
        browser.post("/account/password/reset/", {"email": world.ada.email}, REMOTE_ADDR=f"198.51.100.{number}")
    assert len(posted()) == 3


@pytest.mark.parametrize(
    "password", ["outreach", "Outreach-Cloud", "Outreach!2026", "Acme2026", "ada1984", "password1"]
)
def test_a_password_that_others_would_try_first_is_refused(world: World, password: str) -> None:
    browser = Client(HTTP_HOST="outreach.localhost")
    browser.post("/account/login/", {"login": world.ada.email, "password": PASSWORD})
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    browser.post("/account/password/change/", form)
    world.ada.refresh_from_db()
    assert world.ada.check_password(PASSWORD)
