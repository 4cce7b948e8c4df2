"""A search leaves out what failed, as the list does: it is a line of its order."""

from typing import Any, ClassVar

from django.db import migrations

from accounts.searching import search_function_again


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("domains", "0006_search_rare_words_faster")]
    operations: ClassVar[list[Any]] = [
        search_function_again("domains_containing", table="domains_domain", column="name"),
    ]
