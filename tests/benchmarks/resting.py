"""The resting stack: memory and processor time of everything that `make run` starts, when nobody asks for anything."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.benchmarks.measure import Goal
from tests.e2e.conftest import ROOT, free_port, wait_until_ready

SETTLE_SECONDS = 15
WATCHED_SECONDS = 20
MOST_MEGABYTES = 900
MOST_PERCENT = 3.0


def resting_stack() -> list[Goal]:
    folder = Path(tempfile.mkdtemp(prefix="portal-rest-"))
    folder.chmod(0o755)
    environment = {key: value for key, value in os.environ.items() if not key.endswith(("_URL", "_KEY", "_KEYS"))}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment |= {"PORT": str(free_port()), "SANDBOX_PORT": str(free_port()), "PORTAL_DATA": str(folder)}
    log = folder / "run.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "reseller_portal.supervisor", "run"], cwd=ROOT, env=environment, stdout=output
        )
    try:
        wait_until_ready(process, log)
        time.sleep(SETTLE_SECONDS)
        return _measure(process.pid, folder)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _measure(pid: int, folder: Path) -> list[Goal]:
    family = _family(pid, folder)
    resident = sum(each.memory_info().rss for each in family) / 2**20
    proportional = sum(each.memory_full_info().pss for each in family) / 2**20
    before = _processor_seconds(family)
    time.sleep(WATCHED_SECONDS)
    percent = 100 * (_processor_seconds(family) - before) / WATCHED_SECONDS
    count = f"{len(family)} processes, {resident:.0f} MB resident"
    return [
        Goal(
            "Resting memory, MB in all processes",
            count,
            f"{proportional:.0f} MB proportional",
            proportional,
            MOST_MEGABYTES,
        ),
        Goal("Resting processor, % of one core", f"over {WATCHED_SECONDS} s", "-", percent, MOST_PERCENT),
    ]


def _family(pid: int, folder: Path) -> list[psutil.Process]:
    """The supervisor, its children, and the database server, which is nobody's child."""
    supervisor = psutil.Process(pid)
    found = {each.pid: each for each in (supervisor, *supervisor.children(recursive=True))}
    for each in psutil.process_iter(["cmdline"]):
        if any(str(folder) in part for part in each.info["cmdline"] or []):
            found.update({child.pid: child for child in (each, *each.children(recursive=True))})
    return list(found.values())


def _processor_seconds(family: list[psutil.Process]) -> float:
    return sum(sum(each.cpu_times()[:2]) for each in family if each.is_running())
