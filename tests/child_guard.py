"""`python -m tests.child_guard COMMAND ...` runs a command, and stops it when whoever started this has gone.

The starter holds the other end of standard input. The kernel closes it with the starter's process, however that ends.
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
STOP_SECONDS = 30.0


def start(command: Sequence[str], *, environment: Mapping[str, str], output: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Ctrl-C in the terminal reaches the caller alone, whose end then ends the command in order."""
    return subprocess.Popen(
        [sys.executable, "-S", "-m", "tests.child_guard", *command],
        cwd=ROOT, env=dict(environment), stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip


def stop(guard: "subprocess.Popen[bytes]") -> int:
    """What the command ended with. Stopping one that has ended is no error."""
    if guard.stdin:
        guard.stdin.close()
    return guard.wait(timeout=2 * STOP_SECONDS)


def main(command: Sequence[str]) -> int:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: child.send_signal(signal.SIGINT))
    threading.Thread(target=_stop_at_end_of_input, args=[child], daemon=True).start()
    return child.wait()


def _stop_at_end_of_input(child: "subprocess.Popen[bytes]") -> None:
    sys.stdin.buffer.read()
    child.send_signal(signal.SIGINT)
    try:
        child.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
