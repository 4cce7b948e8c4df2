"""The Celery application. Messages only wake the workers; what is due stands in the database."""

import os
import sys
from typing import Any

from celery import Celery, bootsteps, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reseller_portal.settings.dev")

app = Celery("reseller_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect  # type: ignore[untyped-decorator]  # Celery has no types
def keep_our_logging(**_: Any) -> None:
    """Worker and beat log as the web does: what is connected here is instead of Celery's own way."""


class RoleCheck(bootsteps.Step):  # type: ignore[misc]  # Celery has no types
    """A worker, like the web, works as no database role that sees every customer, and has time limits of its own."""

    def __init__(self, worker: Any, **options: Any) -> None:
        from django.core.exceptions import ImproperlyConfigured
        from django.db import connections

        from accounts.role_check import refuse_a_role_that_bypasses
        from accounts.sealed import refuse_keys_that_open_nothing
        from reseller_portal.core.time_limits import limit_worker

        super().__init__(worker, **options)
        limit_worker()
        connections.close_all()
        try:
            refuse_a_role_that_bypasses()
            refuse_keys_that_open_nothing()
        except ImproperlyConfigured as error:
            sys.exit(str(error))
        finally:
            connections.close_all()


app.steps["worker"].add(RoleCheck)
