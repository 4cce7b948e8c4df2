"""Whatever the portal stands on falls silent, then is gone, while people read, search, buy and are written to.

STOP_SECONDS says how long each of the two lasts: seconds in `make test`, a minute in `make soak`.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest
import requests

from reseller_portal.supervisor.environment import make_plan, portal_environment
from reseller_portal.supervisor.keys import load_keys
from reseller_portal.supervisor.postgres import find_cluster
from reseller_portal.supervisor.roles import make_embedded
from tests.child_guard import ROOT
from tests.e2e.crowd import ALIVE, PAGES, READY, Answer, Crowd, crowd
from tests.e2e.mail_sink import MailSink, mail_sink
from tests.e2e.visitors import Visitor, eventually, kill, processes_of, send_signal
from tests.stack import Stack, folder_of_a_stack, plain_environment, start

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(900)]
STOP_SECONDS = float(os.environ.get("STOP_SECONDS", "3"))
# A statement of a page may take so long here, instead of 15 s.
STATEMENT_SECONDS = 3
# As docs/production.md tells them, and what a busy machine takes for itself.
LIMITS = {ALIVE: 1.0, READY: 5.0, "page": STATEMENT_SECONDS + 2.0}
BUSY_SECONDS = 2.0
# What is said of the first moments depends on what was under way.
SETTLE_SECONDS = 0.5
WHO_IS_MAILED = ("vic@acme.example", "gil@globex.example", "ivy@initech.example", "sam@reseller.example")
NEEDED_BY: dict[str, set[str]] = {
    "upstream": set(),
    "mail": set(),
    "broker": {READY},
    "database": {READY, *PAGES},
}


@dataclass(frozen=True)
class Place:
    stack: Stack
    sink: MailSink
    ada: Visitor
    crowd: Crowd


@pytest.fixture(scope="module")
def place(demo: Path) -> Iterator[Place]:
    with mail_sink() as sink, folder_of_a_stack(like=demo) as folder:
        settings = {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(sink.port),
            "LEASE_SECONDS": "10",
            "DATABASE_STATEMENT_SECONDS": str(STATEMENT_SECONDS),
        }
        with start(folder, settings) as stack:
            ada = Visitor(stack)
            with crowd(stack, ada) as asking:
                yield Place(stack, sink, ada, asking)


@contextmanager
def silent(place: Place, who: str) -> Iterator[None]:
    """It takes connections and says nothing."""
    if who == "mail":
        place.sink.speaks.clear()
        yield
        place.sink.speaks.set()
        return
    stopped = processes_of(place.stack, who)
    send_signal(stopped, signal.SIGSTOP)
    yield
    send_signal(stopped, signal.SIGCONT)


@contextmanager
def gone(place: Place, who: str) -> Iterator[None]:
    """It is killed, and nobody starts it again for a while."""
    place.stack.leader.suspend()
    kill(place.stack, who)
    yield
    place.stack.leader.resume()


Way = Callable[[Place, str], AbstractContextManager[None]]


class Purchase:
    """A domain with a mailbox, of which in the end only the paying is left."""

    def __init__(self, ada: Visitor, name: str) -> None:
        self.name, self.order = name, ""
        self._ada = ada
        self._page = ada.send("/c/acme/mailboxes/order/", provider="GOOGLE", domains=name, people="Maya Ferro")
        self._form: dict[str, str] = {}

    def prepare(self) -> None:
        found = re.search(r'name="total_minor" value="(\d+)"', self._ada.wait_for(self._page, "All checked"))
        assert found
        self._form = {"token": self._ada.token(self._page), "total_minor": found[1]}

    def pay(self) -> None:
        """As the page of a failure asks: one looks before one sends again."""
        try:
            self.order = self._ada.post(self._page, **self._form)
        except requests.RequestException:
            self.order = eventually(self._look_and_pay, what=f"an order of {self.name}")

    def _look_and_pay(self) -> str:
        answer = self._ada.session.get(self._ada.base + self._page, timeout=30)
        answer.raise_for_status()
        found = answer.url.removeprefix(self._ada.base)
        return found if found != self._page else self._ada.post(self._page, **self._form)


class Asked:
    """A new password, asked for in the middle: how often that was taken, and how often nobody knows."""

    def __init__(self, place: Place, address: str) -> None:
        self.address, self.taken, self.unknown = address, 0, 0
        self._sink = place.sink
        self._session = requests.Session()
        self._page = place.stack.address + "/account/password/reset/"
        self._token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', self._session.get(self._page, timeout=30).text)

    def ask(self) -> None:
        assert self._token
        form = {"email": self.address, "csrfmiddlewaretoken": self._token[1]}
        answer = self._session.post(
            self._page, form, headers={"Referer": self._page}, allow_redirects=False, timeout=40
        )
        if answer.status_code == 302:
            self.taken += 1
        else:
            assert answer.status_code == 503, answer.text
            self.unknown += 1

    def has_all(self) -> str:
        """The ids of those that came, when none is missing."""
        found = self._sink.ids_for(self.address)
        return " ".join(found) if len(found) >= self.taken else ""


def faults(place: Place, who: str, begun: float, ended: float) -> list[str]:
    """What any of those who asked in this time was told wrongly, or too late."""
    found = [fault for each in place.crowd.within(begun, ended) if (fault := fault_of(each, who, ended))]
    asked = {each.path for each in place.crowd.within(begun, ended)}
    return found + [f"nobody asked {path}" for path in set(place.crowd.paths) - asked]


def fault_of(answer: Answer, who: str, ended: float) -> str:
    limit = LIMITS.get(answer.path, LIMITS["page"]) + BUSY_SECONDS
    told = f"{answer.path}: {answer.code} after {answer.seconds:.1f} s"
    if answer.seconds > limit:
        return told
    if answer.path not in NEEDED_BY[who]:
        return "" if answer.code == 200 else told
    if answer.ended >= ended:
        return ""
    is_said = "Back in a moment" in answer.text or answer.path == READY
    return "" if answer.code == 503 and is_said else told


def check_books(stack: Stack) -> str:
    """What `manage.py check_books` prints."""
    plan = make_plan(ROOT, {"PORTAL_DATA": str(stack.folder), "PORT": str(stack.port)})
    keys = load_keys(stack.folder)
    urls = make_embedded(find_cluster(stack.folder / "postgres"), keys)
    environment = portal_environment(
        plan, keys, app_url=urls.app, owner_url=urls.owner, broker="redis://nobody", cache="redis://nobody"
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "check_books"],
        cwd=ROOT, env={**plain_environment(), **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return (done.stdout + done.stderr).strip()


def charges(stack: Stack, name: str) -> int:
    """How often the wallet paid for it."""
    address = f"http://127.0.0.1:{stack.sandbox_port}/control/movements"
    answer = requests.get(address, headers={"cmr-x-api-key": "sandbox-key"}, timeout=10)
    return sum(each["reason"] == f"Domain {name}" for each in answer.json()["movements"])


def lines_with_tracebacks(stack: Stack) -> list[str]:
    """What is away is said in one line; anything else would be a fault of ours."""
    logs = [stack.folder / "logs" / f"{name}.log" for name in ("portal", "worker", "schedule")]
    return [line[:300] for log in logs for line in log.read_text().splitlines() if "Traceback" in line]


def stop(place: Place, who: str, way: Way, purchase: Purchase, asked: Asked) -> None:
    """For a while; meanwhile somebody pays, and somebody asks for a mail."""
    with way(place, who):
        begun = time.monotonic()
        buying = threading.Thread(target=purchase.pay)
        buying.start()
        asked.ask()
        time.sleep(STOP_SECONDS)
        ended = time.monotonic()
    assert "\n".join(faults(place, who, begun + SETTLE_SECONDS, ended)) == "", f"{who} {way.__name__}"
    buying.join()
    for path in (ALIVE, READY, *PAGES):
        eventually(lambda: place.ada.read(path), what=path)  # noqa: B023  # used before the next one


def test_pages_go_on_or_say_so_at_once_while_a_service_is_away_and_nothing_is_lost(place: Place) -> None:
    mails = [Asked(place, address) for address in WHO_IS_MAILED]
    plans = [(who, way) for who in NEEDED_BY for way in (silent, gone) if (who, way) != ("mail", gone)]
    purchases = [Purchase(place.ada, f"{who}-{way.__name__}-northwind.com") for who, way in plans]
    for each in purchases:
        each.prepare()
    for (who, way), purchase, asked in zip(plans, purchases, cycle(mails), strict=False):
        stop(place, who, way, purchase, asked)
    for each in purchases:
        place.ada.wait_for(each.order, "Everything is delivered.")
    assert {each.name: charges(place.stack, each.name) for each in purchases} == {each.name: 1 for each in purchases}
    for asked in mails:
        eventually(asked.has_all, what=f"the mails for {asked.address}")
        assert len(place.sink.ids_for(asked.address)) <= asked.taken + asked.unknown
    assert re.fullmatch(r"All \d+ rules hold\.", check_books(place.stack))
    assert place.crowd.slowest(ALIVE) < LIMITS[ALIVE] + BUSY_SECONDS
    assert lines_with_tracebacks(place.stack) == []
    assert "The worker ended" not in place.stack.said
