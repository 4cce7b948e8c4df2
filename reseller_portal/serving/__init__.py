"""How the portal is served: `gunicorn --worker-class reseller_portal.serving.Worker`."""

from reseller_portal.serving.worker import Worker

__all__ = ["Worker"]
