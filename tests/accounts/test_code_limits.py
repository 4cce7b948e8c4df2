"""Wrong codes of who knows the password lock nobody out of the second step, and guessing is hopeless all the same."""

import time
from types import SimpleNamespace

import pyotp
import pytest
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.test import Client

from tests.accounts.post import posted
from tests.accounts.test_second_step import HOST, PASSWORD, enrolled, signed_in
from tests.world import World

HOME = "203.0.113.9"
SUBJECT = "Outreach Cloud: Somebody may know your password"
TOO_MANY = b"Too many failed login attempts"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The time of the limits; `ahead` is moved by the test, in seconds."""
    clock = SimpleNamespace(ahead=0.0, monotonic=time.monotonic, sleep=time.sleep)
    clock.time = lambda: time.time() + clock.ahead
    monkeypatch.setattr(ratelimit, "time", clock)
    return clock


def owner(world: World) -> tuple[Client, str, list[str]]:
    """A device on which Ada signed in, signed out again; the key of her app; her recovery codes."""
    browser = signed_in(world)
    key, codes = enrolled(browser)
    browser.post("/account/logout/")
    return browser, key, codes


def try_code(world: World, code: str, *, address: str, browser: Client | None = None, password: str = PASSWORD) -> str:
    """What became of one try of a code, after the right password: "in", "wrong" or "unheard"."""
    client = browser or Client(HTTP_HOST=HOST)
    client.post("/account/login/", {"login": world.ada.email, "password": password}, REMOTE_ADDR=address)
    answer = client.post("/account/2fa/authenticate/", {"code": code}, REMOTE_ADDR=address)
    if answer.status_code == 302:
        assert client.get("/c/acme/").status_code == 200
        return "in"
    return "unheard" if TOO_MANY in answer.content else "wrong"


def guesses(world: World, number: int, *, at: int = 0) -> int:
    """How many codes were heard, each from a network of its own."""
    heard = [try_code(world, f"{each:06}", address=f"198.51.{at}.{each}") for each in range(number)]
    assert set(heard) <= {"wrong", "unheard"}
    return heard.count("wrong")


def test_the_whole_world_has_twenty_codes_an_hour_and_sixty_a_day(world: World, clock: SimpleNamespace) -> None:
    owner(world)
    heard = []
    for hour in (0, 1, 2, 3, 22):
        clock.ahead = hour * 3601.0
        heard.append(guesses(world, 25, at=hour))
    assert max(heard) == 20
    assert sum(heard) == 60


def test_one_network_has_ten_codes_an_hour_which_leaves_some_to_the_others(
    world: World, clock: SimpleNamespace
) -> None:
    _, _, codes = owner(world)
    heard = []
    for minute in range(0, 60, 6):
        clock.ahead = minute * 60.0
        heard += [try_code(world, f"{minute:06}", address="198.51.100.7") for _ in range(6)]
    assert heard.count("wrong") == 10
    assert try_code(world, codes[0], address="198.51.100.7") == "unheard"
    assert try_code(world, codes[0], address="192.0.2.1") == "in"


@pytest.mark.parametrize("way", ["app", "recovery"])
def test_a_known_device_is_open_while_the_whole_world_guesses_codes(world: World, way: str) -> None:
    browser, key, codes = owner(world)
    guesses(world, 25)
    for _ in range(6):
        try_code(world, "000000", address=HOME)
    code = pyotp.TOTP(key).now() if way == "app" else codes[0]
    assert try_code(world, code, address=HOME) == "unheard"
    assert try_code(world, code, address=HOME, browser=browser) == "in"


def test_guessing_on_a_known_device_is_stopped_too_from_however_many_networks(
    world: World, clock: SimpleNamespace
) -> None:
    browser, _, codes = owner(world)
    heard = []
    for minute in range(0, 60, 6):
        clock.ahead = minute * 60.0
        heard += [try_code(world, "000000", address=f"198.51.{minute}.{each}", browser=browser) for each in range(6)]
    assert heard[:6] == ["wrong"] * 5 + ["unheard"]
    assert heard.count("wrong") == 20
    assert try_code(world, codes[0], address=HOME) == "in"


def test_the_password_alone_makes_no_device_known(world: World) -> None:
    owner(world)
    browser = Client(HTTP_HOST=HOST)
    heard = [try_code(world, "000000", address=f"198.51.100.{each}", browser=browser) for each in range(25)]
    assert heard.count("wrong") == 20
    assert "device" not in browser.cookies


def test_right_codes_are_not_counted(world: World) -> None:
    _, _, codes = owner(world)
    assert [try_code(world, each, address=HOME) for each in codes[:7]] == ["in"] * 7


def test_the_person_is_told_once_a_day_that_somebody_may_know_the_password(world: World) -> None:
    owner(world)
    posted().clear()
    guesses(world, 4)
    for _ in range(8):
        try_code(world, "000000", address="198.51.100.7")
    assert [each.subject for each in posted()] == [SUBJECT]
    assert "set a new one" in str(posted()[0].body)
    assert posted()[0].to == [world.ada.email]


def test_a_new_password_opens_the_codes_again_once_a_day(world: World) -> None:
    """More often would be tries for who has the mailbox, against whom the second step stands."""
    _, _, codes = owner(world)
    guesses(world, 25)
    for code, password, becomes in ((codes[0], "pass-phrase-2", "in"), (codes[1], "pass-phrase-3", "unheard")):
        set_by_link(world, password)
        assert try_code(world, code, address=HOME, password=password) == becomes
        for each in range(25):
            try_code(world, "000000", address=f"192.0.2.{each}", password=password)


def set_by_link(world: World, password: str) -> None:
    browser = Client(HTTP_HOST=HOST)
    browser.post("/account/password/reset/", {"email": world.ada.email})
    link = next(word for word in str(posted()[-1].body).split() if "/password/reset/key/" in word)
    page = browser.get("/" + link.split("/", 3)[3], follow=True)
    form = {"password1": password, "password2": password}
    assert browser.post(page.request["PATH_INFO"], form).status_code == 302
