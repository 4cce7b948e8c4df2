"""Two workers whose work is interleaved as somebody says: each goes on alone from one named point to the next.

They are threads with connections of their own, so locks, snapshots and commits are those of two processes.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection, connections

from reseller_portal.jobs import crash_points
from reseller_portal.operations import budget
from tests.flow.killing import Killed

Job = Callable[[], object]
ASLEEP = "asleep"
# Points that lie within a transaction: whoever stands there may hold what the other waits for.
INSIDE = {
    "before claim", "before settlement commits", "event: before it is written", "survey: before it is written",
}  # fmt: skip
PATIENCE = 60.0
IS_BLOCKED = "SELECT cardinality(pg_blocking_pids(%s)) > 0"


@dataclass
class Worker:
    """`stands` is the point where it waits for its next turn; "" when it has no work.

    `waits` is how long it sleeps, or was told to wait for the next call.
    """

    sleep: Callable[[float], None]
    stands: str = ""
    waits: float = 0.0
    passed: list[str] = field(default_factory=list)
    fault: BaseException | None = None
    _job: Job | None = None
    _must_die: bool = False
    _pids: list[int] = field(default_factory=list)
    _turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _rests: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._rests.set()
        self._thread.start()

    @property
    def is_me(self) -> bool:
        return threading.current_thread() is self._thread

    @property
    def is_idle(self) -> bool:
        return self._rests.is_set() and not self.stands

    @property
    def is_inside(self) -> bool:
        """Within a transaction, or waiting for one of the other."""
        return self.stands in INSIDE or not self._rests.is_set()

    def begin(self, job: Job) -> None:
        assert self.is_idle
        self._job, self.waits = job, 0.0
        self.go_on()

    def die(self) -> None:
        """Where it stands, as by a `kill -9`."""
        self._must_die = bool(self.stands)
        self.go_on()

    def go_on(self) -> None:
        """To its next point, to its end, or until it waits for a lock."""
        if self._rests.is_set():
            self._rests.clear()
            self._turn.release()
        end = time.monotonic() + PATIENCE
        while not self._rests.wait(0.02):
            assert time.monotonic() < end, "a worker neither comes to a point nor waits for a lock"
            if self._is_blocked():
                return
        if self.fault is not None:
            raise self.fault

    def stand(self, point: str, seconds: float = 0.0) -> None:
        """Called by the worker itself."""
        self.passed.append(point)
        self.stands, self.waits = point, seconds
        self._rest()
        if self._must_die:
            self._must_die = False
            raise Killed(point)

    def leave(self) -> None:
        """For good, wherever it stands."""
        self._job, self._must_die = None, bool(self.stands)
        self._turn.release()
        if self.stands:
            self._rests.wait(PATIENCE)
            self._turn.release()
        self._thread.join(PATIENCE)

    def _live(self) -> None:
        self._turn.acquire()
        while (job := self._job) is not None:
            try:
                self._pids = [_pid_of(alias) for alias in ("default", "sandbox")]
                job()
            except Killed:
                pass
            except budget.NoneLeft as none_left:
                self.waits = none_left.seconds
            except BaseException as fault:  # noqa: BLE001  # raised again where the turn was given
                self.fault = fault
            self.stands = ""
            self._rest()
        connections.close_all()

    def _rest(self) -> None:
        self._rests.set()
        self._turn.acquire()
        self.stands = ""

    def _is_blocked(self) -> bool:
        with connection.cursor() as cursor:
            return any(cursor.execute(IS_BLOCKED, [pid]).fetchone()[0] for pid in self._pids)


class Pair:
    """Two of them. `wait` lets time pass for everybody; nobody is within a transaction then."""

    def __init__(self, wait: Callable[[float], None]) -> None:
        self.wait = wait
        self.workers = [Worker(self.sleep), Worker(self.sleep)]
        crash_points.watch(self.reach)

    def reach(self, point: str) -> None:
        for worker in self.workers:
            if worker.is_me:
                worker.stand(point)

    def sleep(self, seconds: float) -> None:
        """What a worker does instead of sleeping; anybody else waits in the clock's time."""
        for worker in self.workers:
            if worker.is_me:
                worker.stand(ASLEEP, seconds)
                return
        self.wait(seconds)

    def turn(self, number: int, job: Job) -> None:
        """One worker goes on by one point, or begins a job; whoever has to wait is waited for."""
        worker = self.workers[number]
        if worker.waits:
            self.leave_transactions()
            self.wait(min(worker.waits, 1.0))
        if worker.is_idle:
            worker.begin(job)
        else:
            worker.go_on()

    def leave_transactions(self) -> None:
        """Everybody goes on to where the others wait for nothing of his."""
        for _ in range(100):
            inside = [each for each in self.workers if each.is_inside]
            if not inside:
                return
            for worker in inside:
                worker.go_on()
        raise AssertionError("two workers wait for each other")

    def finish(self) -> None:
        """What they are about they bring to its end."""
        for _ in range(1000):
            busy = [each for each in self.workers if not each.is_idle]
            if not busy:
                return
            for number, worker in enumerate(self.workers):
                if worker in busy:
                    self.turn(number, _nothing)
        raise AssertionError(
            f"a worker comes to no end: {[(each.stands, each.waits, each.passed[-12:]) for each in self.workers]}"
        )

    def leave(self) -> None:
        crash_points.watch(None)
        for worker in self.workers:
            worker.leave()


def _nothing() -> None:
    """The job of whoever was about to end."""


def _pid_of(alias: str) -> int:
    connections[alias].ensure_connection()
    link = connections[alias].connection
    return int(link.info.backend_pid)
