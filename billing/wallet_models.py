"""What the upstream last said of the reseller's wallet."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class WalletReading(models.Model):
    """The balance at one moment, in minor units. Staff only: it belongs to no customer."""

    balance_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="USD")
    read_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["-read_at"], name="newest_wallet_reading")]

    def __str__(self) -> str:
        return f"{self.currency} {self.balance_minor / 100:,.2f}"
