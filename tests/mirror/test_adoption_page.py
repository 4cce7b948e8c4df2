"""The page on which staff adopt the upstream account: look, read the figures, adopt, stop, go on."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Brand, Customer
from accounts.tenancy import staff_scope
from mirror import surveys, walking
from mirror.models import Survey
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_support
from tests.mirror.account import Account, walk
from tests.world import World

PAGE = "/admin/mirror/survey/adoption/"
State = Survey.State


@pytest.fixture
def rex(world: World) -> Client:
    return browser_of(make_admin())


def text_of(browser: Client, **headers: str) -> str:
    answer = browser.get(PAGE, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def press(browser: Client, do: str, **more: Any) -> str:
    """The page that the button leads to."""
    return browser.post(PAGE, {"do": do, **more}, follow=True).content.decode()


def newest() -> Survey:
    with staff_scope("test"):
        return Survey.objects.latest("pk")


def foundry() -> int:
    return Brand.objects.get(slug="foundry").pk


def look(browser: Client) -> Survey:
    press(browser, "look")
    return walk(newest())


def test_before_the_first_look_there_is_one_button(rex: Client) -> None:
    page = text_of(rex)
    assert "Nobody has looked at it yet" in page
    assert "Start a dry run" in page
    assert 'value="adopt"' not in page


def test_a_dry_run_is_begun_and_watched(account: Account, rex: Client) -> None:
    page = press(rex, "look")
    assert "The dry run has begun." in page
    assert 'hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert 'value="stop"' in page
    (row,) = audit_rows("survey.begun")
    assert (row.actor_label, row.after) == ("Rex", {"is_dry": True, "ties": []})


def test_the_part_that_polls_is_a_part_and_stops_when_all_is_read(account: Account, rex: Client) -> None:
    press(rex, "look")
    walking.step(only=newest().pk)
    under_way = text_of(rex, **{"HX-Request": "true"})
    assert "<html" not in under_way
    assert "page 1 of 1" in under_way
    walk(newest())
    over = text_of(rex, **{"HX-Request": "true"})
    assert "hx-trigger" not in over
    assert 'hx-swap-oob="innerHTML:#adoption-status"' in over


def test_what_was_found_is_told_in_plain_figures(account: Account, rex: Client) -> None:
    survey = look(rex)
    page = text_of(rex)
    assert "2 customers, 3 domains, 6 mailboxes and 3 subscriptions are new." in page
    calls = survey.calls + 3
    assert f"Nothing will be ordered or charged. Adopting takes about {calls} calls, about 1 minute" in page
    assert 'value="adopt"' in page


def test_the_new_customers_get_the_brand_that_was_chosen(account: Account, rex: Client) -> None:
    look(rex)
    assert "The adoption has begun." in press(rex, "adopt", brand=foundry())
    walk(newest())
    page = text_of(rex)
    assert "The account is adopted" in page
    assert "4 customers without an owner" not in page
    assert "2 customers without an owner" in page
    with staff_scope("test"):
        assert set(Customer.objects.exclude(adopted_at=None).values_list("brand__slug", flat=True)) == {"foundry"}


@pytest.mark.parametrize("brand", ["", "0", "x"])
def test_without_a_brand_nothing_begins(account: Account, rex: Client, brand: str) -> None:
    look(rex)
    assert "Choose a brand" in press(rex, "adopt", brand=brand)
    assert newest().is_dry


def test_nobody_adopts_unseen(account: Account, rex: Client) -> None:
    assert "start a dry run, and read what it found" in press(rex, "adopt", brand=foundry())
    with staff_scope("test"):
        assert not Survey.objects.exists()


def test_it_is_stopped_and_goes_on(account: Account, rex: Client) -> None:
    press(rex, "look")
    number = newest().pk
    assert "What was taken over stays" in press(rex, "stop", survey=number)
    page = text_of(rex)
    assert "The dry run did not end" in page
    assert "hx-trigger" not in page
    press(rex, "go_on", survey=number)
    assert (newest().pk, newest().state) == (number, State.RUNNING)
    assert [len(audit_rows(action)) for action in ("survey.stopped", "survey.continued")] == [1, 1]


def test_a_second_press_begins_no_second_one(account: Account, rex: Client) -> None:
    press(rex, "look")
    assert "This is being read already" in press(rex, "look")
    with staff_scope("test"):
        assert Survey.objects.count() == 1


def test_a_button_of_an_old_page_stops_nothing_that_began_since(account: Account, rex: Client) -> None:
    with staff_scope("test"):
        old = surveys.begin_adoption(user=None, is_dry=True)
        surveys.stop(user=None, survey=old)
        new = surveys.begin_adoption(user=None, is_dry=True)
    assert "Only a survey that is running can be stopped" in press(rex, "stop", survey=old.pk)
    assert newest().pk == new.pk
    assert newest().state == State.RUNNING


def test_the_upstreams_words_are_shown_when_it_refuses(account: Account, rex: Client, settings: Any) -> None:
    settings.UPSTREAM_KEY = "wrong"
    press(rex, "look")
    survey = newest()
    assert walking.step(only=survey.pk)
    survey = newest()
    assert (survey.state, survey.attempts, survey.due_at is None) == (State.RUNNING, 0, False)
    page = text_of(rex)
    assert "Invalid API Key" in page
    assert "UPSTREAM_KEY" in page
    assert "It is tried again by itself" in page
    settings.UPSTREAM_KEY = "sandbox-key"
    with staff_scope("test: the next try is due"), connection.cursor() as cursor:
        cursor.execute("UPDATE operations_circuit SET next_try_at = clock_timestamp()")
    assert walk(newest()).state == State.DONE


def test_notes_are_for_reading_and_are_escaped(account: Account, rex: Client) -> None:
    look(rex)
    with staff_scope("test"):
        Survey.objects.update(notes=["<b>x</b> names several users"], counts={"notes": {"all": 3}})
    page = text_of(rex)
    assert "&lt;b&gt;x&lt;/b&gt; names several users" in page
    assert "and 2 more" in page


def test_support_sees_it_and_presses_nothing(account: Account, world: World) -> None:
    sam = browser_of(make_support())
    page = text_of(sam)
    assert "Your group may look" in page
    assert 'name="do"' not in page
    for do in ("look", "adopt", "stop", "go_on"):
        assert sam.post(PAGE, {"do": do}).status_code == 403
    with staff_scope("test"):
        assert not Survey.objects.exists()


def test_a_button_that_does_not_exist_does_nothing(rex: Client) -> None:
    assert rex.post(PAGE, {"do": "drop"}).status_code == 302
    assert rex.post(PAGE, {"do": "stop", "survey": "x"}).status_code == 404


def test_the_first_page_tells_how_true_the_mirror_is(account: Account, rex: Client) -> None:
    assert "Not looked at" in rex.get("/admin/").content.decode()
    look(rex)
    press(rex, "adopt", brand=foundry())
    walk(newest())
    page = rex.get("/admin/").content.decode()
    assert "Kept true from now on" in page
    assert "Read just now" in page


def test_an_account_that_was_adopted_long_ago_is_still_adopted(account: Account, rex: Client) -> None:
    look(rex)
    press(rex, "adopt", brand=foundry())
    walk(newest())
    with staff_scope("test: a quarter passes"):
        Survey.objects.update(began_at=timezone.now() - timedelta(days=90))
        surveys.forget_old_surveys()
        assert Survey.objects.count() == 1
    assert "Kept true from now on" in rex.get("/admin/").content.decode()
    assert "The account is adopted" in rex.get(PAGE).content.decode()


def test_the_list_of_surveys_leads_to_the_page_and_shows_each(account: Account, rex: Client) -> None:
    survey = look(rex)
    assert PAGE in rex.get("/admin/mirror/survey/").content.decode()
    page = rex.get(f"/admin/mirror/survey/{survey.pk}/change/").content.decode()
    assert "domains: " in page
    assert 'name="_save"' not in page
