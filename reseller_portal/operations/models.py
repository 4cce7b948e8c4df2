"""What the portal wants of the upstream, kept until the outcome is known, and the budget of calls."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Customer
from reseller_portal.jobs.models import Job
from reseller_portal.operations.labels import label_of


class Operation(Job):
    """One wish, and the queue of record: whatever `due_at` says is due will be picked up, message or no message.

    `attempts` counts how often it was sent. A row with `after` is parked until that operation is done: it is due never,
    and costs nothing. `on_purpose` says that it waits for something known, such as money, and not for an answer.
    `without_call`: its next step asks the upstream nothing, so it needs no place in the budget and passes all pauses.
    `payload` and `answer` hold no secrets.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Sending"
        ACCEPTED = "accepted", "Accepted"
        UNKNOWN = "unknown", "Outcome unknown"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        NEEDS_PERSON = "needs_person", "Needs attention"

    class Priority(models.IntegerChoices):
        """The classes between which calls go in turns; in which order, and how often, says `turns`."""

        QUOTE = 0, "Question of a quote"
        PURCHASE = 1, "Purchase"
        EDIT = 2, "Edit"
        SYNC = 3, "Sync"
        SEARCH = 4, "Search"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=300, help_text="What it is about; one operation for each kind and key.")
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.EDIT)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=14, choices=State.choices, default=State.WAITING)
    answer = models.JSONField(default=dict)
    looks = models.PositiveIntegerField(default=0)
    faults = models.PositiveIntegerField(
        default=0, help_text="Looks in a row that nobody answered, and our own errors."
    )
    # The database refuses to delete what another one waits for; if Python asked too, a deletion would read all rows.
    after = models.ForeignKey("self", null=True, on_delete=models.DO_NOTHING, related_name="dependents", db_index=False)
    on_purpose = models.BooleanField(default=False)
    is_said_by_staff = models.BooleanField(
        db_default=False, help_text="Why it failed was said by the team, in words for the customer."
    )
    without_call = models.BooleanField(db_default=False)
    placed_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "kind", "key"], name="one_operation_per_kind_and_key")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="due_operations", condition=models.Q(due_at__isnull=False)),
            # What `turns` walks through, whatever number of rows is due.
            models.Index(
                fields=["priority", "kind", "due_at"], name="due_by_kind", condition=models.Q(due_at__isnull=False)
            ),
            models.Index(
                fields=["priority", "customer", "kind", "due_at"],
                name="due_by_customer",
                condition=models.Q(due_at__isnull=False),
            ),
            models.Index(
                fields=["-placed_at"], name="operations_for_a_person", condition=models.Q(state="needs_person")
            ),
            models.Index(fields=["customer", "-placed_at"], name="operations_of_customer"),
            models.Index(fields=["begun_at"], name="operations_under_way", condition=models.Q(due_at__isnull=False)),
            models.Index(
                fields=["due_at"],
                name="due_without_call",
                condition=models.Q(due_at__isnull=False, without_call=True),
            ),
            models.Index(fields=["after"], name="operations_parked", condition=models.Q(after__isnull=False)),
            models.Index(fields=["placed_at"], name="operations_on_purpose", condition=models.Q(on_purpose=True)),
        ]
        permissions = (
            ("settle_operation", "Can say how an operation ended"),
            ("check_operation", "Can have an operation checked again"),
        )

    def __str__(self) -> str:
        return label_of(self.kind, self.key)

    @property
    def tries(self) -> int:
        """Sent so often without an outcome, or looked at so often in a row without an answer."""
        return max(self.attempts, self.faults)

    @property
    def is_final(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED}

    @property
    def is_known_not_to_have_happened(self) -> bool:
        """It was never sent, or refused: nobody can say that it was done, in whatever state it is by now."""
        return self.attempts == 0 and not self.is_final

    @property
    def is_parked(self) -> bool:
        return self.state == self.State.WAITING and self.due_at is None and self.after_id is not None


class Budget(models.Model):
    """One row for all processes: no call to the upstream starts before `next_at`.

    `calls` numbers the calls that were handed out, `unused` counts those given back. `served` holds, by class, the
    customer that the last turn went to.
    """

    next_at = models.DateTimeField(db_default=Now())
    calls = models.BigIntegerField(default=0)
    unused = models.BigIntegerField(db_default=0)
    served = models.JSONField(db_default=models.Value({}, models.JSONField()))
    minute_at = models.DateTimeField(db_default=Now())
    calls_of_minute = models.PositiveIntegerField(db_default=0)
    calls_before = models.PositiveIntegerField(db_default=0, help_text="In the minute before.")
    learnt_per_minute = models.PositiveIntegerField(null=True, help_text="What a quota of the key taught.")
    learnt_until = models.DateTimeField(null=True)
    background_at = models.DateTimeField(null=True, help_text="When a reader in the background asked in vain.")
    halfway_at = models.DateTimeField(
        null=True, help_text="When a purchase or a quote asked in vain for one more call."
    )

    def __str__(self) -> str:
        return f"{self.paid} calls"

    @property
    def paid(self) -> int:
        """How many calls were handed out and made."""
        return self.calls - self.unused


class Pause(models.Model):
    """Calls of one group of operations wait: the upstream said that there were too many of them, or does not know one.

    `until` is when they are tried again; `said_seconds` is how long the upstream wanted them to wait. `kinds` of our
    own operations can do nothing meanwhile.
    """

    group = models.CharField(max_length=60, unique=True)
    operation = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()
    said_seconds = models.FloatField(null=True)
    kinds = models.JSONField(db_default=models.Value([], models.JSONField()))

    def __str__(self) -> str:
        return f"{self.group}: {self.reason}"


class GroupPace(models.Model):
    """What one group of operations was called lately, and the pace that a quota of its own taught (`paces`)."""

    group = models.CharField(max_length=60, unique=True)
    next_at = models.DateTimeField(db_default=Now())
    minute_at = models.DateTimeField(db_default=Now())
    calls_of_minute = models.PositiveIntegerField(default=0)
    calls_before = models.PositiveIntegerField(default=0, help_text="In the minute before.")
    learnt_per_minute = models.PositiveIntegerField(null=True)
    learnt_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.group


class Circuit(models.Model):
    """One row: since when the upstream does not serve us, and why. No call is made while it is open, but for tries.

    `advice` names what staff should do; they are mailed when it opens, unless they were at `told_at` a moment ago.
    `silent` counts the calls in a row that nobody answered. Until `probing_until` somebody finds out what that means.
    """

    opened_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    advice = models.CharField(max_length=500, blank=True)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    told = models.CharField(max_length=500, db_default="")
    silent = models.PositiveIntegerField(db_default=0)
    probing_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.reason if self.opened_at else "closed"


class Silence(models.Model):
    """No call of this operation of the upstream was answered since then; deleted by the first answer.

    `subjects` are some of the rows for which it was called, with their kinds.
    """

    operation = models.CharField(max_length=60, unique=True)
    subjects = models.JSONField(default=dict)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.operation
