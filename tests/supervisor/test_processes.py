import os
import signal
from pathlib import Path

from reseller_portal.supervisor.processes import Family, bound
from tests.supervisor.conftest import MakeChild, wait_for

NOTES_ITS_END = """
import signal, sys, time
def end(*_):
    open({path!r}, "a").write({name!r} + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
open({path!r} + "." + {name!r}, "w").close()
while True: time.sleep(0.05)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
while True: time.sleep(0.05)
"""


def test_a_child_that_died_is_started_again_and_said_so_in_one_line(
    family: Family, make_child: MakeChild, said: list[str]
) -> None:
    child = make_child("The worker")
    family.add(child)
    assert child.process
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    child.process.wait()
    family.look_after()
    assert child.is_alive
    assert child.process.pid != first
    assert said == [f"The worker ended and is started again; its last words are in {child.log}."]


def test_a_child_that_dies_again_and_again_is_given_growing_pauses(family: Family, make_child: MakeChild) -> None:
    child = make_child("The worker", "raise SystemExit(1)")
    family.add(child)
    pauses = []
    for _ in range(7):
        assert child.process
        child.process.wait()
        family.look_after()
        pauses.append(round(max(child.start_again_at - child.started_at, 0)))
        if child.start_again_at:
            child.start_again_at = 0.0
            child.start()
    assert pauses == [0, 1, 3, 7, 15, 30, 30]


def test_what_others_stand_on_is_stopped_last(family: Family, make_child: MakeChild, tmp_path: Path) -> None:
    ends = str(tmp_path / "ends")
    for name, is_foundation in (("broker", True), ("web", False)):
        family.add(make_child(name, NOTES_ITS_END.format(path=ends, name=name), is_foundation=is_foundation))
        assert wait_for(Path(f"{ends}.{name}").exists)
    family.stop()
    assert Path(ends).read_text().split() == ["web", "broker"]


def test_a_child_that_does_not_stop_is_killed_in_time(family: Family, make_child: MakeChild, said: list[str]) -> None:
    child = make_child("The worker", STUBBORN)
    family.add(child)
    assert wait_for(lambda: "deaf" in child.log.read_text())
    family.stop_seconds = 0.1
    family.stop()
    assert not child.is_alive
    assert said == ["The worker did not stop by itself and was killed."]


def test_every_change_is_noted(make_child: MakeChild, said: list[str]) -> None:
    noted: list[int] = []
    family = Family(said.append, note=lambda children: noted.append(len(children)))
    family.add(make_child("one"))
    family.add(make_child("two"))
    assert noted == [1, 2]
    family.stop()


def test_a_log_that_is_full_begins_anew_and_the_program_writes_on(family: Family, make_child: MakeChild) -> None:
    program = "import time\nwhile True: print('x' * 1000, flush=True); time.sleep(0.01)"
    child = make_child("talker", program)
    family.add(child)
    assert wait_for(lambda: child.log.stat().st_size > 5000)
    bound(child.log, largest=5000)
    kept = child.log.with_name("talker.log.1")
    assert kept.stat().st_size > 5000
    assert wait_for(lambda: child.log.stat().st_size > 1000)
    assert child.log.read_bytes().startswith(b"x"), "whoever writes goes on at the beginning, and leaves no hole"
    bound(child.log, largest=5_000_000)
    assert child.log.stat().st_size
