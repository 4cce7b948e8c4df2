"""`make bench`: one table of goals, what was measured, and whether each is met."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reseller_portal.settings.test")

import django

django.setup()

from tests import databases
from tests.benchmarks import pages
from tests.benchmarks.measure import as_table
from tests.benchmarks.resting import resting_stack


def main() -> int:
    goals = resting_stack()
    databases.use(databases.start(), worker="bench")
    world, browser = pages.prepare()
    goals += [pages.list_page(browser), *pages.queries(world, browser), pages.while_the_upstream_hangs(world, browser)]
    sys.stdout.write(as_table(goals) + "\n")
    return 0 if all(goal.is_met for goal in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
