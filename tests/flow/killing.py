"""A worker that dies at a named point, as a `kill -9` would let it: nothing of ours catches it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reseller_portal.jobs import crash_points


class Killed(BaseException):
    """Not an `Exception`, so that no handler of the engine sees it."""


@dataclass
class Reaper:
    """Counts the points reached of one queue and kills at the `at`-th; 0 kills nobody.

    The points of operations have no queue in their name; those of others are such as "event: after claim".
    """

    at: int = 0
    queue: str = ""
    reached: list[str] = field(default_factory=list)

    def __call__(self, point: str) -> None:
        queue, colon, _ = point.partition(": ")
        if (queue if colon else "") != self.queue:
            return
        self.reached.append(point)
        if len(self.reached) == self.at:
            raise Killed(point)


@contextmanager
def reaping(at: int = 0, queue: str = "") -> Iterator[Reaper]:
    reaper = Reaper(at, queue)
    crash_points.watch(reaper)
    try:
        yield reaper
    finally:
        crash_points.watch(None)
