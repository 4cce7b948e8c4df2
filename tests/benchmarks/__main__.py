"""`python -m tests.benchmarks [goal ...]`: measure, print one table, and fail when a goal is missed."""

import importlib
import pkgutil
import sys
from pathlib import Path

from tests import databases
from tests.benchmarks.goals import GOALS, Finding
from tests.benchmarks.table import as_table
from tests.stack import running_stack

MACHINERY = {"__main__", "goals", "table"}


def main(names: list[str]) -> int:
    """Every other module of this folder registers what it measures."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name not in MACHINERY:
            importlib.import_module(f"tests.benchmarks.{module.name}")
    if unknown := set(names) - set(GOALS):
        sys.stderr.write(f"There is no goal {', '.join(sorted(unknown))}. There are: {', '.join(sorted(GOALS))}.\n")
        return 2
    databases.end_in_order()
    findings: list[Finding] = []
    try:
        with running_stack() as stack:
            for name in names or sorted(GOALS):
                sys.stderr.write(f"Measuring {name} ...\n")
                findings += GOALS[name](stack)
    finally:
        databases.leave()
        sys.stdout.write(as_table(findings) + "\n")
    return 0 if all(finding.is_met for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
