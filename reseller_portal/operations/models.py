"""What the portal wants of the upstream, kept until the outcome is known, and the budget of calls."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Customer


class Operation(models.Model):
    """One wish, and the queue of record: whatever `due_at` says is due will be picked up, message or no message.

    `due_at` is also the lease: while a worker has the row it lies in the future, and when the worker dies it passes.
    A final row has none. `payload` and `answer` hold no secrets.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Sending"
        ACCEPTED = "accepted", "Accepted"
        UNKNOWN = "unknown", "Outcome unknown"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        NEEDS_PERSON = "needs_person", "Needs a person"

    class Priority(models.IntegerChoices):
        LOOKUP = 0, "Lookup"
        PURCHASE = 1, "Purchase"
        EDIT = 2, "Edit"
        SYNC = 3, "Sync"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=300, help_text="What it is about; one operation for each kind and key.")
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.EDIT)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=14, choices=State.choices, default=State.WAITING)
    answer = models.JSONField(default=dict)
    last_error = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0, help_text="Errors of our own while working on it.")
    lease = models.CharField(max_length=32, blank=True)
    due_at = models.DateTimeField(null=True, db_default=Now())
    placed_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "kind", "key"], name="one_operation_per_kind_and_key")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="due_operations", condition=models.Q(due_at__isnull=False)),
            models.Index(
                fields=["-placed_at"], name="operations_for_a_person", condition=models.Q(state="needs_person")
            ),
            models.Index(fields=["customer", "-placed_at"], name="operations_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_final(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED}


class Turn(models.Model):
    """When a customer was last served in a class, so that the next call goes to who waited longest."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    priority = models.PositiveSmallIntegerField()
    served_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "priority"], name="one_turn_per_customer_and_class")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} in class {self.priority}"


class Budget(models.Model):
    """One row for all processes: no call to the upstream starts before `next_at`."""

    next_at = models.DateTimeField(db_default=Now())
    calls = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.calls} calls"
