"""Operations, for staff: what is under way, what is unknown, and a way to look now."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from accounts.admin_decisions import Decision, decision_page
from accounts.admin_pages import ReadOnlyAdmin, pretty, staff_of
from accounts.audit import record_by_staff
from reseller_portal.operations.engine import look_now
from reseller_portal.operations.models import Operation
from reseller_portal.operations.steps import CHECK, steps_of, take_step
from reseller_portal.operations.waking import wake


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    list_display = ("placed_at", "customer", "kind", "key", "shown_state", "attempts", "looks", "last_error", "due_at")
    list_display_links = ("kind",)
    list_filter = ("state", "priority", "kind")
    list_select_related = ("customer",)
    search_fields = ("key", "customer__company")
    ordering = ("-pk",)
    actions = ("look",)
    change_form_template = "admin/operations/operation/change_form.html"
    fields = (
        *("customer", "kind", "key", "priority", "state", "attempts", "looks", "faults", "last_error"),
        *("placed_at", "sent_at", "finished_at", "due_at", "sent", "said"),
    )

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.decide)
        return [path("<int:number>/decide/<str:verb>/", page, name="operations_operation_decide"), *super().get_urls()]

    def decide(self, request: HttpRequest, number: int, verb: str) -> HttpResponse:
        """What the step does, a reason, and one button."""
        operation = get_object_or_404(Operation.objects.select_related("customer"), pk=number)
        step = next((each for each in steps_of(operation) if each.verb == verb), None)
        back = reverse("admin:operations_operation_change", args=[number])
        if step is None:
            messages.error(request, "This has ended or changed meanwhile, and needs no such decision any more.")
            return redirect(back)
        if not request.user.has_perm(step.needs):
            raise PermissionDenied
        decide = partial(take_step, user=staff_of(request), operation=operation, verb=verb)
        about = Decision(title=f"{step.label}: {operation}", effect=step.effect, why=operation.last_error, back=back)
        return decision_page(request, about, button=step.label, decide=decide)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        operation = Operation.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        steps = steps_of(operation) if operation else []
        mine = {"steps": [each for each in steps if request.user.has_perm(each.needs)]}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **mine})

    def has_look_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CHECK)

    @admin.action(description="Look now what became of the chosen operations", permissions=["look"])
    def look(self, request: HttpRequest, operations: QuerySet[Operation]) -> None:
        for operation in operations:
            look_now(operation)
            record_by_staff(
                user=staff_of(request), customer=operation.customer, action="operation.looked", subject=operation
            )
        wake()
        self.message_user(request, f"{len(operations)} operations are looked at now.", messages.SUCCESS)

    @admin.display(description="What was asked")
    def sent(self, operation: Operation) -> SafeString:
        return pretty(operation.payload)

    @admin.display(description="What was said")
    def said(self, operation: Operation) -> SafeString:
        return pretty(operation.answer)
