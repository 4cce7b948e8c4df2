"""The developer's guide is true: `make sandbox` starts it alone, and every command of docs/sandbox.md works."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests import child_guard
from tests.child_guard import ROOT
from tests.stack import folder_of_a_stack, free_port, plain_environment

GUIDE = (ROOT / "docs" / "sandbox.md").read_text()
SHELL = shutil.which("bash")
START_SECONDS = 90
RUN_SECONDS = 120
READY = re.compile(r"^Sandbox ready: (http://127\.0\.0\.1:\d+) key: sandbox-key$", re.MULTILINE)


@dataclass
class Alone:
    """A sandbox that runs by itself, and where it keeps its things."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        return (self.folder / "said.txt").read_text()

    def wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while not READY.search(self.said):
            assert self.process.poll() is None, self.said
            assert time.monotonic() < end, self.said
            time.sleep(0.2)

    def stop(self) -> int:
        return child_guard.stop(self.process)


@pytest.fixture
def alone() -> Iterator[Alone]:
    with folder_of_a_stack() as folder:
        port = free_port()
        with (folder / "said.txt").open("wb") as said:
            process = child_guard.start(
                [sys.executable, "-m", "reseller_portal.supervisor", "sandbox"],
                environment={**plain_environment(), "SANDBOX_PORT": str(port), "PORTAL_DATA": str(folder / "data")},
                output=said,
            )
        running = Alone(process, folder, port)
        try:
            running.wait()
            yield running
        finally:
            running.stop()


def load(alone: Alone) -> str:
    """`make load MAILBOXES=300` in another terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "reseller_portal.supervisor", "load", "300"], cwd=ROOT, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "PORTAL_DATA": str(alone.folder / "data")}, check=False, timeout=60,
    )  # fmt: skip
    return re.sub(r"in \d+ s", "in 0 s", done.stdout.strip())


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def files() -> dict[str, str]:
    """What the guide says to save, by name."""
    return dict(re.findall(r"[Ss]ave this as `([\w.]+)`:\n\n```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL))


@pytest.mark.skipif(SHELL is None or not shutil.which("curl"), reason="the guide is for a shell with curl")
def test_every_command_of_the_guide_does_what_it_says(alone: Alone, tmp_path: Path) -> None:
    for name, text in files().items():
        (tmp_path / name).write_text(text)
    script = "\n".join(["set -euo pipefail", *blocks("sh")])
    script = script.replace("127.0.0.1:8001", f"127.0.0.1:{alone.port}").replace("9000", str(free_port()))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "DJANGO"))}
    done = subprocess.run(
        [str(SHELL), "-c", script], cwd=tmp_path, env={**plain, "PATH": path}, capture_output=True, text=True,
        check=False, timeout=RUN_SECONDS,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    lines = done.stdout.splitlines()
    for expected in ("PAID", "PAST_DUE", "no answer, but:", "noor@harborlight.example", "UNAVAILABLE"):
        assert expected in lines, said
    arrived = (tmp_path / "received.txt").read_text()
    assert {"domain.order.success", "mailbox.order.success", "mailbox.created"} <= set(arrived.split())
    assert lines.count("mailbox.created") == 2
    assert "prewarmup.order.failed" in lines
    assert "1 passed" in said
    assert "Not understood" not in said


def test_every_file_of_the_guide_is_tried() -> None:
    assert set(files()) == {"receiver.py", "test_mine.py"}
    assert len(blocks("python")) == len(files())
    assert len(files()["receiver.py"].splitlines()) <= 18


def test_the_guide_names_every_fault_fate_and_manner() -> None:
    from reseller_portal.sandbox.control import GENERATIONS
    from reseller_portal.sandbox.faults import KINDS
    from reseller_portal.sandbox.signing import CHOICES

    words = {*KINDS, *GENERATIONS, *CHOICES, *filter(None, (value for part in CHOICES.values() for value in part))}
    assert {word for word in words if f"`{word}`" not in GUIDE} == set()


def test_the_sandbox_alone_says_where_it_is_and_stops_cleanly(alone: Alone) -> None:
    found = READY.search(alone.said)
    assert found
    assert found[1] == alone.url
    assert requests.get(f"{alone.url}/control/health/", timeout=5).json() == {"status": "ok"}
    assert requests.get(f"{alone.url}/control/events", headers={"cmr-x-api-key": "sandbox-key"}, timeout=5).ok
    assert (alone.folder / "data" / "postgres").is_dir()
    assert load(alone) == "300 mailboxes loaded in 0 s"
    key, query = {"cmr-x-api-key": "sandbox-key"}, {"limit": "1"}
    page = requests.get(f"{alone.url}/api/v1/integration/mailboxes", headers=key, params=query, timeout=5).json()
    assert page["data"]["pagination"]["totalSearchedCount"] == 300
    assert alone.stop() == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(alone.url, timeout=5)
    assert "Traceback" not in alone.said
