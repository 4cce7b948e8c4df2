"""Mailboxes of customers, and their credentials under lock."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from accounts.models import Customer
from billing.models import OrderLine, Provider
from domains.models import Domain


class Mailbox(models.Model):
    """One address. Credentials live in a table of their own, so that no list ever loads them.

    `seen_at` says how fresh the row is, `missing_since` when a whole reading first came without it.
    """

    class State(models.TextChoices):
        IN_PROGRESS = "IN_PROGRESS", "Being created"
        CREATING_PASSWORD = "CREATING_PASSWORD", "Setting password"
        ACTIVE = "ACTIVE", "Active"
        EXPIRED = "EXPIRED", "Expired"
        FAILED = "FAILED", "Not created"
        REMOVED = "REMOVED", "Removed"

    GONE: ClassVar[tuple[str, ...]] = (State.FAILED, State.REMOVED)

    class Warmup(models.TextChoices):
        NONE = "", "Not started"
        PENDING = "PENDING", "Starting"
        ACTIVE = "ACTIVE", "Running"
        PAUSED = "PAUSED", "Paused"
        STOPPED = "STOPPED", "Stopped"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="mailboxes")
    address = models.CharField(max_length=320)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=30, choices=State.choices, default=State.IN_PROGRESS)
    upstream_id = models.CharField(max_length=64, blank=True)
    provider = models.CharField(max_length=12, choices=Provider.choices)
    subscription_id = models.CharField(max_length=64, blank=True)
    is_admin = models.BooleanField(default=False)
    warmup_state = models.CharField(max_length=30, blank=True, choices=Warmup.choices)
    picture_url = models.CharField(max_length=500, blank=True)
    exported_at = models.DateTimeField(null=True)
    exported_to = models.CharField(max_length=120, blank=True)
    line = models.ForeignKey(OrderLine, null=True, on_delete=models.SET_NULL)
    expires_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=timezone.now)
    missing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "mailboxes"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["customer", "address"],
                condition=~models.Q(state__in=["FAILED", "REMOVED"]),
                name="one_living_mailbox_per_address",
            ),
            models.UniqueConstraint(
                fields=["customer", "upstream_id"],
                condition=~models.Q(upstream_id=""),
                name="one_row_per_upstream_mailbox",
            ),
            models.UniqueConstraint(
                fields=["upstream_id"],
                condition=~models.Q(upstream_id="") & ~models.Q(state__in=["FAILED", "REMOVED"]),
                name="one_customer_per_upstream_mailbox",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "address", "id"], name="mailboxes_by_address"),
            models.Index(fields=["customer", "state", "address", "id"], name="mailboxes_by_state"),
            GinIndex(
                fields=["customer", "address"],
                name="mailboxes_by_letters",
                opclasses=["int8_ops", "gin_trgm_ops"],
                # A list of pending entries would make searches after an import slow until somebody vacuums.
                fastupdate=False,
            ),
            models.Index(fields=["customer", "domain", "address"], name="mailboxes_of_domain"),
        ]

    def __str__(self) -> str:
        return self.address


class Credential(models.Model):
    """The secrets of one mailbox, encrypted. Only `mailboxes.services.secrets` reads or writes them."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    mailbox = models.OneToOneField(Mailbox, on_delete=models.CASCADE, related_name="credential")
    password = models.TextField(blank=True)
    app_password = models.TextField(blank=True)
    authenticator = models.TextField(blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    sealed_fields = ("password", "app_password", "authenticator")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "mailbox"], name="credentials_of_customer")
        ]

    def __str__(self) -> str:
        return f"Credentials of {self.mailbox_id}"
