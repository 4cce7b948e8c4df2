"""The real pace of calls on a clock that only moves when somebody waits: what is counted is calls and claims."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.models import Customer
from accounts.tenancy import scope, staff_scope
from reseller_portal.operations import budget, engine, lookups, paces
from reseller_portal.operations.claiming import Claim, claim_next, claim_without_call, seconds_to_next
from reseller_portal.operations.models import Budget, Circuit, GroupPace, Operation, Pause, Silence


@dataclass
class Pace:
    """`seconds` is how long the engine has waited so far."""

    seconds: float = 0.0
    claims: list[Operation] = field(default_factory=list)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever would sleep moves the clock instead; every claim is noted."""
        for module in (budget, paces):
            monkeypatch.setattr(module, "sleep", self.wait)
        monkeypatch.setattr(engine, "claim_next", lambda: self._noted(claim_next()))
        monkeypatch.setattr(engine, "claim_without_call", lambda: self._noted(claim_without_call()))

    def _noted(self, claim: Claim | None) -> Claim | None:
        if claim is not None:
            self.claims.append(claim.operation)
        return claim

    def wait(self, seconds: float) -> None:
        """So many seconds pass for everything that the database keeps a time of."""
        self.seconds += seconds
        step = timedelta(seconds=seconds)
        with staff_scope("test: time passes"):
            Operation.objects.filter(due_at__isnull=False).update(
                due_at=F("due_at") - step, begun_at=F("begun_at") - step, sent_at=F("sent_at") - step
            )
            Budget.objects.update(
                next_at=F("next_at") - step, minute_at=F("minute_at") - step,
                learnt_until=F("learnt_until") - step, background_at=F("background_at") - step,
                halfway_at=F("halfway_at") - step,
            )  # fmt: skip
            GroupPace.objects.update(
                next_at=F("next_at") - step, minute_at=F("minute_at") - step, learnt_until=F("learnt_until") - step
            )
            Pause.objects.update(until=F("until") - step, since=F("since") - step)
            Circuit.objects.update(next_try_at=F("next_try_at") - step, told_at=F("told_at") - step)
            Silence.objects.update(since=F("since") - step)

    def work(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> None:
        """One worker, for so many seconds at most, as the task does it."""
        end = self.seconds + seconds
        while self.seconds < end and not until():
            try:
                if engine.run_one():
                    continue
                pause = max(seconds_to_next() or 1.0, 0.05)
            except budget.NoneLeft as none_left:
                pause = max(none_left.seconds, 0.001)
            self.wait(min(pause, end - self.seconds))


def paid() -> int:
    return Budget.objects.get().paid


def at_the_real_pace(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Pace:
    """Four calls a second, and the first of them now."""
    settings.UPSTREAM_CALLS_PER_SECOND = 4
    Budget.objects.update(next_at=Now())
    clock = Pace()
    clock.install(monkeypatch)
    return clock


def ask(customer: Customer, kind: str, *keys: str) -> None:
    with scope(customer.pk):
        lookups.ask(customer=customer, kind=kind, keys=keys)
