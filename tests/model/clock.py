"""One clock for portal and sandbox, and the calls that were made on it."""

import time
from dataclasses import dataclass, field
from typing import Any, ClassVar

import requests
from django.db import connection

from accounts.tenancy import staff_scope
from reseller_portal.operations import budget, engine
from reseller_portal.operations.claiming import seconds_to_next
from reseller_portal.sandbox.adapter import SandboxAdapter
from reseller_portal.webhooks.processing import process_due
from tests.shop import Shop

# Whatever keeps a time of the database's clock. By hand: a minute has hundreds of steps.
MOVED = {
    "operations_operation": ("due_at", "sent_at", "begun_at"),
    "webhooks_event": ("due_at", "begun_at"),
    "accounts_mail": ("due_at", "begun_at"),
    "mirror_survey": ("due_at", "begun_at"),
    "operations_pause": ("until", "since"),
    "operations_grouppace": ("next_at", "minute_at", "learnt_until"),
    "operations_circuit": ("next_try_at",),
    "operations_budget": ("next_at", "minute_at", "learnt_until", "background_at", "halfway_at"),
}
# Seconds: how soon a sweep comes round, and after how long events are looked for.
SWEEP, LONGEST = 5.0, 60.0
TIME_PASSES = [
    f"UPDATE {table} SET " + ", ".join(f"{name} = {name} - make_interval(secs => %(seconds)s)" for name in names)
    for table, names in MOVED.items()
]


@dataclass
class Clock:
    """Real time, and the time that was waited beside it. `calls` are the seconds at which calls came in."""

    shop: Shop
    waited: float = 0.0
    calls: list[float] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    _owed: float = 0.0
    current: ClassVar["Clock | None"] = None

    def __post_init__(self) -> None:
        Clock.current = self

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began + self.waited

    def wait(self, seconds: float) -> None:
        """So much time passes for whatever keeps a time, here and at the upstream, there by whole seconds."""
        self.waited += seconds
        self._owed += seconds
        if self._owed >= 1.0:
            self.shop.sandbox.advance(self._owed)
            self._owed = 0.0
        with staff_scope("test: time passes"), connection.cursor() as cursor:
            for statement in TIME_PASSES:
                cursor.execute(statement, {"seconds": seconds})

    def work(self, seconds: float, *, events: bool = False) -> None:
        """One worker for so long, as the tasks do it; with `events` the upstream's events arrive on the way."""
        end = self.waited + seconds
        while self.waited < end:
            try:
                if engine.run_one():
                    continue
                # What is due and not claimed waits for a pause of the upstream: the next sweep looks again.
                pause = max(seconds_to_next() or 0.0, SWEEP)
            except budget.NoneLeft as none_left:
                pause = none_left.seconds
            if events:
                self.shop.deliver_events()
            process_due()
            self.wait(min(max(pause, 0.05), LONGEST, end - self.waited))

    def most_calls_within(self, seconds: float) -> int:
        first, most = 0, 0
        for last, at in enumerate(self.calls):
            while self.calls[first] <= at - seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


class Counting(SandboxAdapter):
    """The sandbox, behind somebody who notes when it is called."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        if Clock.current is not None:
            Clock.current.calls.append(Clock.current.seconds)
        return super().send(request, *args, **options)


def counted_session() -> requests.Session:
    session = requests.Session()
    session.mount("http://sandbox.invalid", Counting())
    return session
