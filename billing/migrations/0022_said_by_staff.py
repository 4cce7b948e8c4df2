"""Whether the reason of a failed line comes from staff stands in a field, and no longer in the words before it."""

from typing import ClassVar

from django.db import migrations, models

FILL = """
    SELECT set_config('app.staff', 'on', true);
    UPDATE billing_orderline SET is_said_by_staff = true, said = substr(said, length('Our team: ') + 1)
    WHERE said LIKE 'Our team: %';
    UPDATE operations_operation SET payload = payload || jsonb_build_object(
        'is_said_by_staff', true, 'reason', substr(payload ->> 'reason', length('Our team: ') + 1)
    ) WHERE kind = 'order.end' AND payload ->> 'reason' LIKE 'Our team: %';
    SELECT set_config('app.staff', '', true);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("billing", "0021_sold_below_cost"),
        ("operations", "0009_said_by_staff"),
    ]
    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.AddField(
            model_name="orderline",
            name="is_said_by_staff",
            field=models.BooleanField(db_default=False, help_text="The words are those of the team."),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
