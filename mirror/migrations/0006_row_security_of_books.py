"""Checks of the books belong to no customer: staff alone see them."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import staff_only


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("mirror", "0005_books")]
    operations: ClassVar[list[migrations.RunSQL]] = [staff_only("mirror_bookscheck")]
