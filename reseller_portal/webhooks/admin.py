"""The log of the upstream's events, for staff."""

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.admin_decisions import QueueAdmin
from accounts.admin_pages import pretty
from accounts.models import Customer, User
from reseller_portal.webhooks.attention import NEXT_STEPS
from reseller_portal.webhooks.models import Event
from reseller_portal.webhooks.processing import replay

REPLAY = "replay"


@admin.register(Event)
class EventAdmin(QueueAdmin):
    next_steps = NEXT_STEPS
    list_display = ("received_at", "what", "customer", "shown_state", "attempts", "last_error")
    list_title, noun, nouns = "Upstream events", "event", "events"
    list_display_links = ("what",)
    list_filter = ("state", "name")
    search_fields = ("=event_id", "name", "=upstream_user_id")
    ordering = ("-received_at", "-pk")
    actions = ("replay", "put_away")
    fields = (
        *("event_id", "name", "customer", "upstream_user_id", "state", "attempts", "last_error"),
        *("received_at", "due_at", "processed_at", "content"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Credentials stay in the database, encrypted or not."""
        company = Customer.objects.filter(upstream_id=OuterRef("upstream_user_id")).exclude(upstream_id="")
        events: QuerySet[Event] = super().get_queryset(request).defer("secrets")
        return events.annotate(company=Subquery(company.values("company")[:1]))

    @admin.action(description="Handle once more, also what was done", permissions=["step"])
    def replay(self, request: HttpRequest, rows: QuerySet[Event]) -> None:
        self.take_with_all(request, rows, REPLAY)

    def take_step(self, *, user: User, row: Event, verb: str, reason: str) -> None:
        if verb == REPLAY:
            replay(user=user, event=row, reason=reason)
        else:
            super().take_step(user=user, row=row, verb=verb, reason=reason)

    @admin.display(description="What", ordering="name")
    def what(self, event: Event) -> str:
        return event.words

    @admin.display(description="Customer", empty_value="-")
    def customer(self, event: Event) -> str | None:
        return event.company  # type: ignore[attr-defined,no-any-return]  # annotated above

    @admin.display(description="Content, without credentials")
    def content(self, event: Event) -> SafeString:
        return pretty(event.payload)
