from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0007_halfway"),
    ]

    operations = [
        migrations.CreateModel(
            name="Silence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("operation", models.CharField(max_length=60, unique=True)),
                ("subjects", models.JSONField(default=dict)),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="pause",
            name="kinds",
            field=models.JSONField(db_default=models.Value([], models.JSONField())),
        ),
        migrations.AddField(model_name="circuit", name="told_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="circuit", name="told", field=models.CharField(db_default="", max_length=500)),
        migrations.AddField(model_name="circuit", name="silent", field=models.PositiveIntegerField(db_default=0)),
        migrations.AddField(model_name="circuit", name="probing_until", field=models.DateTimeField(null=True)),
    ]
