"""The next steps that staff have with a row: what each is called, what pressing it does, and who may press it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from reseller_portal.core.errors import DomainError, NotAllowed
from reseller_portal.jobs.models import Job


class NoSuchStep(DomainError):
    """The row, in its state, has no such step."""


class IsBeingCalled(DomainError):
    """A worker is in the middle of it; what a person says now could contradict what comes of it."""


@dataclass(frozen=True)
class Step:
    """One button. `effect` says what pressing it does, `needs` is the permission."""

    verb: str
    label: str
    effect: str
    needs: str
    is_final: bool = True


def allowed_step(steps: Iterable[Step], *, verb: str, user: User) -> Step:
    """The one of this verb. Raises `NoSuchStep`, `NotAllowed`."""
    step = next((each for each in steps if each.verb == verb), None)
    if step is None:
        raise NoSuchStep("This has ended or changed meanwhile, and needs no such decision any more.")
    if not user.has_perm(step.needs):
        raise NotAllowed("You may not decide this. Ask somebody of the admin group.")
    return step


def refuse_while_called(job: Job) -> None:
    """The row is locked by the caller. Raises `IsBeingCalled`."""
    if job.lease and job.due_at and job.due_at > timezone.now():
        raise IsBeingCalled("It is being sent or checked at this moment. Wait a minute, then look again.")
