"""What was delivered and is not paid for."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Customer
from billing.order_models import OrderLine


class Shortfall(models.Model):
    """A line that was delivered after its money went back, when the balance did not suffice any more."""

    class State(models.TextChoices):
        OPEN = "open", "To decide"
        CHARGED = "charged", "Charged"
        WAIVED = "waived", "Let go"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    line = models.OneToOneField(OrderLine, on_delete=models.PROTECT, related_name="shortfall")
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "delivered, not charged"
        verbose_name_plural = "delivered, not charged"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-opened_at"], name="shortfalls_of_customer"),
            models.Index(fields=["opened_at"], name="open_shortfalls", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.line}"
