"""What a goal is, and the register of all of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from tests.stack import Stack

ROUNDS = 7


@dataclass(frozen=True)
class Finding:
    """One line of the table. `measured` and `against` are raw numbers in `unit`; `limit` bounds their ratio."""

    name: str
    goal: str
    measured: float
    against: float
    limit: float
    unit: str

    @property
    def ratio(self) -> float:
        return self.measured / self.against if self.against else float("inf")

    @property
    def is_met(self) -> bool:
        return self.ratio <= self.limit


Measure = Callable[[Stack], Iterator[Finding]]
GOALS: dict[str, Measure] = {}


def goal(name: str) -> Callable[[Measure], Measure]:
    """Register a function that measures on a running portal and yields its findings."""

    def register(measure: Measure) -> Measure:
        GOALS[name] = measure
        return measure

    return register


@dataclass(frozen=True)
class Samples:
    """Seconds, or whatever else was measured, of one side."""

    values: Sequence[float]

    @property
    def p50(self) -> float:
        return median(self.values)

    @property
    def p95(self) -> float:
        """The smallest value that 95 of 100 do not exceed."""
        ordered = sorted(self.values)
        return ordered[-(-len(ordered) * 95 // 100) - 1]


def alternate(
    first: Callable[[], float], second: Callable[[], float], *, rounds: int = ROUNDS
) -> tuple[Samples, Samples]:
    """A, B, A, B: whatever else the machine does meets both sides. One round before is not counted."""
    first(), second()
    pairs = [(first(), second()) for _ in range(rounds)]
    return Samples([a for a, _ in pairs]), Samples([b for _, b in pairs])
