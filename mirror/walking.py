"""Carry a survey on, one call at a time: claim, read, write down. Whoever dies on the way is followed by another."""

import logging
import time
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.tenancy import staff_scope
from mirror.models import Survey
from mirror.phases import PHASES, Phase, Task
from reseller_portal.jobs import leases
from reseller_portal.jobs.crash_points import reach
from reseller_portal.jobs.rules import is_out_of_time
from reseller_portal.operations import budget, circuit
from reseller_portal.operations.gateway import client_for_reading
from reseller_portal.upstream.errors import Malformed, Refused, Unreachable

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """What is to be read now, and by which phase."""

    survey: Survey
    phase: Phase
    task: Task


def step(*, only: int | None = None) -> bool:
    """Do one step of a due survey (or of that one only); False when none is due. May raise `budget.NoneLeft`."""
    claimed = _claim(only)
    if claimed is None:
        return False
    if isinstance(claimed, Survey):
        return True
    try:
        _read_and_write(claimed)
    except circuit.Open as none:
        _come_back(claimed.survey, max(none.seconds, 1.0), _why_refused())
    except budget.NoneLeft as none_left:
        _come_back(claimed.survey, max(none_left.seconds, 1.0), "")
    except (Unreachable, Malformed) as lost:
        _try_again(claimed.survey, str(lost))
    except Exception:
        logger.exception("survey %s met a fault of ours in %s", claimed.survey.pk, claimed.phase.name)
        _try_again(claimed.survey, "A fault of the portal.")
    return True


def work(seconds: float) -> bool:
    """Go on with whatever survey is due, until none is or the time is up; True when there is more to do."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not step():
            return False
    return True


def _claim(only: int | None) -> Step | Survey | None:
    """The next step, leased to us; the survey itself when that brought it to its end; None when nothing is due."""
    with staff_scope("surveys: take the next step"):
        due = Survey.objects.select_for_update(skip_locked=True, of=("self",)).filter(due_at__lte=Now())
        due = due.filter(pk=only) if only else due
        survey = due.select_related("customer", "brand").defer("people").order_by("due_at", "pk").first()
        if survey is None:
            return None
        if leases.was_died_at(survey):
            Survey.objects.filter(pk=survey.pk).update(
                state=Survey.State.FAILED, due_at=None, lease="", last_error=leases.DIED
            )
            return survey
        found = _next(survey)
        if found is None:
            _finish(survey)
            return survey
        survey.write()
        leases.start(survey, attempts=survey.attempts + 1)
    reach("survey: after claim")
    return Step(survey, *found)


def _next(survey: Survey) -> tuple[Phase, Task] | None:
    """The next task, of this phase or of one that follows; None at the end of the last."""
    phases = PHASES[survey.kind]
    names = [phase.name for phase in phases]
    for phase in phases[names.index(survey.phase) :]:
        if phase.name != survey.phase:
            survey.phase, survey.cursor = phase.name, {}
        task = phase.next_task(survey)
        if task is not None:
            return phase, task
    return None


def _read_and_write(claimed: Step) -> None:
    at = timezone.now()
    result, reason = None, ""
    if claimed.phase.needs_call:
        try:
            with client_for_reading(in_the_background=True) as client:
                result = claimed.phase.read(client, claimed.task)
        except Refused as refused:
            reason = refused.reason
        reach("survey: after call")
    with staff_scope("surveys: write down what was read"):
        survey = _ours(claimed.survey)
        if survey is None:
            return
        survey.calls += claimed.phase.needs_call
        if reason:
            claimed.phase.pass_over(survey, claimed.task, reason)
        else:
            claimed.phase.write(survey, claimed.task, result, at)
        survey.attempts, survey.begun_at, survey.lease = 0, None, ""
        survey.last_error = "" if survey.is_running else survey.last_error
        survey.write()
        Survey.objects.filter(pk=survey.pk).update(due_at=Now() if survey.is_running else None)
        reach("survey: before it is written")


def _ours(survey: Survey) -> Survey | None:
    """The row, locked, if nobody took it over or stopped it meanwhile."""
    rows = Survey.objects.select_for_update(of=("self",)).select_related("customer", "brand").defer("people")
    return rows.filter(pk=survey.pk, lease=survey.lease, state=Survey.State.RUNNING).first()


def _try_again(survey: Survey, error: str) -> None:
    with staff_scope("surveys: try again later"):
        leases.try_again_or_give_up(survey, error, state=Survey.State.FAILED)


def _come_back(survey: Survey, seconds: float, error: str) -> None:
    """Nothing was read because it was not the time for it: counted as no try, but the time counts."""
    with staff_scope("surveys: come back later"):
        if is_out_of_time(survey):
            leases.try_again_or_give_up(survey, error or "No call was free for it.", state=Survey.State.FAILED)
        else:
            leases.come_back(survey, seconds, last_error=error[:500], attempts=survey.attempts - 1)


def _why_refused() -> str:
    """What the upstream says of us, and what to do; it goes on by itself when that is done."""
    state = circuit.current()
    return f"{state.reason} {state.advice}" if state else ""


def _finish(survey: Survey) -> None:
    survey.state, survey.lease, survey.finished_at = Survey.State.DONE, "", timezone.now()
    survey.keep([])
    survey.write()
    Survey.objects.filter(pk=survey.pk).update(due_at=None)


def take_back(survey: Survey) -> None:
    """For a process that leaves on purpose: another may go on at once."""
    with transaction.atomic():
        Survey.objects.filter(pk=survey.pk, state=Survey.State.RUNNING).update(lease="", due_at=Now())
