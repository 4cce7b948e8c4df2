"""One run at a time for each data folder, and nothing left over from a run that was killed."""

import fcntl
import json
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reseller_portal.supervisor.processes import Child
from reseller_portal.supervisor.refusals import Refusal


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
    known = {child.process.pid: _birth(child.process.pid) for child in children if child.process}
    (folder / "children.json").write_text(json.dumps(known))


def end_leftovers(folder: Path) -> int:
    """Kill the children of an earlier run that was killed itself. A process id used anew is left alone."""
    path = folder / "children.json"
    if not path.exists():
        return 0
    ended = 0
    for pid, birth in json.loads(path.read_text()).items():
        if birth and _birth(int(pid)) == birth:
            os.killpg(int(pid), signal.SIGKILL)
            ended += 1
    path.unlink()
    return ended


def _birth(pid: int) -> str:
    """When a process was started, in ticks since boot; empty where that cannot be read."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""
