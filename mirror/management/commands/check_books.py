"""`manage.py check_books`: ask whether all that must hold does."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mirror import books
from reseller_portal.core.time_limits import work_longer


class Command(BaseCommand):
    help = (
        "Ask whether the ledger, holds, orders, operations and credentials are as they must be. "
        "It changes nothing, prints each rule that does not hold with how often and one example, and ends with 1 then."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        work_longer()
        found = books.check().differences
        for each in found:
            self.stdout.write(f"{each['rule']}: {each['count']} times not so, such as {each['example']}")
        if found:
            raise CommandError(f"{len(found)} of {len(books.NAMES)} rules do not hold.")
        self.stdout.write(f"All {len(books.NAMES)} rules hold.")
