"""What every row that waits for a worker has in common. An abstract model: each queue keeps its own table."""

from django.db import models
from django.db.models.functions import Now


class Job(models.Model):
    """A row of a queue: picked up when `due_at` has passed, whether or not a message told of it.

    `due_at` is also the end of the lease: while a worker has the row it lies in the future, and when the worker dies it
    passes. A row without `due_at` is final, parked, or waits for a person. `begun_at` is when work on it first began;
    the time in which no worker came is not counted (see `rules`).
    """

    due_at = models.DateTimeField(null=True, db_default=Now())
    lease = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True, help_text="Why it waits, or what went wrong last.")

    class Meta:
        abstract = True

    @property
    def tries(self) -> int:
        """How many tries brought no outcome. A queue whose steps succeed one by one starts again at each success."""
        return self.attempts
