from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0009_said_by_staff"),
    ]

    operations = [
        migrations.AddField(model_name="operation", name="without_call", field=models.BooleanField(db_default=False)),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(
                fields=["due_at"],
                name="due_without_call",
                condition=models.Q(due_at__isnull=False, without_call=True),
            ),
        ),
    ]
