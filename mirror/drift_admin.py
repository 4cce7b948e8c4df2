"""The admin's pages for what the upstream has otherwise than the portal knew it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from accounts.admin_pages import ReadOnlyAdmin, staff_of
from accounts.models import User
from mirror import report
from mirror.models import Drift
from mirror.repair import accept, repair, why_not_repairable
from mirror.telling import field_in_words, value_in_words, what_differs
from reseller_portal.core.errors import DomainError
from reseller_portal.core.templatetags.portal import state_word

MOST_REASONS = 5
Decision = Callable[..., None]


class StateFilter(admin.SimpleListFilter):
    """What waits for a decision, unless another state is asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", "All"), *((str(value), str(label)) for value, label in Drift.State.choices)]

    def choices(self, changelist: Any) -> Any:
        for value, label in self.lookup_choices:
            yield {
                "selected": (self.value() or Drift.State.OPEN) == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Drift]) -> QuerySet[Drift]:
        wanted = self.value() or Drift.State.OPEN
        return queryset if wanted == "all" else queryset.filter(state=wanted)


class DriftAdmin(ReadOnlyAdmin):
    """What the upstream has otherwise than the portal knew it, and the two things that can be decided."""

    noun, nouns = "difference", "differences"
    list_display = ("thing", "of_customer", "difference", "found_at", "shown_state", "choice")
    list_display_links = None
    list_filter = (StateFilter, "kind", "customer__brand")
    list_select_related = ("customer", "settled_by")
    search_fields = ("name", "customer__company")
    ordering = ("-found_at", "-pk")
    actions = ("accept", "repair")
    change_form_template = "admin/mirror/drift/change_form.html"
    fields = (
        *("of_customer", "kind", "field_shown", "here_shown", "there_shown", "shown_state", "problem"),
        *("found_at", "decided", "choice_explained"),
    )

    def get_urls(self) -> list[URLPattern]:
        decide = require_POST(self.admin_site.admin_view(self.decide))
        return [path("<int:number>/decide/<str:verb>/", decide, name="mirror_drift_decide"), *super().get_urls()]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mirror.change_drift")

    def decide(self, request: HttpRequest, number: int, verb: str) -> HttpResponse:
        """One decision, from the page of one difference."""
        drift = get_object_or_404(Drift, pk=number)
        if not self.has_decide_permission(request):
            raise PermissionDenied
        if verb == "accept":
            self._decide(request, [drift], accept, "accepted")
        elif verb == "repair":
            self._decide(request, [drift], repair, "being repaired")
        return HttpResponseRedirect(reverse("admin:mirror_drift_change", args=[number]))

    @admin.action(description="Accept: it is right there", permissions=["decide"])
    def accept(self, request: HttpRequest, chosen: QuerySet[Drift]) -> None:
        self._decide(request, list(chosen), accept, "accepted")

    @admin.action(description="Repair: send our value back", permissions=["decide"])
    def repair(self, request: HttpRequest, chosen: QuerySet[Drift]) -> None:
        self._decide(request, list(chosen), repair, "being repaired")

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        drift = Drift.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        is_open = drift is not None and drift.state == Drift.State.OPEN and self.has_decide_permission(request)
        mine = {
            "is_open": is_open,
            "is_repairable": drift is not None and not why_not_repairable(drift),
            "words": what_differs(drift) if drift else "",
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **mine})

    def _decide(self, request: HttpRequest, chosen: list[Drift], decision: Decision, done: str) -> None:
        """Row by row: one that cannot be done keeps none of the others from it."""
        user, reasons = staff_of(request), []
        for drift in chosen:
            reason = _try(decision, user, drift)
            if reason:
                reasons.append(f"{drift}: {reason}")
        number = len(chosen) - len(reasons)
        if number:
            self.message_user(request, f"{report.counted_noun(number, 'difference')} {done}.", messages.SUCCESS)
        for reason in reasons[:MOST_REASONS]:
            self.message_user(request, reason, messages.WARNING)
        if len(reasons) > MOST_REASONS:
            more = f"{len(reasons) - MOST_REASONS} more were left as they are, for reasons like these."
            self.message_user(request, more, messages.WARNING)

    @admin.display(description="Thing", ordering="name")
    def thing(self, drift: Drift) -> SafeString:
        page = reverse("admin:mirror_drift_change", args=[drift.pk])
        return format_html('<a href="{}">{}</a>', page, drift.name)

    @admin.display(description="Customer", ordering="customer__company")
    def of_customer(self, drift: Drift) -> SafeString:
        page = reverse("admin:accounts_customer_change", args=[drift.customer_id])
        return format_html('<a href="{}">{}</a>', page, drift.customer.company)

    @admin.display(description="Difference")
    def difference(self, drift: Drift) -> str:
        return what_differs(drift)

    @admin.display(description="State", ordering="state")
    def shown_state(self, drift: Drift) -> SafeString:
        """The word "accepted" means something under way elsewhere."""
        look = "done" if drift.state == Drift.State.ACCEPTED else drift.state
        return state_word(str(look), drift.get_state_display())

    @admin.display(description="Actions")
    def choice(self, drift: Drift) -> str:
        if drift.state != Drift.State.OPEN:
            return "-"
        return "Accept only" if why_not_repairable(drift) else "Accept or repair"

    @admin.display(description="Actions")
    def choice_explained(self, drift: Drift) -> str:
        if drift.state != Drift.State.OPEN:
            return "Nothing: this is decided, or needs no decision."
        return why_not_repairable(drift) or "Accept what is there, or send our value back."

    @admin.display(description="What differs")
    def field_shown(self, drift: Drift) -> str:
        return field_in_words(drift)

    @admin.display(description="Decided", empty_value="Not yet")
    def decided(self, drift: Drift) -> str | None:
        if drift.settled_at is None:
            return None
        who = drift.settled_by.get_full_name() if drift.settled_by else "the portal"
        local = timezone.localtime(drift.settled_at)
        return f"{local.day} {local:%b %Y, %H:%M} {timezone.get_current_timezone_name()}, by {who}"

    @admin.display(description="Here")
    def here_shown(self, drift: Drift) -> str:
        return value_in_words(drift, drift.here)

    @admin.display(description="There")
    def there_shown(self, drift: Drift) -> str:
        return value_in_words(drift, drift.there)


def _try(decision: Decision, user: User, drift: Drift) -> str:
    """Why it could not be done; empty when it was."""
    try:
        decision(user=user, drift=drift)
    except DomainError as error:
        return str(error)
    return ""
