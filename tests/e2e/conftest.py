"""The whole portal as `make run` starts it, on free ports and in a folder of its own, before a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.stack import ADMIN_HOST, BRAND_HOST, Stack, folder_of_a_stack, start

PASSWORD = Stack.password
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


FAULTS: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()


@pytest.fixture(scope="session")
def demo() -> Iterator[Path]:
    """The folder of a portal whose demo was made and which was stopped: each stack starts on a copy of it."""
    with folder_of_a_stack() as folder:
        with start(folder):
            pass
        yield folder


@pytest.fixture(scope="session")
def stack(demo: Path) -> Iterator[Stack]:
    with folder_of_a_stack(like=demo) as folder, start(folder) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the whole run: Playwright leaves an event loop in the thread, in which Django refuses to work."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    assert program, "The browser tests need Chromium: `make browser` installs it where it may."
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 860})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return watched(context.new_page())


def watched(page: Page) -> Page:
    """A page whose faults are kept: script errors, and whatever the content policy blocked."""
    page.set_default_timeout(20_000)
    faults: list[str] = []
    FAULTS[page] = faults

    def note(said: ConsoleMessage) -> None:
        if said.type == "error":
            faults.append(said.text)

    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", note)
    return page


def assert_no_faults(page: Page) -> None:
    assert FAULTS[page] == []


def assert_clean(page: Page) -> None:
    """Axe finds nothing, nothing scrolls sideways, nothing was blocked, and the tab has a name."""
    # After a click the page may be half there.
    page.wait_for_load_state()
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} scrolls sideways by {overflow} px"
    assert page.title().strip(" ·"), page.url
    assert_no_faults(page)


def forgive(page: Page, words: str) -> None:
    """Forget the faults that a test provoked itself."""
    FAULTS[page][:] = [fault for fault in FAULTS[page] if words not in fault]


def sign_in(page: Page, stack: Stack, email: str, host: str = "") -> None:
    """Where they are at home: staff on the admin's host."""
    usual = ADMIN_HOST if email.endswith("@reseller.example") else BRAND_HOST
    page.goto(stack.at("/account/login/", host or usual))
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_load_state()
