"""The embedded default: `make run` on one machine, over plain HTTP."""

from pathlib import Path

from reseller_portal.settings import env
from reseller_portal.settings.base import *  # noqa: F403
from reseller_portal.settings.base import (
    BASE_DIR,
)

DEBUG = env.flag("DEBUG")
DEVELOPMENT = True
SERVED_HOSTS = env.items("ALLOWED_HOSTS", "localhost,.localhost,127.0.0.1,[::1]")
PORTAL_DATA = Path(env.text("PORTAL_DATA", str(BASE_DIR / ".data")))
STATIC_ROOT = PORTAL_DATA / "static"
PORTAL_ORIGIN = env.text("PORTAL_ORIGIN", f"http://{{host}}:{env.number('PORT', 8000)}")
# A mail server that is named replaces the folder.
if not env.text("EMAIL_HOST", ""):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(PORTAL_DATA / "mail")
