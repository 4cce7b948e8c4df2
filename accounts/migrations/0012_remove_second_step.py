from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0011_accepted")]

    operations: ClassVar = [
        migrations.AlterModelOptions(
            name="user",
            options={"permissions": (("remove_second_step", "Can take off the second step of who lost the device"),)},
        ),
    ]
