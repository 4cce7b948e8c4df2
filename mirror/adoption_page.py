"""The admin's page on which the upstream account is looked at and taken over."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.admin_pages import staff_of
from accounts.models import Brand, Customer
from accounts.roles import Role
from mirror import report, surveys
from mirror.models import Drift, Survey
from mirror.tasks import wake
from reseller_portal.core.errors import DomainError
from reseller_portal.core.parts import page_or_part

State = Survey.State
TEMPLATE = "admin/mirror/adoption.html"


HEADINGS = {
    "never": "Nobody has looked at it yet",
    "looking": "The dry run is under way",
    "looked": "The dry run is done",
    "old": "The dry run is more than a day old",
    "adopting": "The account is being adopted",
    "adopted": "The account is adopted",
    "halted": "The adoption did not end",
    "halted dry": "The dry run did not end",
}


class BrandChoice(forms.Form):
    brand = forms.ModelChoiceField(
        queryset=Brand.objects.order_by("name"),
        empty_label=None,
        label="New customers belong to",
    )


def adoption(request: HttpRequest) -> HttpResponse:
    """Who may see surveys sees it; who may add them may press. In the admin's staff scope."""
    if not request.user.has_perm("mirror.view_survey"):
        raise PermissionDenied
    if request.method == "POST":
        return _press(request)
    return page_or_part(request, TEMPLATE, "live", _context(request))


def _press(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("mirror.add_survey"):
        raise PermissionDenied
    press = BUTTONS.get(request.POST.get("do", ""))
    try:
        if press is not None:
            messages.success(request, press(request))
            transaction.on_commit(wake)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("admin:mirror_adoption")


def _look(request: HttpRequest) -> str:
    surveys.begin_adoption(user=staff_of(request), is_dry=True, brand=_default_brand())
    return "The dry run has begun."


def _adopt(request: HttpRequest) -> str:
    form = BrandChoice(request.POST)
    if not form.is_valid():
        raise NoBrand("Choose a brand for the customers that are new.")
    brand, ties = form.cleaned_data["brand"], request.POST.getlist("tie")
    surveys.begin_adoption(user=staff_of(request), is_dry=False, brand=brand, ties=ties)
    return "The adoption has begun."


def _stop(request: HttpRequest) -> str:
    surveys.stop(user=staff_of(request), survey=_chosen(request))
    return "It is stopped. What was taken over stays."


def _go_on(request: HttpRequest) -> str:
    surveys.go_on(user=staff_of(request), survey=_chosen(request))
    return "It goes on from where it was."


class NoBrand(DomainError):
    """Every customer belongs to one."""


BUTTONS: Mapping[str, Callable[[HttpRequest], str]] = {"look": _look, "adopt": _adopt, "stop": _stop, "go_on": _go_on}


def _chosen(request: HttpRequest) -> Survey:
    """The one that the page showed, not one that began since."""
    number = request.POST.get("survey", "")
    return get_object_or_404(Survey, pk=number if number.isdecimal() else 0, kind=Survey.Kind.ADOPT)


def _default_brand() -> Brand | None:
    return Brand.objects.filter(is_default=True).first()


def _context(request: HttpRequest) -> dict[str, Any]:
    survey = surveys.newest_adoption()
    stage = stage_of(survey)
    return {
        **admin.site.each_context(request),
        "title": "The upstream account",
        "survey": survey,
        "stage": stage,
        "heading": HEADINGS[f"{stage} dry" if survey and survey.is_dry and stage == "halted" else stage],
        "sweep_hours": settings.SWEEP_HOURS,
        "may_press": request.user.has_perm("mirror.add_survey"),
        "is_part": request.headers.get("HX-Request") == "true",
        "adopted": Survey.objects.filter(kind=Survey.Kind.ADOPT, is_dry=False, state=State.DONE).last(),
        **(_about(survey) if survey else {}),
        **_next_steps(),
    }


def stage_of(survey: Survey | None) -> str:
    """never, looking, looked, old (a dry run that is believed no more), adopting, adopted or halted."""
    if survey is None:
        return "never"
    if survey.is_running:
        return "looking" if survey.is_dry else "adopting"
    if survey.state != State.DONE:
        return "halted"
    if not survey.is_dry:
        return "adopted"
    return "looked" if surveys.fresh_dry_run() else "old"


def _about(survey: Survey) -> dict[str, Any]:
    figures = report.figures(survey)
    return {
        "figures": figures,
        "found": report.found(survey),
        "steps": report.steps(survey),
        "has_missing": any(each.missing for each in figures),
        "is_anything_new": any(each.new for each in figures),
        "estimate": report.estimate(survey) if survey.is_dry else None,
        "notes_not_shown": max(0, survey.counts.get("notes", {}).get("all", 0) - len(survey.notes)),
        "form": BrandChoice(initial={"brand": survey.brand or _default_brand()}),
        "is_there_a_brand": Brand.objects.exists(),
        "was_refused": report.was_refused(survey),
    }


def _next_steps() -> dict[str, Any]:
    return {
        "drift_count": Drift.objects.filter(state=Drift.State.OPEN).count(),
        "ownerless_count": Customer.objects.exclude(memberships__role=Role.OWNER).count(),
        "ownerless_url": reverse("admin:accounts_customer_changelist") + "?owner=none",
    }
