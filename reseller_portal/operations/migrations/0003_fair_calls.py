"""Turns and pauses: the budget remembers whose turn it was, so the table of turns goes."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_full_contact"),
        ("operations", "0002_row_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group", models.CharField(max_length=20, unique=True)),
                ("operation", models.CharField(max_length=60)),
                ("reason", models.CharField(max_length=300)),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("until", models.DateTimeField()),
                ("said_seconds", models.FloatField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="budget",
            name="background_at",
            field=models.DateTimeField(help_text="When a reader in the background asked in vain.", null=True),
        ),
        migrations.AddField(
            model_name="budget",
            name="calls_before",
            field=models.PositiveIntegerField(db_default=0, help_text="In the minute before."),
        ),
        migrations.AddField(
            model_name="budget",
            name="calls_of_minute",
            field=models.PositiveIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="budget",
            name="learnt_per_minute",
            field=models.PositiveIntegerField(help_text="What a quota of the key taught.", null=True),
        ),
        migrations.AddField(
            model_name="budget",
            name="learnt_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="budget",
            name="minute_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="budget",
            name="served",
            field=models.JSONField(db_default=models.Value({}, models.JSONField())),
        ),
        migrations.AddField(
            model_name="budget",
            name="unused",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AlterField(
            model_name="operation",
            name="priority",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "Question of a quote"), (1, "Purchase"), (2, "Edit"), (3, "Sync"), (4, "Search")],
                default=2,
            ),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["priority", "kind", "due_at"], name="due_by_kind"
            ),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["priority", "customer", "kind", "due_at"],
                name="due_by_customer",
            ),
        ),
        migrations.DeleteModel(
            name="Turn",
        ),
    ]
