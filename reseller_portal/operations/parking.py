"""Operations that wait for another one: parked, so that they cost no claim and no call, until that one is done.

Whoever parks locks the first operation before reading its state, and whoever ends it holds that lock: neither can miss
what the other is about to commit.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from reseller_portal.jobs.rules import pause_after
from reseller_portal.operations.models import Operation
from reseller_portal.operations.waking import wake

State = Operation.State


def is_done(first: Operation) -> bool:
    """Locks the row until the end of the caller's transaction."""
    return Operation.objects.select_for_update(no_key=True).only("state").get(pk=first.pk).state == State.DONE


def go_on_if_done(parked: Operation) -> None:
    """What it waits for may have been done while it was being parked."""
    if parked.after is not None and is_done(parked.after):
        pause = timedelta(seconds=pause_after(parked.attempts))
        Operation.objects.filter(pk=parked.pk).update(due_at=Now() + pause)


def release_dependents(first: Operation) -> None:
    """What was parked behind it goes on, with all its tries. In the transaction that ends the first one."""
    parked = Operation.objects.filter(after=first, state=State.WAITING, due_at=None)
    if parked.update(due_at=Now(), attempts=0, begun_at=None):
        transaction.on_commit(wake)
