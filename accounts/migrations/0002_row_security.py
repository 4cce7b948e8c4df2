"""Row-level security for the tables of this app."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import USER, enable_row_security


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("accounts", "0001_initial")]
    operations: ClassVar[list[migrations.RunSQL]] = [
        enable_row_security("accounts_membership", also_read=f"user_id = {USER}"),
        enable_row_security(
            "accounts_customer",
            column="id",
            also_read=f"id IN (SELECT customer_id FROM accounts_membership WHERE user_id = {USER})",  # noqa: S608  # a constant
        ),
        enable_row_security("accounts_auditentry"),
    ]
