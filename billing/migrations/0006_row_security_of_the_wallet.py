"""Wallet readings are for staff alone."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import staff_only


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("billing", "0005_wallet_reading")]
    operations: ClassVar[list[migrations.RunSQL]] = [staff_only("billing_walletreading")]
