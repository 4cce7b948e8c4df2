"""P18: how far one request of 3 MB makes a process of the portal grow, whatever it holds and wherever it goes."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from tests.benchmarks.goals import Finding, goal
from tests.e2e.visitors import Visitor
from tests.stack import Stack

SIZE = 3_000_000
MOST_MEGABYTES = 64
MEGABYTE = 1_000_000
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)
FORM, TIMEOUT = "/c/acme/mailboxes/order/", 60


@dataclass(frozen=True)
class Big:
    """One request. `fields` go as a form, `file` as an upload, `body` as it is."""

    path: str
    fields: Mapping[str, str]
    file: bytes = b""
    body: bytes = b""


def lines_of(line: str) -> str:
    """So many of them as fill the request; each bears its number."""
    return "\n".join(line.format(number) for number in range(SIZE // len(line)))[:SIZE]


def bigs() -> Mapping[str, Big]:
    order, find = "/c/acme/mailboxes/order/", "/c/acme/domains/find/"
    people = lines_of("Anna{0} Bell{0};anna{0}@example.com\n")
    return {
        "a pasted list of people": Big(order, {"people": people}),
        "people in one line": Big(order, {"people": people.replace("\n", "; ")}),
        "a pasted list of domains": Big(order, {"domains": lines_of("name{0}.com")}),
        "a preview of a list": Big(f"{order}preview/", {"people": people}),
        "an uploaded list": Big(order, {}, file=people.encode()),
        "many fields": Big(order, {f"field{number}": "x" * 100 for number in range(SIZE // 110)}),
        "a list of names": Big(find, {"names": lines_of("name{0}.com")}),
        "a long keyword": Big(find, {"keyword": "a" * SIZE}),
        "an event": Big("/webhooks/upstream/", {}, body=b'{"event":"' + b"a" * SIZE + b'"}'),
        "a nested event": Big("/webhooks/upstream/", {}, body=b"[" * SIZE),
        "a sign-in": Big("/account/login/", {"login": "a" * SIZE, "password": "b"}),
    }


@goal("P18-memory")
def growth(stack: Stack) -> Iterator[Finding]:
    visitor, grown = Visitor(stack), dict[str, float]()
    token = visitor.token(FORM)
    # What is refused before all of it was read ends its connection.
    visitor.session.headers["Connection"] = "close"
    for name, big in bigs().items():
        # Small first, so that what is loaded once and kept is not counted.
        send(visitor, token, Big(big.path, {}))
        grown[name] = growth_of(stack, visitor, token, big)
    worst = max(grown, key=lambda name: grown[name])
    yield Finding("P18", f"growth of a process by a request of 3 MB ({worst})", grown[worst], MOST_MEGABYTES, 1.0, "MB")


def growth_of(stack: Stack, visitor: Visitor, token: str, big: Big) -> float:
    """Megabytes: of the process that grew most, its peak while it was asked less what it had before."""
    before: dict[int, int] = {process.pid: process.memory_info().rss for process in stack.processes()}
    for pid in before:
        forget_peak(pid)
    send(visitor, token, big)
    return max((peak_of(pid) - had) / MEGABYTE for pid, had in before.items() if psutil.pid_exists(pid))


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_of(pid: int) -> int:
    """Bytes that were resident at the most since the peak was forgotten."""
    found = PEAK.search(Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else 0


def send(visitor: Visitor, token: str, big: Big) -> None:
    """Whatever it answers; the connection may be ended before all of it was read."""
    data: Mapping[str, str] | bytes = big.body or {**big.fields, "csrfmiddlewaretoken": token}
    files = {"file": ("people.csv", big.file, "text/csv")} if big.file else None
    with suppress(requests.ConnectionError):
        visitor.session.post(visitor.base + big.path, data=data, files=files, timeout=TIMEOUT, allow_redirects=False)
