"""The whole portal as `make run` starts it, on free ports and in a folder of its own, before a real browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 150
PASSWORD = "a-demo-pass-phrase"
ADMIN_HOST, BRAND_HOST = "127.0.0.1", "outreach.localhost"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


FAULTS: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Stack:
    """Where the running portal answers."""

    port: int
    sandbox_port: int

    def at(self, path: str, host: str = "") -> str:
        """On the host that serves it: the admin has one of its own."""
        usual = ADMIN_HOST if path.startswith("/admin/") else BRAND_HOST
        return f"http://{host or usual}:{self.port}{path}"


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    folder = Path(tempfile.mkdtemp(prefix="portal-e2e-"))
    folder.chmod(0o755)
    found = Stack(free_port(), free_port())
    kept = {key: value for key, value in os.environ.items() if not key.endswith(("_URL", "_KEY", "_KEYS"))}
    environment = {
        **kept,
        "PORT": str(found.port),
        "SANDBOX_PORT": str(found.sandbox_port),
        "PORTAL_DATA": str(folder),
        "DEMO_PASSWORD": PASSWORD,
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    log = folder / "run.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "reseller_portal.supervisor", "run"],
            cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wait_until_ready(process, log)
        yield found
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "Stop everything" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
