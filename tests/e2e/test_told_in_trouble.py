"""What a customer and staff read when something is refused, slow or away: in words, and clean in every look."""

import signal

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.e2e import pages
from tests.e2e.conftest import assert_clean, forgive, sign_in
from tests.e2e.visitors import eventually, processes_of, send_signal
from tests.stack import Stack

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
# A statement that was running when the database fell silent is given 17 s.
GIVEN_UP_MS = 20_000


def search(page: Page, stack: Stack, word: str) -> None:
    page.goto(stack.at("/c/acme/domains/find/"))
    page.fill("input[name=keyword]", word)
    page.get_by_role("button", name="Suggest domains").click()
    page.wait_for_load_state()


@pytest.mark.parametrize("look", pages.ALL_LOOKS)
def test_after_eight_seconds_without_an_answer_it_is_said_that_answers_are_slow(
    stack: Stack, browser: Browser, look: tuple[int, str]
) -> None:
    context, page = pages.opened(browser, look)
    sign_in(page, stack, "ada@acme.example")
    page.clock.install()
    stopped = processes_of(stack, "upstream")
    send_signal(stopped, signal.SIGSTOP)
    try:
        search(page, stack, f"slowly{look[0]}{look[1]}")
        note = page.locator("[data-slow]")
        page.clock.run_for(4000)
        expect(note).to_be_hidden()
        page.clock.run_for(6000)
        expect(note).to_have_text("Answers are slow. We keep asking: you can close this page and come back.")
        assert_clean(page)
    finally:
        send_signal(stopped, signal.SIGCONT)
    context.close()


@pytest.mark.parametrize("look", pages.LOOKS)
def test_without_its_database_the_portal_says_so_and_what_is_known_of_the_last_step(
    stack: Stack, browser: Browser, look: tuple[int, str]
) -> None:
    context, page = pages.opened(browser, look)
    sign_in(page, stack, "ada@acme.example")
    page.goto(stack.at("/c/acme/domains/find/"))
    page.fill("input[name=keyword]", "northwind")
    stopped = processes_of(stack, "database")
    send_signal(stopped, signal.SIGSTOP)
    try:
        page.get_by_role("button", name="Suggest domains").click()
        expect(page.locator("h1")).to_have_text("Back in a moment", timeout=GIVEN_UP_MS)
        expect(page.locator("main")).to_contain_text("Whether your last step was carried out is not known")
        forgive(page, "Failed to load resource")
        assert_clean(page)
        page.goto(stack.at("/c/acme/orders/"))
        expect(page.locator("main")).to_contain_text("Nothing that you ordered is lost")
        forgive(page, "Failed to load resource")
        assert_clean(page)
    finally:
        send_signal(stopped, signal.SIGCONT)
        eventually(lambda: is_ready(stack), what="the portal is back")
    context.close()


def is_ready(stack: Stack) -> str:
    answer = requests.get(f"{stack.address}/health/ready/", timeout=30)
    answer.raise_for_status()
    return answer.text


@pytest.mark.parametrize("look", pages.LOOKS)
def test_staff_are_refused_in_words_for_staff(stack: Stack, browser: Browser, look: tuple[int, str]) -> None:
    context, page = pages.opened(browser, look)
    sign_in(page, stack, "sam@reseller.example")
    for path, words in (
        ("/admin/accounts/customer/add/", "Ask an admin of the portal"),
        ("/admin/no/such/", "what was here is gone"),
    ):
        page.goto(stack.at(path))
        expect(page.locator("main")).to_contain_text(words)
        forgive(page, "Failed to load resource")
        assert_clean(page)
    context.close()
