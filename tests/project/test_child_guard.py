"""What a test run starts ends with it, however it ends: SIGTERM, Ctrl-C or a kill."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests import child_guard
from tests.supervisor.conftest import wait_for

# Says who it is, and ends in order when it is asked to.
COMMAND = """
import os, signal, sys, time, pathlib
def end(*_):
    pathlib.Path(sys.argv[1], "ended").touch()
    sys.exit(7)
signal.signal(signal.SIGINT, end)
place = pathlib.Path(sys.argv[1], "pid")
place.with_suffix(".new").write_text(str(os.getpid()))
place.with_suffix(".new").rename(place)
while True:
    time.sleep(0.05)
"""
# Another run of tests, which starts the command and is busy.
STARTER = """
import os, sys, time
from tests import child_guard
child_guard.start(sys.argv[1:], environment=os.environ, output=sys.stdout.buffer)
while True:
    time.sleep(0.05)
"""


def command(folder: Path) -> list[str]:
    return [sys.executable, "-S", "-c", COMMAND, str(folder)]


def pid_of_command(folder: Path) -> int:
    assert wait_for((folder / "pid").exists, seconds=20)
    return int((folder / "pid").read_text())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_command_ends_in_order_when_its_starter_has_gone(tmp_path: Path, number: signal.Signals) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, *command(tmp_path)], cwd=child_guard.ROOT, stdout=subprocess.DEVNULL
    )
    pid = pid_of_command(tmp_path)
    starter.send_signal(number)
    starter.wait(timeout=20)
    assert wait_for((tmp_path / "ended").exists, seconds=20)
    assert wait_for(lambda: not psutil.pid_exists(pid), seconds=20)


def test_a_command_is_stopped_in_order_and_says_how_it_ended(tmp_path: Path) -> None:
    with (tmp_path / "output").open("wb") as output:
        guard = child_guard.start(command(tmp_path), environment=os.environ, output=output)
    pid_of_command(tmp_path)
    assert child_guard.stop(guard) == 7
    assert child_guard.stop(guard) == 7
    assert (tmp_path / "ended").exists()
