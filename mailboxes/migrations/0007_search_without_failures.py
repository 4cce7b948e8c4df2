"""A search leaves out what failed, as the list does: it is a line of its order."""

from typing import Any, ClassVar

from django.db import migrations

from accounts.searching import search_function_again


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("mailboxes", "0006_whose_a_mailbox_is")]
    operations: ClassVar[list[Any]] = [
        search_function_again("mailboxes_containing", table="mailboxes_mailbox", column="address"),
    ]
