"""Row-level security of subscriptions."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import enable_row_security


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("billing", "0007_subscriptions")]
    operations: ClassVar[list[migrations.RunSQL]] = [enable_row_security("billing_subscription")]
