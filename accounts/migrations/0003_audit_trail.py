"""The name that the admin gives the audit trail. No table changes."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("accounts", "0002_row_security")]
    operations: ClassVar[list[migrations.AlterModelOptions]] = [
        migrations.AlterModelOptions(name="auditentry", options={"verbose_name_plural": "audit trail"}),
    ]
