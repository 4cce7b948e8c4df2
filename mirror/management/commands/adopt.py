"""`manage.py adopt`: see what the upstream account holds, and take it over."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.models import Brand
from accounts.tenancy import staff_scope
from mirror import report, surveys, walking
from mirror.models import Survey
from reseller_portal.core.errors import DomainError
from reseller_portal.operations import circuit

State = Survey.State
# Between two looks at a survey that somebody else is working at, or that waits for the upstream.
LOOK_SECONDS = 0.5
# At most one line in so many seconds, beside those that begin a new part.
LINE_SECONDS = 2.0
# So long without a step means that another process has it, or died with it.
QUIET_SECONDS = 5.0
FREE = "Nothing is ordered or charged."


class Command(BaseCommand):
    help = (
        "See what the upstream account holds (a dry run, which writes nothing), or take it over with --apply: "
        "its users become customers, with their domains, DNS records, mailboxes and subscriptions. "
        "Nothing is ordered or charged. What was begun and not ended goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="take over what a dry run of today has found")
        told = "with --apply: this customer gets the account with his address that the dry run showed; may be repeated"
        parser.add_argument("--tie", metavar="SLUG", action="append", default=[], help=told)
        parser.add_argument("--brand", metavar="SLUG", help="gets the customers that are new; else the default brand")
        parser.add_argument(
            "--yes", action="store_true", help="with --apply: make the dry run first where there is none, and go on"
        )

    def handle(self, *args: Any, apply: bool, brand: str | None, yes: bool, tie: list[str], **options: Any) -> None:
        self._ties = tie if apply else []
        self._quiet_since, self._said, self._said_at = 0.0, ("", "", ""), 0.0
        try:
            if apply and yes and _needs_dry_run():
                self._carry_out(is_dry=True, slug=brand)
            self._carry_out(is_dry=not apply, slug=brand)
        except DomainError as error:
            raise CommandError(str(error)) from None

    def _carry_out(self, *, is_dry: bool, slug: str | None) -> None:
        with staff_scope("adopt: begin"):
            survey = _unfinished(is_dry, slug) or _begin(is_dry, slug, [] if is_dry else self._ties)
        self.stdout.write(f"{_title(survey)} {FREE}")
        try:
            survey = self._follow(survey)
        except KeyboardInterrupt:
            with staff_scope("adopt: leave it to a worker"):
                walking.take_back(survey)
            raise CommandError(f"\nLeft alone. A worker goes on with it; {_again(survey)} watches it again.") from None
        self._conclude(survey)

    def _follow(self, survey: Survey) -> Survey:
        """Do what there is to do, or watch who does it, until the end."""
        while survey.is_running:
            if (refused := circuit.current()) is not None:
                raise CommandError(
                    f"The upstream refuses us: {refused.reason} {refused.advice} A worker goes on when that is mended; "
                    f"{_again(survey)} watches it again."
                )
            if walking.step(only=survey.pk):
                self._quiet_since = time.monotonic()
            else:
                time.sleep(LOOK_SECONDS)
            survey = _fresh(survey)
            self._say(survey)
        return survey

    def _say(self, survey: Survey) -> None:
        """A line where something is new: the part, how far it is, what was found, how many calls."""
        if not survey.is_running:
            return
        with staff_scope("adopt: how far"):
            told = (survey.phase, report.how_far(survey), survey.last_error)
            names = [step.label for step in report.steps(survey)]
        now = time.monotonic()
        if survey.last_error and survey.last_error != self._said[2]:
            self.stdout.write(f"  The upstream: {survey.last_error} Trying again.")
        elif survey.lease and now - self._quiet_since > QUIET_SECONDS:
            self.stdout.write("  A worker has it: watching. Has that one died, this goes on in two minutes.")
            self._quiet_since = now + 120
        elif told != self._said and (told[0] != self._said[0] or now - self._said_at >= LINE_SECONDS):
            label = report.LABELS[survey.phase]
            number = names.index(label) + 1 if label in names else len(names)
            self.stdout.write(f"  {number}/{len(names)}  {label:<18}  {told[1]:<24}  {_counted(survey)}".rstrip())
        else:
            return
        self._said, self._said_at = told, now

    def _conclude(self, survey: Survey) -> None:
        if survey.state == State.FAILED:
            raise CommandError(f"It failed: {survey.last_error} {_again(survey)} tries again from where it was.")
        if survey.state == State.STOPPED:
            raise CommandError(f"It was stopped. {_again(survey)} goes on from where it was.")
        with staff_scope("adopt: what was found"):
            self._print_figures(survey)
            self._print_ties(survey)
            self._print_notes(survey)
            self.stdout.write(_next(survey))

    def _print_figures(self, survey: Survey) -> None:
        self.stdout.write(f"\n{'':<16}{'new':>10}{'known':>10}{'differ':>10}{'missing':>10}")
        for each in report.figures(survey):
            row = (each.new, each.known, each.differing, each.missing)
            self.stdout.write(f"{each.label:<16}" + "".join(f"{number:>10,}" for number in row))
        self.stdout.write(f"\n{report.counted_noun(survey.calls, 'call')}. {report.found(survey)}")

    def _print_ties(self, survey: Survey) -> None:
        if survey.ties and survey.is_dry:
            self.stdout.write("\nCustomers here with the address of an account there; --tie SLUG gives it to them:")
            for tie in survey.ties:
                domains = report.counted_noun(tie["domains"], "domain")
                mailboxes = report.counted_noun(tie["mailboxes"], "mailbox")
                self.stdout.write(f"  - {tie['slug']}: {tie['account']}, {domains}, {mailboxes}")

    def _print_notes(self, survey: Survey) -> None:
        if not survey.notes:
            return
        number = survey.counts.get("notes", {}).get("all", len(survey.notes))
        self.stdout.write(f"\nNeeds attention ({number:,}):")
        for note in survey.notes:
            self.stdout.write(f"  - {note}")
        if number > len(survey.notes):
            self.stdout.write(f"  and {number - len(survey.notes):,} more.")


def _unfinished(is_dry: bool, slug: str | None) -> Survey | None:
    """One that runs is watched, one that was stopped or failed goes on. In a staff scope."""
    running = Survey.objects.filter(kind=Survey.Kind.ADOPT, state=State.RUNNING).select_related("brand").first()
    if running and running.is_dry and not is_dry:
        raise CommandError(
            "A dry run is under way. Follow it with `manage.py adopt`, read what it finds, then come back with --apply."
        )
    survey = running or surveys.unfinished_adoption(is_dry=is_dry)
    if survey and slug and survey.brand and survey.brand.slug != slug:
        raise CommandError(
            f"The one that was begun gives new customers to {survey.brand.slug}, and it goes on so: leave --brand away."
        )
    if survey and not survey.is_running:
        surveys.go_on(user=None, survey=survey)
        survey.refresh_from_db()
    return survey


def _begin(is_dry: bool, slug: str | None, ties: list[str]) -> Survey:
    brands = {brand.slug: brand for brand in Brand.objects.order_by("slug")}
    if not brands:
        raise CommandError("There is no brand yet, and every customer has one: make one in the admin, under Brands.")
    if slug and slug not in brands:
        raise CommandError(f"There is no brand {slug!r}. There is {report.listed(list(brands))}.")
    default = next((brand for brand in brands.values() if brand.is_default), None)
    brand = brands[slug] if slug else default
    return surveys.begin_adoption(user=None, is_dry=is_dry, brand=brand, ties=ties)


def _needs_dry_run() -> bool:
    with staff_scope("adopt: is there a dry run"):
        if surveys.unfinished_adoption(is_dry=False) is not None:
            return False
        return surveys.fresh_dry_run() is None or surveys.unfinished_adoption(is_dry=True) is not None


def _fresh(survey: Survey) -> Survey:
    with staff_scope("adopt: look at the survey"):
        return Survey.objects.select_related("brand").get(pk=survey.pk)


def _title(survey: Survey) -> str:
    if survey.is_dry:
        return "Dry run: everything is read, nothing is written."
    to_whom = f" New customers belong to {survey.brand.name}." if survey.brand else ""
    return f"Adopting the account.{to_whom}"


def _counted(survey: Survey) -> str:
    found = [
        f"{report.LABELS[each.what].lower()} {each.new:,} new, {each.known:,} known"
        for each in report.figures(survey)
        if each.what == survey.phase
    ]
    return "  ".join([*found, report.counted_noun(survey.calls, "call")])


def _again(survey: Survey) -> str:
    return f"`manage.py adopt{'' if survey.is_dry else ' --apply'}`"


def _next(survey: Survey) -> str:
    """What to do now. In a staff scope."""
    if survey.is_dry:
        about = report.estimate(survey)
        brand = f" --brand {survey.brand.slug}" if survey.brand else ""
        return (
            f"\nNothing was written. To take it over, within a day:\n  manage.py adopt --apply{brand}\n"
            f"About {report.counted_noun(about.calls, 'call')}, {report.counted_noun(about.minutes, 'minute')} at "
            f"{about.pace} calls a second. {FREE}"
        )
    customers, drift = reverse("admin:accounts_customer_changelist"), reverse("admin:mirror_drift_changelist")
    return (
        "\nThe account is adopted, and kept true from now on. Next, in the admin:\n"
        f"  invite the owners: {customers}?owner=none, choose them, then Invite the owner\n"
        f"  decide about what differs: {drift}"
    )
