"""Domains of customers, as last heard from the upstream."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Customer
from billing.models import OrderLine, Provider


class Domain(models.Model):
    """One registered domain, or one that is being registered. `seen_at` says how fresh the row is."""

    class State(models.TextChoices):
        PENDING = "PENDING", "Being registered"
        ACTIVE = "ACTIVE", "Active"
        RENEWING = "RENEWING", "Renewing"
        GRACE_PERIOD = "GRACE_PERIOD", "Expired, in grace"
        EXPIRED = "EXPIRED", "Expired"
        FAILED = "FAILED", "Not registered"
        REMOVED = "REMOVED", "Removed"

    GONE: ClassVar[tuple[str, ...]] = (State.EXPIRED, State.FAILED, State.REMOVED)

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    name = models.CharField(max_length=253)
    state = models.CharField(max_length=14, choices=State.choices, default=State.PENDING)
    upstream_id = models.CharField(max_length=64, blank=True)
    provider = models.CharField(max_length=12, choices=Provider.choices, blank=True)
    subscription_id = models.CharField(max_length=64, blank=True)
    line = models.ForeignKey(OrderLine, null=True, on_delete=models.SET_NULL)
    registered_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    auto_renew = models.BooleanField(default=False)
    seen_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["customer", "name"],
                condition=~models.Q(state__in=["EXPIRED", "FAILED", "REMOVED"]),
                name="one_living_domain_per_customer",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(state__in=["ACTIVE", "RENEWING", "GRACE_PERIOD"]),
                name="one_customer_per_domain",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "name", "id"], name="domains_by_name"),
            models.Index(fields=["customer", "state", "name", "id"], name="domains_by_state"),
            models.Index(fields=["customer", "-created_at"], name="domains_newest"),
        ]

    def __str__(self) -> str:
        return self.name
