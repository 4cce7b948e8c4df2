"""What happens by itself: steps that are carried out, in order, when the clock reaches them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connections, transaction

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.models import Step
from reseller_portal.sandbox.router import ALIAS

StepHandler = Callable[[str], None]
_handlers: dict[str, StepHandler] = {}
ONE_AT_A_TIME = 7_741_001


def step(kind: str) -> Callable[[StepHandler], StepHandler]:
    def declare(handler: StepHandler) -> StepHandler:
        _handlers[kind] = handler
        return handler

    return declare


def later(seconds: float, kind: str, subject: str) -> None:
    Step.objects.create(due_at=clock.now() + timedelta(seconds=seconds), kind=kind, subject=subject)


def at(moment: datetime, kind: str, subject: str) -> None:
    Step.objects.create(due_at=moment, kind=kind, subject=subject)


def alone() -> None:
    """Wait until nobody else writes, until this transaction ends."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def tick() -> int:
    """Carry out every step that is due. Returns how many there were."""
    now = clock.now()
    if not Step.objects.filter(due_at__lte=now).exists():
        return 0
    done = 0
    with transaction.atomic(using=ALIAS), clock.standing_at(now):
        alone()
        while found := Step.objects.filter(due_at__lte=now).order_by("due_at", "pk").first():
            found.delete()
            _handlers[found.kind](found.subject)
            done += 1
    return done
