"""The sandbox over HTTP: `gunicorn reseller_portal.sandbox.wsgi:application` with one worker process."""

import os
from collections.abc import Iterable
from typing import Any

from reseller_portal.sandbox.mode import refuse_production

refuse_production()
os.environ["DJANGO_SETTINGS_MODULE"] = "reseller_portal.sandbox.settings"

import django

django.setup()

from django.db import close_old_connections

from reseller_portal.sandbox import delivery
from reseller_portal.sandbox.line import StartResponse, make_application
from reseller_portal.sandbox.serving import Pace

answer = make_application(Pace())
delivery.start_in_background()


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Each thread keeps its connection, unless it is too old or broken."""
    close_old_connections()
    return answer(environ, start_response)
