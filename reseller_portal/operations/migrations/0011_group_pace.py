from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0010_without_call"),
    ]

    operations = [
        migrations.CreateModel(
            name="GroupPace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group", models.CharField(max_length=60, unique=True)),
                ("next_at", models.DateTimeField(db_default=Now())),
                ("minute_at", models.DateTimeField(db_default=Now())),
                ("calls_of_minute", models.PositiveIntegerField(default=0)),
                ("calls_before", models.PositiveIntegerField(default=0, help_text="In the minute before.")),
                ("learnt_per_minute", models.PositiveIntegerField(null=True)),
                ("learnt_until", models.DateTimeField(null=True)),
            ],
        ),
    ]
