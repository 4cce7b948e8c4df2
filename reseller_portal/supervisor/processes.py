"""Children of the supervisor: started, watched, started again when they die, stopped in order."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 8.0
# Of a log; what was written before is kept once more, beside it.
LARGEST_LOG = 20_000_000
LONGEST_PAUSE = 30.0
# Who lived this long died of something new: the pauses begin again.
WELL_AFTER = 60.0


@dataclass
class Child:
    """One process of the install. Its words go to a file, so that the terminal stays readable."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    # What others stand on, such as the broker, is stopped after them.
    is_foundation: bool = False
    root: Path | None = None
    process: "subprocess.Popen[bytes] | None" = None
    deaths: int = 0
    started_at: float = 0.0
    start_again_at: float = 0.0

    def start(self) -> None:
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.command),
                cwd=self.root,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C reaches the supervisor alone, which then stops the children in order.
                start_new_session=True,
            )

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.is_alive and self.process:
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """The whole group, so that no grandchild stays behind."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait(timeout=5)


def bound(log: Path, largest: int = LARGEST_LOG) -> None:
    """Move what stands there aside when it is too much; who writes goes on, at the beginning of the same file."""
    if not log.exists() or log.stat().st_size <= largest:
        return
    shutil.copyfile(log, log.with_name(log.name + ".1"))
    os.truncate(log, 0)


@dataclass
class Family:
    """The children, in the order in which they were started. `note` hears of every change."""

    say: Callable[[str], None]
    note: Callable[[Sequence[Child]], None] = lambda children: None
    children: list[Child] = field(default_factory=list)
    stop_seconds: float = STOP_SECONDS

    def add(self, child: Child) -> None:
        child.start()
        self.children.append(child)
        self.note(self.children)

    def look_after(self) -> None:
        """Start again what died: at once the first time, with growing pauses after that. Logs begin anew when full."""
        for child in self.children:
            bound(child.log)
            if not child.is_alive:
                self._start_again(child)

    def _start_again(self, child: Child) -> None:
        now = time.monotonic()
        if not child.start_again_at:
            child.deaths = 1 if now - child.started_at > WELL_AFTER else child.deaths + 1
            child.start_again_at = now + min(2.0 ** (child.deaths - 1) - 1, LONGEST_PAUSE)
            self.say(f"{child.name} ended and is started again; its last words are in {child.log}.")
        if now >= child.start_again_at:
            child.start_again_at = 0.0
            child.start()
            self.note(self.children)

    def stop(self) -> None:
        """The youngest first, those that others stand on last, all within `stop_seconds`."""
        deadline = time.monotonic() + self.stop_seconds
        for is_foundation in (False, True):
            layer = [child for child in reversed(self.children) if child.is_foundation is is_foundation]
            for child in layer:
                child.ask_to_stop()
            for child in layer:
                self._await_end(child, deadline)

    def _await_end(self, child: Child, deadline: float) -> None:
        if child.process is None:
            return
        try:
            child.process.wait(timeout=max(deadline - time.monotonic(), 0.5))
        except subprocess.TimeoutExpired:
            self.say(f"{child.name} did not stop by itself and was killed.")
        child.kill()
