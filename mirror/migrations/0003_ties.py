from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("mirror", "0002_row_security")]
    operations: ClassVar[list[Any]] = [
        migrations.AddField(
            model_name="survey",
            name="ties",
            field=models.JSONField(
                default=list,
                help_text="Accounts with the address of a customer here: found by a dry run, or agreed to by staff.",
            ),
        ),
    ]
