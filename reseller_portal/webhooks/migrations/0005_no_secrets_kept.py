"""Events that were ignored or put away kept their credentials, encrypted: they are dropped, and none are kept."""

from typing import ClassVar

from django.db import migrations, models

# The owner too sees no event without the setting, and would leave all of them to the constraint.
DROP = """
    SELECT set_config('app.staff', 'on', true);
    UPDATE webhooks_event SET secrets = '' WHERE state IN ('done', 'ignored', 'put_away') AND secrets <> '';
    SELECT set_config('app.staff', '', true);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("webhooks", "0004_put_away")]
    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.RunSQL(DROP, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["due", "failed"]), ("secrets", ""), _connector="OR"),
                name="no_secrets_of_an_event_that_ended",
            ),
        ),
    ]
