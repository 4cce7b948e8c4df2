"""Substring search: a trigram index, and the one function that may use it."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from accounts.searching import search_function


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("mailboxes", "0003_mirror"), ("domains", "0005_search")]
    operations: ClassVar[list[Any]] = [
        migrations.AddIndex(
            model_name="mailbox",
            index=GinIndex(
                fastupdate=False,
                fields=["customer", "address"],
                name="mailboxes_by_letters",
                opclasses=["int8_ops", "gin_trgm_ops"],
            ),
        ),
        search_function("mailboxes_containing", table="mailboxes_mailbox", column="address"),
    ]
