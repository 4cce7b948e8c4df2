"""One page for every decision of staff: what it does, why it is asked, a reason for the audit trail, and one button."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from reseller_portal.core.errors import DomainError


@dataclass(frozen=True)
class Decision:
    """What is decided. `effect` says what pressing does, `why` what was said so far, `back` where it leads."""

    title: str
    effect: str
    back: str
    why: str = ""


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=200,
        help_text="Kept in the audit trail. Where it ends an order, the customer reads it beside what failed.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


def decision_page(request: HttpRequest, about: Decision, *, button: str, decide: Callable[..., None]) -> HttpResponse:
    """GET asks, POST calls `decide(reason=…)` and goes back. In the admin's staff scope."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            decide(reason=form.cleaned_data["reason"])
            messages.success(request, f"{about.title}: done.")
        except DomainError as error:
            messages.error(request, str(error))
        return redirect(about.back)
    context = {**admin.site.each_context(request), "title": about.title, "about": about, "button": button, "form": form}
    return render(request, "admin/decision.html", context, status=422 if form.errors else 200)
