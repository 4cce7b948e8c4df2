"""Visitors without scripts, who try again when a page fails, and the hands that stop what the portal stands on."""

import re
import signal
import time
from collections.abc import Callable
from contextlib import suppress

import psutil
import requests

from tests.stack import Stack

PATIENCE = 150
VICTIMS = {
    "worker": "celery:app worker",
    "database": "/postgres/data",
    "broker": "valkey-server",
    "upstream": "sandbox.wsgi",
}


class Visitor:
    """Somebody who is signed in."""

    def __init__(self, stack: Stack, email: str = "ada@acme.example") -> None:
        self.base = stack.address
        self.session = requests.Session()
        self.session.headers["Referer"] = self.base
        self.send("/account/login/", login=email, password=stack.password)

    def read(self, path: str) -> str:
        answer = self.session.get(self.base + path, timeout=30)
        answer.raise_for_status()
        return answer.text

    def send(self, path: str, **form: str) -> str:
        """The address that the answer leads to."""
        return self.post(path, self.token(path), **form)

    def token(self, path: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.read(path))
        assert found, f"{path} has no form"
        return found[1]

    def post(self, path: str, token: str, **form: str) -> str:
        """The same with the token of a form that was opened before."""
        answer = self.session.post(self.base + path, {"csrfmiddlewaretoken": token, **form}, timeout=40)
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
            """The page needs what was stopped."""
        time.sleep(0.5)
    raise AssertionError(f"never seen: {what}")


def processes_of(stack: Stack, who: str) -> list[psutil.Process]:
    """With everything that they had started."""
    found = [each for each in stack.processes() if VICTIMS[who] in command_of(each)]
    assert found, f"no {who} runs"
    return list({child for parent in found for child in (parent, *parent.children(recursive=True))})


def command_of(process: psutil.Process) -> str:
    """Nothing of one that has ended since it was listed, and of one that nobody has reaped yet."""
    with suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


def send_signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for each in processes:
        with suppress(psutil.NoSuchProcess):  # some go with their parent
            each.send_signal(number)


def kill(stack: Stack, who: str) -> None:
    """At once, so that nothing is put away in order."""
    found = processes_of(stack, who)
    send_signal(found, signal.SIGKILL)
    psutil.wait_procs(found, timeout=10)


def upstream_calls(stack: Stack, operation: str) -> int:
    """How many of the last 500 calls were this one, and went well."""
    address = f"http://127.0.0.1:{stack.sandbox_port}/control/calls"
    answer = requests.get(address, headers={"cmr-x-api-key": "sandbox-key"}, timeout=10)
    answer.raise_for_status()
    return sum(call["operation"] == operation and call["status"] == 200 for call in answer.json()["calls"])
