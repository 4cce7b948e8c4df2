from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0002_row_security"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="begun_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="event",
            name="lease",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AlterField(
            model_name="event",
            name="last_error",
            field=models.CharField(blank=True, help_text="Why it waits, or what went wrong last.", max_length=500),
        ),
        migrations.AlterField(
            model_name="event",
            name="state",
            field=models.CharField(
                choices=[
                    ("due", "Due"),
                    ("done", "Done"),
                    ("ignored", "Kept, not understood"),
                    ("failed", "Needs attention"),
                ],
                default="due",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("state", "failed")), fields=["received_at"], name="events_need_attention"
            ),
        ),
    ]
