"""Children are started again when they die, stopped when asked, and never left behind."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from reseller_portal.supervisor import valkey
from reseller_portal.supervisor.leftovers import end_leftovers, note_children
from reseller_portal.supervisor.processes import Child, Family

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)",
]


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def child(tmp_path: Path, command: list[str] = SLEEP) -> Child:
    return Child("The child", command, {}, tmp_path / "child.log")


def test_a_child_that_died_is_started_again_and_said_so(tmp_path: Path) -> None:
    said: list[str] = []
    family = Family(say=said.append)
    only = child(tmp_path)
    family.add(only)
    only.kill()
    family.look_after()
    assert only.is_alive
    assert said == [f"The child ended and is started again; its last words are in {only.log}."]
    family.stop()


def test_a_child_that_dies_again_and_again_is_given_pauses(tmp_path: Path) -> None:
    family = Family(say=lambda _line: None)
    only = child(tmp_path)
    family.add(only)
    for _ in range(2):
        only.kill()
        family.look_after()
    assert only.deaths == 2
    assert not only.is_alive
    assert only.start_again_at > time.monotonic()


def test_children_that_do_not_listen_are_killed(tmp_path: Path) -> None:
    family = Family(say=lambda _line: None)
    stubborn = child(tmp_path, STUBBORN)
    family.add(stubborn)
    until(lambda: stubborn.log.exists() and "ready" in stubborn.log.read_text())
    family.stop(within=0.2)
    assert not stubborn.is_alive


def test_what_a_killed_run_left_behind_is_ended(tmp_path: Path) -> None:
    left = child(tmp_path)
    left.start()
    note_children(tmp_path, [left])
    assert end_leftovers(tmp_path) == 1
    until(lambda: not left.is_alive)
    assert end_leftovers(tmp_path) == 0


def test_a_process_id_that_was_given_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    innocent = subprocess.Popen(SLEEP, start_new_session=True)
    (tmp_path / "children.json").write_text(f'{{"{innocent.pid}": "1"}}')
    assert end_leftovers(tmp_path) == 0
    assert innocent.poll() is None
    innocent.kill()
    innocent.wait()


def test_the_broker_answers_and_stops(tmp_path: Path) -> None:
    folder = tmp_path / "valkey"
    family = Family(say=lambda _line: None)
    broker = valkey.make_child(folder, tmp_path / "valkey.log")
    family.add(broker)
    valkey.wait_for(broker, folder)
    assert valkey.broker_url(folder).startswith("redis+socket://")
    family.stop()
    assert not broker.is_alive
