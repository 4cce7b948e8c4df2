"""Operations, for staff: what is under way, what is unknown, and a way to look now."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.admin_decisions import READ_BY_CUSTOMERS, DecidedAdmin
from accounts.admin_pages import pretty
from accounts.models import User
from accounts.steps import Step
from reseller_portal.operations.labels import label_of
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import kinds
from reseller_portal.operations.steps import CHECK, about, steps_of, take_step


class KindFilter(admin.SimpleListFilter):
    """Kinds by their words."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((kind, label_of(kind)) for kind in kinds()), key=lambda each: each[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Operation]) -> QuerySet[Operation]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Operation)
class OperationAdmin(DecidedAdmin):
    list_display = ("placed_at", "customer", "what", "shown_state", "tries", "checks", "last_error", "due_at")
    list_display_links = ("what",)
    list_filter = ("state", "priority", KindFilter)
    list_select_related = ("customer",)
    search_fields = ("key", "customer__company")
    ordering = ("-pk",)
    actions = ("look",)
    change_form_template = "admin/operations/operation/change_form.html"
    reason_help = READ_BY_CUSTOMERS
    fields = (
        *("customer", "what", "priority", "state", "tries", "checks", "errors", "last_error"),
        *("placed_at", "sent_at", "finished_at", "due_at", "kind", "key", "sent", "said"),
    )

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        operation = Operation.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        mine = {"about": about(operation) if operation else None}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **mine})

    @admin.display(description="Tries", ordering="attempts")
    def tries(self, operation: Operation) -> int:
        return operation.attempts

    @admin.display(description="Checks", ordering="looks")
    def checks(self, operation: Operation) -> int:
        return operation.looks

    @admin.display(description="Errors in a row")
    def errors(self, operation: Operation) -> int:
        return operation.faults

    @admin.display(description="What", ordering="kind")
    def what(self, operation: Operation) -> str:
        return str(operation)

    def steps_of(self, row: Operation) -> list[Step]:
        return steps_of(row)

    def take_step(self, *, user: User, row: Operation, verb: str, reason: str) -> None:
        take_step(user=user, operation=row, verb=verb, reason=reason)

    def has_look_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CHECK)

    @admin.action(description="Check again what became of it", permissions=["look"])
    def look(self, request: HttpRequest, rows: QuerySet[Operation]) -> None:
        self.take_with_all(request, rows, "check")

    @admin.display(description="Request")
    def sent(self, operation: Operation) -> SafeString:
        return pretty(operation.payload)

    @admin.display(description="Response")
    def said(self, operation: Operation) -> SafeString:
        return pretty(operation.answer)
