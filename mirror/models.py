"""Surveys of what the upstream holds, and what they found to differ from what the portal knew."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Brand, Customer
from reseller_portal.jobs.models import Job


class Survey(Job):
    """One walk over what the upstream holds, a page at a time. The row is its bookmark, so any stop only pauses it.

    A row of the queue of surveys. `attempts` counts the calls in a row that brought nothing, since `begun_at`;
    `began_at` is when the walk began.
    """

    class Kind(models.TextChoices):
        ADOPT = "adopt", "The whole account"
        CUSTOMER = "customer", "One customer"
        SUBSCRIPTIONS = "subscriptions", "All subscriptions"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"
        FAILED = "failed", "Needs attention"

    kind = models.CharField(max_length=14, choices=Kind.choices)
    is_dry = models.BooleanField("dry run", default=False, help_text="Reads and counts, and writes nothing.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE)
    brand = models.ForeignKey(Brand, null=True, on_delete=models.SET_NULL, help_text="Gets the customers that are new.")
    phase = models.CharField(max_length=20)
    cursor = models.JSONField(default=dict)
    people = models.JSONField(default=list, help_text="The upstream's users, found in the first phase.")
    ties = models.JSONField(
        default=list,
        help_text="Accounts with the address of a customer here: found by a dry run, or agreed to by staff.",
    )
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    calls = models.PositiveIntegerField(default=0)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    began_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(state="running") & ~models.Q(kind="customer"),
                name="one_running_survey_of_the_account",
            ),
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(state="running"), name="one_running_survey_per_customer"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="due_surveys", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["customer", "-began_at"], name="surveys_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{', dry run' if self.is_dry else ''}"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    def keep(self, people: list[dict[str, Any]]) -> None:
        """Many people are much to write, so they are only written when they changed."""
        self.people, self._are_people_new = people, True

    def write(self) -> None:
        """Save all but the people, unless these are new."""
        fields = [each.name for each in self._meta.concrete_fields if not each.primary_key and each.name != "due_at"]
        if not getattr(self, "_are_people_new", False):
            fields.remove("people")
        self.save(update_fields=fields)

    @property
    def agreed_ties(self) -> set[tuple[int, str]]:
        """The pairs (customer, user of the upstream) that staff agreed to; a dry run has none."""
        return set() if self.is_dry else {(each["customer"], each["user_id"]) for each in self.ties}

    def propose_tie(self, customer: Customer, user_id: str, company: str) -> None:
        """Staff decide about it, once they see what the account owns."""
        tie = {"customer": customer.pk, "slug": customer.slug, "company": customer.company}
        self.ties.append({**tie, "user_id": user_id, "account": company, "domains": 0, "mailboxes": 0})

    def count_of_tie(self, user_id: str, what: str, number: int) -> None:
        """What an account owns that somebody may be tied to."""
        for each in self.ties:
            if each["user_id"] == user_id and self.is_dry:
                each[what] += number

    def count(self, what: str, **more: int) -> None:
        """Add to the figures of one kind of thing."""
        figures: dict[str, int] = self.counts.setdefault(what, {})
        for name, number in more.items():
            figures[name] = figures.get(name, 0) + number


class Drift(models.Model):
    """One thing on which a survey found the upstream to differ from what the portal knew.

    `here` and `there` are the two values, `there` being what the portal shows since. Staff accept it or send ours back.
    """

    class Kind(models.TextChoices):
        CHANGED = "changed", "Changed there"
        APPEARED = "appeared", "Only there"
        MISSING = "missing", "Only here"
        OWNER = "owner", "Another customer's there"

    class State(models.TextChoices):
        OPEN = "open", "To decide"
        NOTED = "noted", "Noted"
        ACCEPTED = "accepted", "Accepted"
        REPAIRING = "repairing", "Being repaired"
        REPAIRED = "repaired", "Repaired"
        GONE = "gone", "No longer so"

    UNSETTLED: ClassVar[tuple[str, ...]] = (State.OPEN, State.REPAIRING)

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    name = models.CharField(max_length=320)
    field = models.CharField(max_length=40, blank=True)
    here = models.JSONField(null=True)
    there = models.JSONField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    found_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)

    class Meta:
        verbose_name_plural = "drift"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["customer", "subject_type", "subject_id", "field"],
                condition=models.Q(state__in=["open", "repairing"]),
                name="one_unsettled_drift_per_field",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-found_at"], name="drift_of_customer"),
            models.Index(fields=["-found_at"], name="drift_to_decide", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.field.replace('_', ' ')}".strip()


class BooksCheck(models.Model):
    """What the books were asked for at one moment. `differences` are the rules that did not hold."""

    checked_at = models.DateTimeField(default=timezone.now)
    differences = models.JSONField(default=list)

    class Meta:
        verbose_name = "check of the books"
        verbose_name_plural = "checks of the books"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["-checked_at"], name="newest_check_of_books")]

    def __str__(self) -> str:
        return "All holds" if not self.differences else f"{len(self.differences)} rules do not hold"
