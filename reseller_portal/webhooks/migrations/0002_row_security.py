"""Events are seen by staff and the engine alone."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import staff_only


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("webhooks", "0001_initial")]
    operations: ClassVar[list[migrations.RunSQL]] = [staff_only("webhooks_event")]
