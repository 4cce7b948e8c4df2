"""The reseller portal: settings, machinery and the clients it stands on."""

from reseller_portal.celery import app as celery_app

__all__ = ["celery_app"]
