"""A whole portal as `make run` starts it, on free ports and in a folder of its own, for as long as it is measured."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240.0
READY = "Stop everything with Ctrl-C."


@dataclass(frozen=True)
class Stack:
    """Where it answers, what its folder is and which process leads it. The password is that of every demo login."""

    port: int
    sandbox_port: int
    folder: Path
    leader: psutil.Process
    password: str = "a-demo-pass-phrase"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def processes(self) -> list[psutil.Process]:
        """The supervisor, all that it started, and the database, which is nobody's child."""
        server = int((self.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        found: list[psutil.Process] = []
        for top in (self.leader, psutil.Process(server)):
            found += [top, *top.children(recursive=True)]
        return found


@contextmanager
def running_stack() -> Iterator[Stack]:
    """Raises RuntimeError with what was printed when it does not start."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    folder.chmod(0o755)
    try:
        with start(folder) as stack:
            yield stack
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def start(folder: Path) -> Iterator[Stack]:
    """A run on this folder, until the end of the block; a second one finds what the first one left."""
    ports = _free_port(), _free_port()
    output = folder / "run.txt"
    with output.open("wb") as words:
        process = subprocess.Popen(
            [sys.executable, "-m", "reseller_portal.supervisor", "run"],
            cwd=ROOT, env=_environment(folder, *ports), stdout=words, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _wait_until_ready(process, output)
        yield Stack(ports[0], ports[1], folder, psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def _environment(folder: Path, port: int, sandbox_port: int) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.endswith(("_URL", "_KEY", "_KEYS"))}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {
        **kept,
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        "PORTAL_DATA": str(folder),
        "DEMO_PASSWORD": Stack.password,
    }


def _wait_until_ready(process: "subprocess.Popen[bytes]", output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while READY not in output.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The portal did not start:\n{output.read_text()}")
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
