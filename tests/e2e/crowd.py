"""Clients that ask for pages all the time, and what each got, when, and how soon."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.e2e.visitors import Visitor
from tests.stack import Stack

ALIVE, READY = "/health/", "/health/ready/"
# Whatever the database has to be asked for.
PAGES = ("/c/acme/", "/c/acme/orders/", "/c/acme/mailboxes/", "/c/acme/domains/find/")
PAUSE_SECONDS = 0.4
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """`code` is 0 when there was none."""

    path: str
    begun: float
    ended: float
    code: int
    text: str

    @property
    def seconds(self) -> float:
        return self.ended - self.begun


@dataclass
class Crowd:
    stack: Stack
    cookies: dict[str, str]
    style_sheet: str
    answers: list[Answer] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def paths(self) -> tuple[str, ...]:
        return ALIVE, READY, self.style_sheet, *PAGES

    def ask_all_the_time(self, path: str) -> None:
        session = requests.Session()
        session.cookies.update(self.cookies)
        while not self.is_over.wait(PAUSE_SECONDS):
            self.answers.append(self.ask(session, path))

    def ask(self, session: requests.Session, path: str) -> Answer:
        begun = time.monotonic()
        try:
            answer = session.get(self.stack.address + path, timeout=PATIENCE_SECONDS, allow_redirects=False)
            code, text = answer.status_code, answer.text
        except requests.RequestException as error:
            code, text = 0, repr(error)
        return Answer(path, begun, time.monotonic(), code, text)

    def within(self, begun: float, ended: float) -> list[Answer]:
        """Those that were asked in this time."""
        return [each for each in self.answers if begun <= each.begun < ended]

    def slowest(self, path: str) -> float:
        return max(each.seconds for each in self.answers if each.path == path)


@contextmanager
def crowd(stack: Stack, visitor: Visitor) -> Iterator[Crowd]:
    sheet = re.search(r'href="(/static/[^"]+\.css)"', visitor.read("/c/acme/"))
    assert sheet
    found = Crowd(stack, visitor.session.cookies.get_dict(), sheet[1])
    threads = [threading.Thread(target=found.ask_all_the_time, args=[path]) for path in found.paths]
    for each in threads:
        each.start()
    try:
        yield found
    finally:
        found.is_over.set()
        for each in threads:
            each.join()
