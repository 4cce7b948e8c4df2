"""Surveys that staff should know of (`jobs.attention`)."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.job_steps import JobSteps
from mirror.models import Survey
from mirror.tasks import wake
from reseller_portal.jobs.attention import IS_LATE, Case, Source, nothing, oldest_first, overdue, slow, why_late

State = Survey.State
NEXT_STEPS = JobSteps(
    needs="mirror.change_survey",
    open_states={State.RUNNING, State.FAILED},
    again={"state": State.RUNNING},
    away={"state": State.STOPPED},
    effect_of_again="It goes on from where it was, with all its tries.",
    effect_of_away="It is not gone on with. What it took over stays; each customer is read once a day anyway.",
    wake=wake,
)
# A step is one call, and waits for what is more urgent.
NORMALLY = timedelta(hours=1)


def needs_attention() -> QuerySet[Survey]:
    """Given up, and not followed by one that read the same."""
    same = Q(kind=OuterRef("kind"), is_dry=OuterRef("is_dry"), pk__gt=OuterRef("pk"))
    of_one = Q(customer=OuterRef("customer")) | Q(customer=None)
    rows = Survey.objects.filter(state=State.FAILED).exclude(Exists(Survey.objects.filter(same & of_one)))
    return oldest_first(rows.select_related("customer").defer("people"), "began_at")


def late() -> QuerySet[Survey]:
    rows = Survey.objects.filter(state=State.RUNNING).select_related("customer").defer("people")
    return oldest_first(overdue(rows) | slow(rows, NORMALLY), "began_at")


def tell(survey: Survey, how: str) -> Case:
    return Case(
        how=how,
        subject=survey,
        what=f"Survey: {survey}",
        url=reverse("admin:mirror_survey_change", args=[survey.pk]),
        customer=survey.customer.company if survey.customer else "",
        reason=why_late(survey) if how == IS_LATE else survey.last_error,
        next_step="Try it again, or put it away: each customer is read once a day.",
        since=survey.began_at,
    )


SOURCE = Source(needs=needs_attention, late=late, on_purpose=nothing(Survey.objects.all()), tell=tell)
