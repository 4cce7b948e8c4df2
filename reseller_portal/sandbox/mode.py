"""The sandbox is for practice: it takes everybody's word for everything, so it never runs in production."""

import os
import sys


def refuse_production() -> None:
    """Leave with one line when the settings of this process are those of production."""
    if os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith(".production"):
        sys.exit("The sandbox does not start in production mode.")
