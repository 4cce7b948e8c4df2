"""`manage.py rotate_field_keys`: every stored secret under the first of FIELD_KEYS, so that the others can go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.sealed import rotate_sealed, sealed_models


class Command(BaseCommand):
    help = "Encrypt every stored secret anew with the first of FIELD_KEYS. May be repeated, and run while people work."

    def handle(self, *args: Any, **options: Any) -> None:
        lost = 0
        for model, fields in sealed_models():
            done, unread = rotate_sealed(model, fields)
            lost += unread
            self.stdout.write(f"{model._meta.verbose_name_plural}: {done}")
        if lost:
            raise CommandError(f"{lost} rows fit none of FIELD_KEYS and stay as they are. Keep the old keys.")
        self.stdout.write("Everything is under the first key. The others may be taken out of FIELD_KEYS.")
