"""Row-level security. A survey of the whole account belongs to no customer, so staff alone see it."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import enable_row_security


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("mirror", "0001_initial"), ("accounts", "0002_row_security")]
    operations: ClassVar[list[migrations.RunSQL]] = [
        enable_row_security("mirror_survey"),
        enable_row_security("mirror_drift"),
    ]
