"""`python -m reseller_portal.sandbox prepare | load [mailboxes]`: make the tables; fill them with very many rows."""

import os
import sys

from reseller_portal.sandbox.mode import refuse_production

refuse_production()
os.environ["DJANGO_SETTINGS_MODULE"] = "reseller_portal.sandbox.settings"

import django
from django.core.management import call_command


def main(arguments: list[str]) -> int:
    if arguments[:1] not in (["prepare"], ["load"]) or len(arguments) > 2:
        sys.stderr.write("usage: python -m reseller_portal.sandbox prepare | load [mailboxes]\n")
        return 2
    django.setup()
    if arguments[0] == "load":
        return load(arguments[1:] or ["1000000"])
    call_command("migrate", "sandbox", database="sandbox", interactive=False, verbosity=0)
    from reseller_portal.sandbox import clock

    clock.run(clock.first_speed())
    return 0


def load(arguments: list[str]) -> int:
    from reseller_portal.sandbox.loading import load_mailboxes

    if not arguments[0].isdigit():
        sys.stderr.write("the number of mailboxes must be a number\n")
        return 2
    seconds = load_mailboxes(int(arguments[0]))
    sys.stdout.write(f"{arguments[0]} mailboxes loaded in {seconds:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
