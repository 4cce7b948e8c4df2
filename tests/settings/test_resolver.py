"""A look-up of a name has no time-out of its own, so the C library is told one before the first look-up."""

import os
import subprocess
import sys

import pytest

PROGRAM = "import os; from django.conf import settings; settings.DEBUG; print(os.environ['RES_OPTIONS'])"


def options_with(**given: str) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "RES_OPTIONS"} | given
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM], env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.parametrize(
    ("given", "found"),
    [({}, "timeout:1 attempts:2"), ({"RES_OPTIONS": "timeout:3 rotate"}, "timeout:3 rotate")],
)
def test_every_process_tells_the_resolver_how_long_to_wait_unless_told_itself(
    given: dict[str, str], found: str
) -> None:
    assert options_with(**given) == found
