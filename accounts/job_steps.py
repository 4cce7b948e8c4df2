"""Staff's next steps with a row of a queue that does not move: try it again from the start, or put it away."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.audit import record_by_staff
from accounts.models import User
from accounts.steps import Step, allowed_step, refuse_while_called
from reseller_portal.core.errors import DomainError
from reseller_portal.jobs.models import Job


class IsUnderWay(DomainError):
    """Another row does the same work at this moment."""


@dataclass(frozen=True)
class JobSteps:
    """For one queue: who may, in which states, what either step writes, and what wakes its workers."""

    needs: str
    open_states: Set[str]
    again: Mapping[str, Any]
    away: Mapping[str, Any]
    effect_of_again: str
    effect_of_away: str
    wake: Callable[[], None] = field(repr=False)

    def steps_of(self, job: Any) -> list[Step]:
        """None once it has ended."""
        if job.state not in self.open_states:
            return []
        return [
            Step("again", "Try again", self.effect_of_again, self.needs, is_final=False),
            Step("away", "Put away", self.effect_of_away, self.needs),
        ]

    @transaction.atomic
    def take(self, *, user: User, job: Job, verb: str, reason: str) -> None:
        """Do it, with the reason in the audit trail. In a staff scope.

        Raises `NoSuchStep`, `NotAllowed`, `IsBeingCalled`, `IsUnderWay`; then nothing has changed.
        """
        rows = type(job)._default_manager.filter(pk=job.pk)
        locked: Any = rows.select_for_update(of=("self",)).get()
        allowed_step(self.steps_of(locked), verb=verb, user=user)
        refuse_while_called(locked)
        try:
            with transaction.atomic():
                rows.update(**self._changes(verb))
        except IntegrityError:
            raise IsUnderWay("Another one does the same at this moment. Wait for it, or put this one away.") from None
        record_by_staff(
            user=user,
            customer=getattr(locked, "customer", None),
            action=f"{locked._meta.verbose_name}.{'tried_again' if verb == 'again' else 'put_away'}",
            subject=locked,
            before={"state": locked.state, "problem": locked.last_error},
            after={"reason": reason},
        )
        transaction.on_commit(self.wake)

    def _changes(self, verb: str) -> dict[str, Any]:
        if verb == "again":
            return {"due_at": Now(), "lease": "", "attempts": 0, "begun_at": None, "last_error": "", **self.again}
        return {"due_at": None, "lease": "", **self.away}
