"""Settings of the sandbox process: its own database, nothing else of Django but models."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

_url = urlsplit(os.environ.get("SANDBOX_DATABASE_URL", "postgresql://sandbox:sandbox@localhost/sandbox"))

SECRET_KEY = "the-sandbox-signs-nothing-with-this"  # noqa: S105  # no sessions, no cookies
INSTALLED_APPS = ["reseller_portal.sandbox"]
DATABASES = {
    "default": {"ENGINE": "django.db.backends.dummy"},
    "sandbox": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.lstrip("/"),
        "USER": unquote(_url.username or ""),
        "PASSWORD": unquote(_url.password or ""),
        "HOST": parse_qs(_url.query).get("host", [_url.hostname or ""])[0],
        "PORT": str(_url.port or ""),
        "CONN_MAX_AGE": 600,
        # After a restart of PostgreSQL each thread would answer its next call with 500.
        "CONN_HEALTH_CHECKS": True,
    },
}
DATABASE_ROUTERS = ["reseller_portal.sandbox.router.SandboxRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
