"""A whole portal as `make run` starts it, on free ports and in a folder of its own, for as long as it is needed."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests import child_guard

START_SECONDS = 240.0
READY = "Stop everything with Ctrl-C."
ADMIN_HOST, BRAND_HOST = "127.0.0.1", "outreach.localhost"


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
        return f"http://{ADMIN_HOST}:{self.port}"

    def at(self, path: str, host: str = "") -> str:
        """On the host that serves it: the admin has one of its own."""
        usual = ADMIN_HOST if path.startswith("/admin/") else BRAND_HOST
        return f"http://{host or usual}:{self.port}{path}"

    def processes(self) -> list[psutil.Process]:
        """The supervisor, all that it started, and the database, which is nobody's child."""
        server = int((self.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        found: list[psutil.Process] = []
        for top in (self.leader, psutil.Process(server)):
            found += [top, *top.children(recursive=True)]
        return found

    @property
    def said(self) -> str:
        """What the supervisor printed."""
        return (self.folder / "run.txt").read_text()


@contextmanager
def running_stack() -> Iterator[Stack]:
    """Raises RuntimeError with what was printed when it does not start."""
    with folder_of_a_stack() as folder, start(folder) as stack:
        yield stack


@contextmanager
def folder_of_a_stack(like: Path | None = None) -> Iterator[Path]:
    """Empty, or a copy of that of a stack which was stopped: the demo in it need not be made again."""
    folder = Path(tempfile.mkdtemp(prefix="portal-stack-"))
    folder.chmod(0o755)
    try:
        # Under root's home PostgreSQL keeps its files elsewhere, where they cannot be copied with the folder.
        if like and not (like / "postgres").is_symlink():
            # Unlike shutil it keeps the owner: PostgreSQL does not run as root.
            subprocess.run(["cp", "-a", f"{like}/.", folder], check=True)
            for note in folder.glob("*/socket.at"):
                note.unlink()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def start(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """A run on this folder, until the end of the block; a second one finds what the first one left."""
    ports = free_port(), free_port()
    output = folder / "run.txt"
    with output.open("wb") as words:
        guard = child_guard.start(
            [sys.executable, "-m", "reseller_portal.supervisor", "run"],
            environment={**_environment(folder, *ports), **(settings or {})}, output=words,
        )  # fmt: skip
    try:
        _wait_until_ready(guard, output)
        yield Stack(ports[0], ports[1], folder, psutil.Process(guard.pid).children()[0])
    finally:
        child_guard.stop(guard)


def plain_environment() -> dict[str, str]:
    """Ours without what names an install: the embedded parts are meant."""
    kept = {key: value for key, value in os.environ.items() if not key.endswith(("_URL", "_KEY", "_KEYS"))}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(folder: Path, port: int, sandbox_port: int) -> dict[str, str]:
    return {
        **plain_environment(),
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        "PORTAL_DATA": str(folder),
        "DEMO_PASSWORD": Stack.password,
    }


def _wait_until_ready(guard: "subprocess.Popen[bytes]", output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while READY not in output.read_text():
        if guard.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The portal did not start:\n{output.read_text()}")
        time.sleep(0.1)
