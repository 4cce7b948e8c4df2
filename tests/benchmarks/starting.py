"""The second start, which keeps what the first one made, and the stop."""

import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.goals import Finding, Samples, goal
from tests.stack import Stack, start

ROUNDS = 5


@goal("starting")
def measure(stack: Stack) -> Iterator[Finding]:
    """In a folder of its own, so that the portal that is measured by others goes on."""
    folder = stack.folder / "second"
    folder.mkdir()
    folder.chmod(0o755)
    _start_and_stop(folder)
    times = [_start_and_stop(folder) for _ in range(ROUNDS)]
    starts, stops = Samples([begun for begun, _ in times]), Samples([ended for _, ended in times])
    yield Finding("starting", "second start, median", starts.p50, 10, 1.0, "s")
    yield Finding("starting", "second start, p95", starts.p95, 10, 1.0, "s")
    yield Finding("starting", "stop, p95", stops.p95, 10, 1.0, "s")


def _start_and_stop(folder: Path) -> tuple[float, float]:
    begun = time.monotonic()
    with start(folder):
        ready = time.monotonic()
    return ready - begun, time.monotonic() - ready
