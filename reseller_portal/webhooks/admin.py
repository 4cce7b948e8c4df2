"""The log of the upstream's events, for staff."""

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.admin_decisions import QueueAdmin
from accounts.admin_pages import pretty, staff_of
from accounts.models import Customer
from reseller_portal.webhooks.attention import NEXT_STEPS
from reseller_portal.webhooks.models import Event
from reseller_portal.webhooks.processing import replay


@admin.register(Event)
class EventAdmin(QueueAdmin):
    next_steps = NEXT_STEPS
    list_display = ("received_at", "name", "event_id", "customer", "shown_state", "attempts", "last_error")
    list_title = "Upstream events"
    list_display_links = ("event_id",)
    list_filter = ("state", "name")
    search_fields = ("=event_id", "name", "=upstream_user_id")
    ordering = ("-received_at", "-pk")
    actions = ("replay",)
    fields = (
        *("event_id", "name", "customer", "upstream_user_id", "state", "attempts", "last_error"),
        *("received_at", "due_at", "processed_at", "content"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Credentials stay in the database, encrypted or not."""
        company = Customer.objects.filter(upstream_id=OuterRef("upstream_user_id")).exclude(upstream_id="")
        events: QuerySet[Event] = super().get_queryset(request).defer("secrets")
        return events.annotate(company=Subquery(company.values("company")[:1]))

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("webhooks.change_event")

    @admin.action(description="Replay the chosen events", permissions=["replay"])
    def replay(self, request: HttpRequest, events: QuerySet[Event]) -> None:
        for event in events:
            replay(user=staff_of(request), event=event)
        self.message_user(request, f"{len(events)} events are due again.", messages.SUCCESS)

    @admin.display(description="Customer", empty_value="-")
    def customer(self, event: Event) -> str | None:
        return event.company  # type: ignore[attr-defined,no-any-return]  # annotated above

    @admin.display(description="Content, without credentials")
    def content(self, event: Event) -> SafeString:
        return pretty(event.payload)
