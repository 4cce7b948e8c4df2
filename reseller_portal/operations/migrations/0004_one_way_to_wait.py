import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import same_customer


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_full_contact"),
        ("operations", "0003_fair_calls"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="operation",
            options={
                "permissions": (
                    ("settle_operation", "Can say how an operation ended"),
                    ("check_operation", "Can have an operation checked again"),
                )
            },
        ),
        migrations.AddField(
            model_name="operation",
            name="after",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="dependents",
                to="operations.operation",
            ),
        ),
        migrations.AddField(
            model_name="operation",
            name="begun_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="operation",
            name="on_purpose",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="operation",
            name="faults",
            field=models.PositiveIntegerField(
                default=0, help_text="Looks in a row that nobody answered, and our own errors."
            ),
        ),
        migrations.AlterField(
            model_name="operation",
            name="last_error",
            field=models.CharField(blank=True, help_text="Why it waits, or what went wrong last.", max_length=500),
        ),
        migrations.AlterField(
            model_name="operation",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("sending", "Sending"),
                    ("accepted", "Accepted"),
                    ("unknown", "Outcome unknown"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("needs_person", "Needs attention"),
                ],
                default="waiting",
                max_length=14,
            ),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["begun_at"], name="operations_under_way"
            ),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(
                condition=models.Q(("after__isnull", False)), fields=["after"], name="operations_parked"
            ),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(
                condition=models.Q(("on_purpose", True)), fields=["placed_at"], name="operations_on_purpose"
            ),
        ),
        same_customer("operations_operation", "after_id", "operations_operation"),
    ]
