"""The admin's pages for surveys of the upstream; those for what they found to differ are in `drift_admin`."""

from django.contrib import admin
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.admin_decisions import QueueAdmin
from accounts.admin_pages import ReadOnlyAdmin
from mirror import adoption_page, report
from mirror.attention import NEXT_STEPS
from mirror.drift_admin import DriftAdmin
from mirror.models import BooksCheck, Drift, Survey

admin.site.register(Drift, DriftAdmin)


@admin.register(Survey)
class SurveyAdmin(QueueAdmin):
    next_steps = NEXT_STEPS
    list_title, noun, nouns = "Readings of the upstream account", "reading", "readings"
    list_display = ("began_at", "what", "customer", "shown_state", "calls", "started_by", "finished_at")
    list_display_links = ("began_at",)
    list_filter = ("kind", "is_dry", "state")
    list_select_related = ("customer", "started_by")
    search_fields = ("customer__company",)
    ordering = ("-pk",)
    fields = (
        *("what", "shown_state", "customer", "brand", "how_far", "calls", "figures", "notes_shown", "last_error"),
        *("started_by", "began_at", "finished_at"),
    )

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(adoption_page.adoption)
        return [path("adoption/", page, name="mirror_adoption"), *super().get_urls()]

    @admin.display(description="What was read", ordering="kind")
    def what(self, survey: Survey) -> str:
        return str(survey)

    @admin.display(description="How far")
    def how_far(self, survey: Survey) -> str:
        return f"{report.LABELS.get(survey.phase, 'Customer')} {report.how_far(survey)}".strip()

    @admin.display(description="Figures")
    def figures(self, survey: Survey) -> SafeString:
        rows = ((what, _pairs(counted)) for what, counted in survey.counts.items())
        return format_html_join("", "<div>{}: {}</div>", rows) or SafeString("-")

    @admin.display(description="Notes")
    def notes_shown(self, survey: Survey) -> SafeString:
        return format_html_join("", "<div>{}</div>", ((note,) for note in survey.notes)) or SafeString("-")


def _pairs(counted: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in counted.items())


@admin.register(BooksCheck)
class BooksCheckAdmin(ReadOnlyAdmin):
    list_title, noun, nouns = "Checks of the books", "check", "checks"
    list_display = ("checked_at", "outcome")
    ordering = ("-pk",)
    fields = ("checked_at", "outcome", "found")

    @admin.display(description="Outcome")
    def outcome(self, check: BooksCheck) -> str:
        return str(check)

    @admin.display(description="What does not hold")
    def found(self, check: BooksCheck) -> SafeString:
        rows = ((each["rule"], each["count"], each["example"]) for each in check.differences)
        return format_html_join("", "<div>{}: {} times not so, such as {}</div>", rows) or SafeString("-")
