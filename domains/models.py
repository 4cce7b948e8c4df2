"""Domains of customers, as last heard from the upstream."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from accounts.models import Customer
from billing.models import OrderLine, Provider


class Domain(models.Model):
    """One registered domain, or one that is being registered.

    `seen_at` says how fresh the row is, `missing_since` when a whole reading first came without it.
    """

    class State(models.TextChoices):
        PENDING = "PENDING", "Being registered"
        ACTIVE = "ACTIVE", "Active"
        RENEWING = "RENEWING", "Renewing"
        GRACE_PERIOD = "GRACE_PERIOD", "Expired, in grace"
        EXPIRED = "EXPIRED", "Expired"
        TRANSFERRED = "TRANSFERRED", "Transferred away"
        INACTIVE = "INACTIVE", "Inactive"
        FAILED = "FAILED", "Not registered"
        REMOVED = "REMOVED", "Removed"

    GONE: ClassVar[tuple[str, ...]] = (State.EXPIRED, State.FAILED, State.REMOVED)
    # What failed was never the customer's: it is a line of its order. `search_function` leaves out the same.
    UNLISTED: ClassVar[tuple[str, ...]] = (State.FAILED, State.REMOVED)

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    name = models.CharField(max_length=253)
    state = models.CharField(max_length=30, choices=State.choices, default=State.PENDING)
    upstream_id = models.CharField(max_length=64, blank=True)
    provider = models.CharField(max_length=12, choices=Provider.choices, blank=True)
    subscription_id = models.CharField(max_length=64, blank=True)
    line = models.ForeignKey(OrderLine, null=True, on_delete=models.SET_NULL)
    registered_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    auto_renew = models.BooleanField(default=False)
    forward_to = models.CharField(max_length=500, blank=True, help_text="Where visitors are sent.")
    is_masked = models.BooleanField(default=False, help_text="Visitors keep the domain in their address bar.")
    catch_all = models.EmailField(max_length=320, blank=True, help_text="Receives all mail sent to the domain.")
    seen_at = models.DateTimeField(default=timezone.now)
    records_seen_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)
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
            GinIndex(
                fields=["customer", "name"],
                name="domains_by_letters",
                opclasses=["int8_ops", "gin_trgm_ops"],
                # A list of pending entries would make searches after an import slow until somebody vacuums.
                fastupdate=False,
            ),
            models.Index(fields=["customer", "-created_at"], name="domains_newest"),
        ]

    def __str__(self) -> str:
        return self.name


class DnsRecord(models.Model):
    """One record of a domain, as the upstream keeps it. `domain.records_seen_at` says how fresh they all are."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="records")
    upstream_id = models.CharField(max_length=64)
    host = models.CharField(max_length=253)
    kind = models.CharField(max_length=10, help_text="The record type, such as MX.")
    value = models.TextField()
    priority = models.PositiveIntegerField(null=True)
    ttl = models.PositiveIntegerField(null=True, help_text="In seconds.")
    is_served = models.BooleanField(default=True, help_text="The upstream keeps some records without serving them.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "domain", "upstream_id"], name="one_row_per_dns_record")
        ]

    def __str__(self) -> str:
        return f"{self.host} {self.kind} {self.value}"
