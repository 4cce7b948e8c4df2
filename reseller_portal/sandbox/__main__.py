"""`python -m reseller_portal.sandbox prepare`: make or renew the tables of the sandbox's database."""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "reseller_portal.sandbox.settings"

import django
from django.core.management import call_command


def main(arguments: list[str]) -> int:
    if arguments != ["prepare"]:
        sys.stderr.write("usage: python -m reseller_portal.sandbox prepare\n")
        return 2
    django.setup()
    call_command("migrate", "sandbox", database="sandbox", interactive=False, verbosity=0)
    from reseller_portal.sandbox import clock

    clock.run(float(os.environ.get("SANDBOX_SPEED", "1")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
