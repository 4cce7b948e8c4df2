"""Row-level security, and foreign keys that carry the customer."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import enable_row_security, same_customer


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("domains", "0001_initial"),
        ("billing", "0004_row_security_of_orders"),
        ("accounts", "0002_row_security"),
    ]
    operations: ClassVar[list[migrations.RunSQL]] = [
        enable_row_security("domains_domain"),
        same_customer("domains_domain", "line_id", "billing_orderline"),
    ]
