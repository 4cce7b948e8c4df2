from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mirror", "0003_ties"),
    ]

    operations = [
        migrations.RenameField(
            model_name="survey",
            old_name="faults",
            new_name="attempts",
        ),
        migrations.AddField(
            model_name="survey",
            name="begun_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="survey",
            name="last_error",
            field=models.CharField(blank=True, help_text="Why it waits, or what went wrong last.", max_length=500),
        ),
        migrations.AlterField(
            model_name="survey",
            name="state",
            field=models.CharField(
                choices=[
                    ("running", "Running"),
                    ("done", "Done"),
                    ("stopped", "Stopped"),
                    ("failed", "Needs attention"),
                ],
                default="running",
                max_length=8,
            ),
        ),
    ]
