"""Events of the upstream, kept once each, with what became of them."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from reseller_portal.jobs.models import Job


class Event(Job):
    """One delivery. `payload` has no credentials: they stand encrypted in `secrets` until the event has ended."""

    class State(models.TextChoices):
        DUE = "due", "Due"
        DONE = "done", "Done"
        IGNORED = "ignored", "Kept, not understood"
        FAILED = "failed", "Needs attention"
        PUT_AWAY = "put_away", "Put away"

    event_id = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=80)
    upstream_user_id = models.CharField(max_length=64, blank=True)
    payload = models.JSONField()
    secrets = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    received_at = models.DateTimeField(db_default=Now())
    processed_at = models.DateTimeField(null=True)
    sealed_fields = ("secrets",)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(state__in=["due", "failed"]) | models.Q(secrets=""),
                name="no_secrets_of_an_event_that_ended",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="due_events", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["-received_at"], name="events_newest"),
            models.Index(fields=["received_at"], name="events_need_attention", condition=models.Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.words}, {self.event_id}"

    @property
    def words(self) -> str:
        """*Domain order failed*, for domain.order.failed."""
        return self.name.replace(".", " ").replace("_", " ").capitalize()
