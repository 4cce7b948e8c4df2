"""Rare words no longer wait for the common ones' look."""

from typing import Any, ClassVar

from django.db import migrations

from accounts.searching import search_function_again


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("domains", "0005_search")]
    operations: ClassVar[list[Any]] = [
        search_function_again("domains_containing", table="domains_domain", column="name"),
    ]
