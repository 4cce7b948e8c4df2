"""Row-level security, and foreign keys that carry the customer."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import enable_row_security


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("operations", "0001_initial"), ("accounts", "0002_row_security")]
    operations: ClassVar[list[migrations.RunSQL]] = [
        enable_row_security("operations_operation"),
        enable_row_security("operations_turn"),
        migrations.RunSQL(
            "INSERT INTO operations_budget (calls) VALUES (0); "
            "CREATE UNIQUE INDEX operations_budget_is_one_row ON operations_budget ((true))",
            "DELETE FROM operations_budget",
        ),
    ]
