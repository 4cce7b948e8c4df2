"""The resting stack: what the whole portal costs a machine while nobody asks for anything."""

import time
from collections.abc import Iterator
from statistics import median

import psutil

from tests.benchmarks.goals import Finding, goal
from tests.stack import Stack

MEGABYTE = 1_000_000
SETTLE_SECONDS = 10.0
WINDOW_SECONDS = 10.0
WINDOWS = 5


@goal("resting")
def measure(stack: Stack) -> Iterator[Finding]:
    """Memory is resident, shared pages counted in each process; the share of one core is the median of windows."""
    time.sleep(SETTLE_SECONDS)
    resident, proportional = _memory(stack)
    cores = [_share_of_a_core(stack) for _ in range(WINDOWS)]
    yield Finding("resting", "memory, resident", resident, 900, 1.0, "MB")
    yield Finding("resting", "memory, shared pages counted once", proportional, 900, 1.0, "MB")
    yield Finding("resting", "processor, one core, median", 100 * median(cores), 3, 1.0, "%")


def _memory(stack: Stack) -> tuple[float, float]:
    known = [process.memory_full_info() for process in stack.processes()]
    return sum(each.rss for each in known) / MEGABYTE, sum(each.pss for each in known) / MEGABYTE


def _share_of_a_core(stack: Stack) -> float:
    before, started = _seconds_used(stack), time.monotonic()
    time.sleep(WINDOW_SECONDS)
    after, elapsed = _seconds_used(stack), time.monotonic() - started
    return sum(used - before.get(pid, 0.0) for pid, used in after.items()) / elapsed


def _seconds_used(stack: Stack) -> dict[int, float]:
    """By process. What a process that has ended used is in its parent's account, so short ones count too."""
    used: dict[int, float] = {}
    for process in stack.processes():
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        used[process.pid] = times.user + times.system + times.children_user + times.children_system
    return used
