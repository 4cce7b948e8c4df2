"""One run at a time for each data folder, and nothing left over from a run that was killed."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reseller_portal.supervisor.processes import Child
from reseller_portal.supervisor.refusals import Refusal

GRACE_SECONDS = 2.0
KILL_SECONDS = 2.0


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold the folder. The lock goes with the process, however it ends, so it is never stale."""
    with (folder / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(
                f"The portal runs already on {folder}. Stop it, or set PORTAL_DATA to another folder."
            ) from None
        yield


def note_children(folder: Path, children: Iterable[Child]) -> None:
    """Never half written: a run may be killed at any moment."""
    known = {child.process.pid: _birth(child.process.pid) for child in children if child.process}
    fresh = folder / "children.new"
    fresh.write_text(json.dumps(known))
    fresh.replace(folder / "children.json")


def end_leftovers(folder: Path) -> int:
    """End the children of an earlier run that was killed itself. A process id used anew is left alone."""
    path = folder / "children.json"
    if not path.exists():
        return 0
    known = [(int(pid), birth) for pid, birth in json.loads(path.read_text()).items()]
    left = [(pid, birth) for pid, birth in known if birth and _birth(pid) == birth]
    for number, patience in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
        _signal(left, number)
        _await_end(left, patience)
    path.unlink()
    return len(left)


def _signal(processes: list[tuple[int, str]], number: int) -> None:
    for pid, birth in processes:
        if _birth(pid) == birth:
            with suppress(ProcessLookupError):
                os.killpg(pid, number)


def _await_end(processes: list[tuple[int, str]], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(_birth(pid) == birth for pid, birth in processes):
        time.sleep(0.05)


def _birth(pid: int) -> str:
    """When a process was started, in ticks since boot; empty for one that is gone, a zombie, or cannot be read."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if words[0] == "Z" else words[19]
