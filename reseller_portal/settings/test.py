"""Settings of the tests: the same code on its own cluster, with the sandbox mounted in the process."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)
os.environ.setdefault("FIELD_KEYS", "3w2kJ9cYh0m3xv5b5n2m5sU1m9H0r9t3Qm9Jt0yqv0E=")
os.environ.setdefault("DATABASE_URL", "postgresql://portal_app:portal_app@localhost/portal")
os.environ.setdefault("DATABASE_OWNER_URL", "postgresql://portal_owner:portal_owner@localhost/portal")
os.environ.setdefault("SANDBOX_DATABASE_URL", "postgresql://sandbox:sandbox@localhost/sandbox")
os.environ.setdefault("CELERY_BROKER_URL", "memory://")
# A slow machine must not decide a test.
os.environ |= {f"DATABASE_{name}_SECONDS": "110" for name in ("LOCK", "STATEMENT", "IDLE")}
os.environ.setdefault("UPSTREAM_URL", "http://sandbox.invalid/api/v1/integration")
os.environ.setdefault("UPSTREAM_KEY", "sandbox-key")

from reseller_portal.settings import env
from reseller_portal.settings.base import *  # noqa: F403
from reseller_portal.settings.base import DATABASES, INSTALLED_APPS, MIDDLEWARE

DEVELOPMENT = True
UPSTREAM_IS_SANDBOX = True
UPSTREAM_SESSION = "tests.wire.sandbox_session"
# The budget has tests of its own; everywhere else it only costs time.
UPSTREAM_CALLS_PER_SECOND = 10_000
# So have the limits of costly posts.
COSTLY_POSTS_AT_ONCE, COSTLY_POSTS_PER_MINUTE = 50, 10_000
INSTALLED_APPS = [*INSTALLED_APPS, "reseller_portal.sandbox"]
DATABASES["sandbox"] = env.database("SANDBOX_DATABASE_URL")
DATABASE_ROUTERS = ["reseller_portal.sandbox.router.SandboxRouter"]
SERVED_HOSTS = ["testserver", "localhost", ".localhost", "127.0.0.1"]
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise")]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PORTAL_ORIGIN = "http://{host}"
ADMIN_HOST = "testserver"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
