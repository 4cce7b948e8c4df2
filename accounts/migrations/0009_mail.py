import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from accounts.row_security import enable_row_security


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_drafts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), null=True)),
                ("lease", models.CharField(blank=True, max_length=32)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("begun_at", models.DateTimeField(blank=True, null=True)),
                (
                    "last_error",
                    models.CharField(blank=True, help_text="Why it waits, or what went wrong last.", max_length=500),
                ),
                ("purpose", models.CharField(max_length=40)),
                ("to", models.EmailField(max_length=254)),
                ("subject", models.CharField(max_length=200)),
                (
                    "template",
                    models.CharField(blank=True, help_text="Without its ending; both .txt and .html.", max_length=80),
                ),
                ("context", models.JSONField(default=dict)),
                ("sealed", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("dropped", "Not needed any more"),
                            ("needs_person", "Needs attention"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "brand",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="accounts.brand"),
                ),
                (
                    "customer",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="accounts.customer"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["customer", "-queued_at"], name="mail_of_customer"),
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="due_mail"),
                    models.Index(
                        condition=models.Q(("state", "needs_person")), fields=["queued_at"], name="mail_needs_attention"
                    ),
                ],
            },
        ),
        enable_row_security("accounts_mail"),
    ]
