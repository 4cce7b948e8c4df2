"""The Celery application. Messages only wake the workers; what is due stands in the database."""

import os
import sys
from typing import Any

from celery import Celery, bootsteps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reseller_portal.settings.dev")

app = Celery("reseller_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class RoleCheck(bootsteps.Step):  # type: ignore[misc]  # Celery has no types
    """A worker, like the web, does not work as a database role that sees every customer."""

    def __init__(self, worker: Any, **options: Any) -> None:
        from django.core.exceptions import ImproperlyConfigured
        from django.db import connections

        from accounts.role_check import refuse_a_role_that_bypasses

        super().__init__(worker, **options)
        try:
            refuse_a_role_that_bypasses()
        except ImproperlyConfigured as error:
            sys.exit(str(error))
        finally:
            connections.close_all()


app.steps["worker"].add(RoleCheck)
