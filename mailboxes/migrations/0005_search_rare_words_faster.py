"""Rare words no longer wait for the common ones' look."""

from typing import Any, ClassVar

from django.db import migrations

from accounts.searching import search_function_again


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("mailboxes", "0004_search")]
    operations: ClassVar[list[Any]] = [
        search_function_again("mailboxes_containing", table="mailboxes_mailbox", column="address"),
    ]
