"""Substring search: a trigram index, and the one function that may use it."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from accounts.searching import search_extensions, search_function


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("domains", "0004_row_security_of_records")]
    operations: ClassVar[list[Any]] = [
        search_extensions(),
        migrations.AddIndex(
            model_name="domain",
            index=GinIndex(
                fastupdate=False,
                fields=["customer", "name"],
                name="domains_by_letters",
                opclasses=["int8_ops", "gin_trgm_ops"],
            ),
        ),
        search_function("domains_containing", table="domains_domain", column="name"),
    ]
