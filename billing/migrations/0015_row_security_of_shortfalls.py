"""Row-level security of what was delivered and not charged."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import enable_row_security, same_customer


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("billing", "0014_shortfalls")]
    operations: ClassVar[list[migrations.RunSQL]] = [
        enable_row_security("billing_shortfall"),
        same_customer("billing_shortfall", "line_id", "billing_orderline"),
    ]
