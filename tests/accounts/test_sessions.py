"""Sessions end: staff's soon, others' after a day's work, and nobody's never."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.accounts.staff import browser_of, make_admin
from tests.world import World

PASSWORD = "pass-phrase-1"


def signed_in(email: str, **form: str) -> Client:
    browser = Client()
    browser.post("/account/login/", {"login": email, "password": PASSWORD, **form})
    return browser


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


@pytest.mark.parametrize(
    ("who", "form", "steps", "stays"),
    [
        ("staff", {}, [29], True),
        ("staff", {}, [31], False),
        ("staff", {"remember": "on"}, [31], False),
        ("staff", {}, [25] * 20, False),
        ("staff", {}, [25] * 18, True),
        ("ada", {}, [11 * 60], True),
        ("ada", {}, [12 * 60 + 1], False),
        ("ada", {}, [11 * 60] * 5, True),
        ("ada", {"remember": "on"}, [3 * 24 * 60], True),
    ],
)
def test_a_session_ends_when_it_was_idle_or_is_old(
    world: World, who: str, form: dict[str, str], steps: list[int], stays: bool
) -> None:
    person: User = make_admin() if who == "staff" else world.ada
    path = "/admin/" if who == "staff" else "/c/acme/"
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        browser = signed_in(person.email, **form)
    for minutes in steps:
        now += timedelta(minutes=minutes)
        with time_machine.travel(now, tick=False):
            browser.get(path)
    assert is_in(browser) == stays


def test_a_page_within_a_minute_writes_no_session(world: World, django_assert_num_queries: object) -> None:
    browser = signed_in(world.ada.email)
    before = browser.session["seen_at"]
    browser.get("/c/acme/")
    assert browser.session["seen_at"] == before


def test_staff_who_change_an_address_end_the_sessions_of_that_person_alone(world: World) -> None:
    theirs, others = [signed_in(world.vic.email), signed_in(world.vic.email)], signed_in(world.ada.email)
    form = {"email": "vic@new.example", "name": "Vic", "is_active": "on"}
    answer = browser_of(make_admin()).post(f"/admin/accounts/user/{world.vic.pk}/change/", form)
    assert answer.status_code == 302
    assert [each.get("/c/acme/").status_code for each in (*theirs, others)] == [302, 302, 200]
