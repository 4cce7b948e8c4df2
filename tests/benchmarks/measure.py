"""Side by side: A and B in turn, medians and the 95th percentile, one line for each goal."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """`value` must not be above `limit`. `first` and `second` are what was measured, as text."""

    name: str
    first: str
    second: str
    value: float
    limit: float

    @property
    def is_met(self) -> bool:
        return self.value <= self.limit


def in_turn(
    first: Callable[[], object], second: Callable[[], object], *, rounds: int = 9
) -> tuple[list[float], list[float]]:
    """Seconds of each call, A/B/A/B, after one of each to warm up."""
    first(), second()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for call, kept in zip((first, second), times, strict=True):
            start = time.perf_counter()
            call()
            kept.append(time.perf_counter() - start)
    return times


def p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def shown(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.1f} ms, p95 {p95(seconds) * 1000:.1f}"


def as_table(goals: Sequence[Goal]) -> str:
    rows = [("goal", "first", "second", "value", "limit", "verdict")]
    rows += [
        (
            each.name,
            each.first,
            each.second,
            f"{each.value:.2f}",
            f"{each.limit:.2f}",
            "met" if each.is_met else "MISSED",
        )
        for each in goals
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
