"""One page for every decision of staff: what it does, why it is asked, a reason for the audit trail, and one button."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse

from accounts.admin_pages import ReadOnlyAdmin, staff_of
from accounts.job_steps import JobSteps
from accounts.models import User
from accounts.steps import NoSuchStep, Step, allowed_step
from reseller_portal.core.errors import DomainError, NotAllowed

KEPT = "Kept in the audit trail."
READ_BY_CUSTOMERS = f"{KEPT} Where it ends an order, the customer reads it beside what failed."
SHOWN_PROBLEMS = 3
NO_REASON = "Nothing was done. Say why: the reason is kept in the audit trail."


@dataclass(frozen=True)
class Decision:
    """What is decided. `effect` says what pressing does, `why` what was said so far, `back` where it leads."""

    title: str
    back: str
    effect: str = ""
    why: str = ""
    help_text: str = KEPT


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}))


class ReasonedAction(ActionForm):
    """What is done with the ticked rows of a list has a reason too."""

    reason = forms.CharField(
        max_length=200,
        required=False,
        help_text=KEPT,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


class DecidedAdmin(ReadOnlyAdmin):
    """A page that only shows, with a button for each step that this member of staff may take with the row."""

    change_form_template = "admin/decided.html"
    action_form = ReasonedAction
    reason_help = KEPT

    def steps_of(self, row: Any) -> Sequence[Step]:
        """What can be done about it, whoever may do it."""
        raise NotImplementedError

    def take_step(self, *, user: User, row: Any, verb: str, reason: str) -> None:
        """Do it, with the reason in the audit trail. Raises `DomainError`; then nothing has changed."""
        raise NotImplementedError

    def why(self, row: Any) -> str:
        """What was said of it so far."""
        return str(row.last_error)

    def named(self, row: Any) -> str:
        """In the title of the page."""
        return str(row)

    def get_urls(self) -> list[URLPattern]:
        page, name = self.admin_site.admin_view(self.decide), f"{self.opts.app_label}_{self.opts.model_name}_decide"
        return [path("<int:number>/decide/<str:verb>/", page, name=name), *super().get_urls()]

    def decide(self, request: HttpRequest, number: int, verb: str) -> HttpResponse:
        """What the step does, a reason, and one button. In the admin's staff scope."""
        row = get_object_or_404(self.get_queryset(request), pk=number)
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[number])
        about = Decision(title=self.named(row), why=self.why(row), back=back, help_text=self.reason_help)
        return step_page(request, about, steps=self.steps_of(row), verb=verb, take=partial(self.take_step, row=row))

    def take_with_all(self, request: HttpRequest, rows: QuerySet[Any], verb: str) -> None:
        """The step with each ticked row that has it, and one message with how many. In the admin's staff scope."""
        reason, user = (request.POST.get("reason") or "").strip()[:200], staff_of(request)
        if not reason:
            self.message_user(request, NO_REASON, messages.ERROR)
            return
        done, problems = 0, []
        for row in rows:
            try:
                self.take_step(user=user, row=row, verb=verb, reason=reason)
                done += 1
            except NotAllowed:
                raise PermissionDenied from None
            except DomainError as error:
                problems.append(f"{self.named(row)}: {error}")
        if done:
            self.message_user(request, f"Done with {done} of {done + len(problems)}.", messages.SUCCESS)
        for problem in problems[:SHOWN_PROBLEMS]:
            self.message_user(request, problem, messages.ERROR)
        if len(problems) > SHOWN_PROBLEMS:
            self.message_user(request, f"And {len(problems) - SHOWN_PROBLEMS} more.", messages.ERROR)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        row = self.get_queryset(request).filter(pk=object_id).first() if object_id.isdecimal() else None
        steps = [each for each in self.steps_of(row) if request.user.has_perm(each.needs)] if row else []
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})


class QueueAdmin(DecidedAdmin):
    """Of rows of a queue: each that does not move is tried again, or put away."""

    next_steps: JobSteps
    actions = ("try_again", "put_away")

    def has_step_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.next_steps.needs)

    @admin.action(description="Try again what does not move", permissions=["step"])
    def try_again(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.take_with_all(request, rows, "again")

    @admin.action(description="Put away what does not move", permissions=["step"])
    def put_away(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.take_with_all(request, rows, "away")

    def steps_of(self, row: Any) -> Sequence[Step]:
        return self.next_steps.steps_of(row)

    def take_step(self, *, user: User, row: Any, verb: str, reason: str) -> None:
        self.next_steps.take(user=user, job=row, verb=verb, reason=reason)


def step_page(
    request: HttpRequest, about: Decision, *, steps: Sequence[Step], verb: str, take: Callable[..., None]
) -> HttpResponse:
    """The page of the step with this verb; `take(user=…, verb=…, reason=…)` does it. `about` names the row alone."""
    user = staff_of(request)
    try:
        step = allowed_step(steps, verb=verb, user=user)
    except NoSuchStep as error:
        messages.error(request, str(error))
        return redirect(about.back)
    except NotAllowed:
        raise PermissionDenied from None
    about = replace(about, title=f"{step.label}: {about.title}", effect=step.effect)
    return decision_page(request, about, button=step.label, decide=partial(take, user=user, verb=verb))


def decision_page(request: HttpRequest, about: Decision, *, button: str, decide: Callable[..., None]) -> HttpResponse:
    """GET asks, POST calls `decide(reason=…)` and goes back. In the admin's staff scope."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].help_text = about.help_text
    if request.method == "POST" and form.is_valid():
        try:
            decide(reason=form.cleaned_data["reason"])
            messages.success(request, f"{about.title}: done.")
        except DomainError as error:
            messages.error(request, str(error))
        return redirect(about.back)
    context = {**admin.site.each_context(request), "title": about.title, "about": about, "button": button, "form": form}
    return render(request, "admin/decision.html", context, status=422 if form.errors else 200)
