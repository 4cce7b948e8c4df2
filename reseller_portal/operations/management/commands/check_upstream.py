"""`manage.py check_upstream`: does the upstream take our key at this address, and if not, what to do."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reseller_portal.operations import circuit, pauses
from reseller_portal.operations.gateway import probe
from reseller_portal.operations.refusals import advice_on
from reseller_portal.operations.upstream_state import GROUPS, why_of

REFUSED, UNDECIDED = 1, 2


class Command(BaseCommand):
    help = "Make one call that needs the key alone. Ends with 0 (answered), 1 (refused) or 2 (cannot tell now)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--brief", action="store_true", help="Say one line if something is wrong, and end with 0.")

    def handle(self, *args: Any, brief: bool, **options: Any) -> None:
        verdict, error = probe()
        if verdict == circuit.Verdict.ANSWERED:
            if not brief:
                self._say_that_it_answers()
            return
        words = advice_on(error) if error else "The upstream gave no answer in time. Try again in a minute."
        if brief:
            self.stdout.write(f"The upstream does not serve this portal yet: {words}")
            return
        raise CommandError(words, returncode=REFUSED if verdict == circuit.Verdict.REFUSED else UNDECIDED)

    def _say_that_it_answers(self) -> None:
        self.stdout.write(f"The upstream answers at {settings.UPSTREAM_URL} and takes the key.")
        if circuit.current():
            self.stdout.write("Calls still wait from an earlier refusal; they go on within a minute.")
        for pause in pauses.current():
            self.stdout.write(f"Paused: {GROUPS.get(pause.group, pause.operation)}. {why_of(pause)}")
