"""Worker, database and broker killed in the middle of an order, as a machine would lose them: it is delivered once."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import requests

from tests.stack import Stack, folder_of_a_stack, start

# A worker that died with an operation in its hands holds it for so long, instead of two minutes.
LEASE_SECONDS = 10
PATIENCE = 150
DOMAINS = tuple(f"killed-{number}-northwind.com" for number in range(5))
VICTIMS = {"worker": "celery:app worker", "database": "/postgres/data", "broker": "valkey-server"}


@pytest.fixture(scope="module")
def stack(demo: Path) -> Iterator[Stack]:
    """One of its own: the other tests want theirs alive."""
    with folder_of_a_stack(like=demo) as folder, start(folder, {"LEASE_SECONDS": str(LEASE_SECONDS)}) as running:
        yield running


class Visitor:
    """Ada without scripts, who tries again when a page fails."""

    def __init__(self, stack: Stack) -> None:
        self.base = stack.address
        self.session = requests.Session()
        self.session.headers["Referer"] = self.base
        self.send("/account/login/", login="ada@acme.example", password=stack.password)

    def read(self, path: str) -> str:
        answer = self.session.get(self.base + path, timeout=30)
        answer.raise_for_status()
        return answer.text

    def send(self, path: str, **form: str) -> str:
        """The address that the answer leads to."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.read(path))
        assert found, f"{path} has no form"
        answer = self.session.post(self.base + path, {"csrfmiddlewaretoken": found[1], **form}, timeout=30)
        answer.raise_for_status()
        return answer.url.removeprefix(self.base)

    def wait_for(self, path: str, words: str) -> str:
        return eventually(lambda: text if words in (text := self.read(path)) else "", what=f"{words} on {path}")


def eventually(look: Callable[[], str], *, what: str) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if found := look():
                return found
        except requests.RequestException:
            """The page needs what was killed."""
        time.sleep(0.5)
    raise AssertionError(f"never seen: {what}")


def command_of(process: psutil.Process) -> str:
    """Nothing of one that has ended since it was listed, and of one that nobody has reaped yet."""
    with suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


def kill(stack: Stack, who: str) -> None:
    """With everything that it had started, so that nothing is put away in order."""
    words = VICTIMS[who]
    found = [each for each in stack.processes() if words in command_of(each)]
    assert found, f"no {who} runs"
    for each in {child for parent in found for child in (parent, *parent.children(recursive=True))}:
        with suppress(psutil.NoSuchProcess):  # some go with their parent
            each.kill()
    psutil.wait_procs(found, timeout=10)


def balance(text: str) -> int:
    found = re.search(r"Balance now</dt><dd>\$([\d,.]+)", text)
    assert found
    return round(100 * float(found[1].replace(",", "")))


def upstream_calls(stack: Stack, operation: str) -> int:
    address = f"http://127.0.0.1:{stack.sandbox_port}/control/calls"
    answer = requests.get(address, headers={"cmr-x-api-key": "sandbox-key"}, timeout=10)
    answer.raise_for_status()
    return sum(call["operation"] == operation and call["status"] == 200 for call in answer.json()["calls"])


@pytest.mark.xdist_group("browser")
@pytest.mark.timeout(600)
def test_an_order_outlives_worker_database_and_broker_and_is_charged_once(stack: Stack) -> None:
    ada = Visitor(stack)
    wish = {"provider": "GOOGLE", "domains": "\n".join(DOMAINS), "people": "Maya Ferro"}
    page = ada.send("/c/acme/mailboxes/order/", **wish)
    checked = ada.wait_for(page, "All checked")
    total = re.search(r'name="total_minor" value="(\d+)"', checked)
    assert total
    bought_before = upstream_calls(stack, "process_order")
    order = ada.send(page, total_minor=total[1])
    for who in VICTIMS:
        kill(stack, who)
        eventually(lambda: ada.read("/health/ready/"), what="the portal is back")
    text = ada.wait_for(order, "Everything is delivered.")
    assert all(f"maya@{name}" in text for name in DOMAINS)
    assert upstream_calls(stack, "process_order") - bought_before == 1
    again = ada.send("/c/acme/mailboxes/order/", provider="GOOGLE", domains="one-more-north.com", people="Maya Ferro")
    assert balance(ada.read(again)) == balance(checked) - int(total[1])
    assert [who for who in VICTIMS if f"The {who} ended and is started again" not in stack.said] == []
