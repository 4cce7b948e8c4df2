"""Subscriptions: what keeps the mailboxes of a domain alive month by month, as last heard from the upstream."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Customer
from billing.order_models import Provider


class Subscription(models.Model):
    """One monthly contract of one domain. `cost_minor` is what the upstream takes for one mailbox and month.

    `seen_at` says how fresh the row is, `missing_since` when a whole reading first came without it.
    """

    class State(models.TextChoices):
        ACTIVE = "ACTIVE", "Active"
        RENEWING = "RENEWING", "Renewing"
        PAST_DUE = "PAST_DUE", "Past due"
        CANCELLED = "CANCELLED", "Cancelled"
        EXPIRED = "EXPIRED", "Expired"
        REMOVED = "REMOVED", "Gone"

    GONE: ClassVar[tuple[str, ...]] = (State.CANCELLED, State.EXPIRED, State.REMOVED)

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    upstream_id = models.CharField(max_length=64)
    domain_name = models.CharField(max_length=253)
    provider = models.CharField(max_length=12, choices=Provider.choices)
    state = models.CharField(max_length=30, choices=State.choices)
    quantity = models.PositiveIntegerField(help_text="Mailboxes that are paid for.")
    cost_minor = models.BigIntegerField()
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    auto_renew = models.BooleanField()
    seen_at = models.DateTimeField(default=timezone.now)
    missing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "upstream_id"], name="one_row_per_subscription"),
            models.UniqueConstraint(
                fields=["upstream_id"],
                condition=~models.Q(state__in=["CANCELLED", "EXPIRED", "REMOVED"]),
                name="one_customer_per_subscription",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "domain_name"], name="subscriptions_of_domain"),
            models.Index(fields=["customer", "period_end", "id"], name="subscriptions_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.domain_name}, {self.quantity} mailboxes"
