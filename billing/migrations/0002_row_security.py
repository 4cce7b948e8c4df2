"""Row-level security for the ledger."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import enable_row_security


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("billing", "0001_initial"), ("accounts", "0002_row_security")]
    operations: ClassVar[list[migrations.RunSQL]] = [
        enable_row_security("billing_account"),
        enable_row_security("billing_transaction"),
        enable_row_security("billing_entry"),
    ]
