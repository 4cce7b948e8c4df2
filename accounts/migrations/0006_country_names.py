from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("accounts", "0005_hosts_as_compared")]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="CountryName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plain", models.CharField(max_length=120, unique=True)),
                ("code", models.CharField(max_length=2)),
            ],
        ),
    ]
