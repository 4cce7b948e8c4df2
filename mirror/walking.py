"""Carry a survey on, one call at a time: claim, read, write down. Whoever dies on the way is followed by another."""

import logging
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.tenancy import staff_scope
from mirror.models import Survey
from mirror.phases import PHASES, Phase, Task
from reseller_portal.operations import budget, pauses
from reseller_portal.operations.gateway import client_for_reading
from reseller_portal.upstream.errors import Malformed, Refused, Throttled, Unreachable

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=120)
# Seconds until the next try, by how many calls in a row went wrong.
RHYTHM = (2, 5, 15, 60, 300)
# About an hour of silence, or one answer that breaks the contract again and again.
FAULTS_BEFORE_IT_FAILS = 16


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
    except Throttled as throttled:
        seconds = pauses.note_throttled(throttled)
        _come_back(claimed.survey, seconds, str(throttled), faults=claimed.survey.faults)
    except budget.NoneLeft as none_left:
        _come_back(claimed.survey, max(none_left.seconds, 1.0), "", faults=claimed.survey.faults)
    except (Unreachable, Malformed) as lost:
        faults = claimed.survey.faults + 1
        _come_back(claimed.survey, RHYTHM[min(faults, len(RHYTHM)) - 1], str(lost), faults=faults)
    except Exception:
        logger.exception("survey %s met a fault of ours in %s", claimed.survey.pk, claimed.phase.name)
        faults = claimed.survey.faults + 1
        _come_back(claimed.survey, RHYTHM[min(faults, len(RHYTHM)) - 1], "A fault of the portal.", faults=faults)
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
        survey.lease = uuid.uuid4().hex
        found = _next(survey)
        if found is None:
            _finish(survey)
            return survey
        survey.write()
        Survey.objects.filter(pk=survey.pk).update(due_at=Now() + LEASE)
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
    with staff_scope("surveys: write down what was read"):
        survey = _ours(claimed.survey)
        if survey is None:
            return
        survey.calls += claimed.phase.needs_call
        if reason:
            claimed.phase.pass_over(survey, claimed.task, reason)
        else:
            claimed.phase.write(survey, claimed.task, result, at)
        survey.faults, survey.lease = 0, ""
        survey.last_error = "" if survey.is_running else survey.last_error
        survey.write()
        Survey.objects.filter(pk=survey.pk).update(due_at=Now() if survey.is_running else None)


def _ours(survey: Survey) -> Survey | None:
    """The row, locked, if nobody took it over or stopped it meanwhile."""
    rows = Survey.objects.select_for_update(of=("self",)).select_related("customer", "brand").defer("people")
    return rows.filter(pk=survey.pk, lease=survey.lease, state=Survey.State.RUNNING).first()


def _come_back(survey: Survey, seconds: float, error: str, *, faults: int) -> None:
    changes = {"lease": "", "last_error": error[:300], "faults": faults}
    with staff_scope("surveys: come back later"):
        mine = Survey.objects.filter(pk=survey.pk, lease=survey.lease)
        if faults >= FAULTS_BEFORE_IT_FAILS:
            mine.update(**changes, state=Survey.State.FAILED, due_at=None)
        else:
            mine.update(**changes, due_at=Now() + timedelta(seconds=seconds))


def _finish(survey: Survey) -> None:
    survey.state, survey.lease, survey.finished_at = Survey.State.DONE, "", timezone.now()
    survey.keep([])
    survey.write()
    Survey.objects.filter(pk=survey.pk).update(due_at=None)


def take_back(survey: Survey) -> None:
    """For a process that leaves on purpose: another may go on at once."""
    with transaction.atomic():
        Survey.objects.filter(pk=survey.pk, state=Survey.State.RUNNING).update(lease="", due_at=Now())
