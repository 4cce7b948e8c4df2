"""What happens by itself: steps that are carried out, in order, when the clock reaches them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from django.db import DatabaseError, connections, transaction

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.models import Step
from reseller_portal.sandbox.router import ALIAS

StepHandler = Callable[[str], None]
_handlers: dict[str, StepHandler] = {}
ONE_AT_A_TIME = 7_741_001
ONE_MOVER = 7_741_002
# So many steps are carried out in one transaction: whoever calls meanwhile waits for no more than these.
PORTION = 100


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


class ClockIsMoving(Exception):
    """Somebody else is moving the clock."""


@contextmanager
def moving_alone() -> Iterator[None]:
    """While the clock is moved nobody else moves it, sets it back to a beginning or empties the world.

    Raises `ClockIsMoving` at once, if somebody does. Ends with the connection, should its process die.
    """
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_MOVER])
        if cursor.fetchone() != (True,):
            raise ClockIsMoving(f"The clock is moving, now at {clock.as_text(clock.now())}")
    try:
        yield
    finally:
        with suppress(DatabaseError), connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_MOVER])


def move(length: timedelta) -> None:
    """Let so much time pass, with everything that becomes due on the way. Raises `ClockIsMoving`.

    What was done stays done, and the clock stands there, if the process dies on the way.
    """
    with moving_alone():
        target = clock.now() + length
        while _carry_out(target):
            pass
        clock.reach(target)


def tick() -> int:
    """Carry out every step that is due. Returns how many there were."""
    now, done = clock.now(), 0
    if Step.objects.filter(due_at__lte=now).exists():
        while portion := _carry_out(now):
            done += portion
    return done


def _carry_out(until: datetime) -> int:
    """One portion of the steps that are due by then, each at its own time. Returns how many there were.

    The clock goes along, but never back: what became due unseen is carried out now.
    """
    with transaction.atomic(using=ALIAS), clock.keeping_manners():
        alone()
        moment, done = clock.now(), 0
        while done < PORTION and (found := _take(until)):
            due_at, kind, subject = found
            moment = max(moment, due_at)
            with clock.standing_at(moment):
                _handlers[kind](subject)
            done += 1
        clock.reach(moment)
    return done


TAKE = """
    DELETE FROM sandbox_step WHERE id = (
        SELECT id FROM sandbox_step WHERE due_at <= %s ORDER BY due_at, id LIMIT 1
    ) RETURNING due_at, kind, subject
"""


def _take(until: datetime) -> tuple[datetime, str, str] | None:
    """The next step, which is no more from now on. By hand: the ORM needs two statements, and a year has thousands."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(TAKE, [until])
        row: tuple[datetime, str, str] | None = cursor.fetchone()
    return row
