from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0003_one_way_to_wait"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="state",
            field=models.CharField(
                choices=[
                    ("due", "Due"),
                    ("done", "Done"),
                    ("ignored", "Kept, not understood"),
                    ("failed", "Needs attention"),
                    ("put_away", "Put away"),
                ],
                default="due",
                max_length=8,
            ),
        ),
    ]
