"""Whether a reason comes from staff stands in a field, and no longer in the words before it."""

from typing import ClassVar

from django.db import migrations, models

FILL = """
    SELECT set_config('app.staff', 'on', true);
    UPDATE operations_operation SET is_said_by_staff = true, last_error = substr(last_error, length('Our team: ') + 1)
    WHERE last_error LIKE 'Our team: %';
    SELECT set_config('app.staff', '', true);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("operations", "0008_silence")]
    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.AddField(
            model_name="operation",
            name="is_said_by_staff",
            field=models.BooleanField(
                db_default=False, help_text="Why it failed was said by the team, in words for the customer."
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
