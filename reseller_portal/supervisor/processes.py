"""Children of the supervisor: started, watched, started again when they die, stopped in order."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 8.0
LONGEST_PAUSE = 30.0


@dataclass
class Child:
    """One process of the install. Its words go to a file, so that the terminal stays readable."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    deaths: int = 0
    start_again_at: float = 0.0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.command),
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


@dataclass
class Family:
    children: list[Child] = field(default_factory=list)
    say: Callable[[str], None] = lambda line: print(line, file=sys.stderr)  # noqa: T201  # the supervisor's own voice

    def add(self, child: Child) -> None:
        child.start()
        self.children.append(child)

    def look_after(self) -> None:
        """Start again what died: at once the first time, with growing pauses after that."""
        for child in self.children:
            if child.is_alive:
                continue
            now = time.monotonic()
            if not child.start_again_at:
                child.deaths += 1
                pause = min(2.0 ** (child.deaths - 1) - 1, LONGEST_PAUSE)
                child.start_again_at = now + pause
                self.say(f"{child.name} ended and is started again; its last words are in {child.log}.")
            if now >= child.start_again_at:
                child.start_again_at = 0.0
                child.start()

    def stop(self, *, within: float = STOP_SECONDS) -> None:
        """The youngest first, all asked at once, and after a while no more asking."""
        for child in reversed(self.children):
            child.ask_to_stop()
        deadline = time.monotonic() + within
        for child in reversed(self.children):
            if child.process is None:
                continue
            try:
                child.process.wait(timeout=max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                self.say(f"{child.name} did not stop by itself and was killed.")
            child.kill()
