"""Production. It refuses to start without its secrets, with DEBUG, or with the sandbox."""

from django.core.exceptions import ImproperlyConfigured

from reseller_portal.core.hosts import name_of_host
from reseller_portal.settings import env
from reseller_portal.settings.base import *  # noqa: F403
from reseller_portal.settings.base import (
    INSTALLED_APPS,
    LEASE_SECONDS,
    SECRET_KEY,
    UPSTREAM_IS_SANDBOX,
)

DEVELOPMENT = False
ADMIN_HOST = name_of_host(env.text("ADMIN_HOST"))
SERVED_HOSTS = [*map(name_of_host, env.items("ALLOWED_HOSTS", "")), ADMIN_HOST]

if env.flag("DEBUG"):
    raise ImproperlyConfigured("DEBUG must be off in production.")
if UPSTREAM_IS_SANDBOX or "reseller_portal.sandbox" in INSTALLED_APPS:
    raise ImproperlyConfigured("The sandbox must not serve production: set UPSTREAM_URL and UPSTREAM_KEY.")
if LEASE_SECONDS < 60:
    raise ImproperlyConfigured("LEASE_SECONDS must be 60 or more: a call to the upstream may take half a minute.")
if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure"):
    raise ImproperlyConfigured("SECRET_KEY must have 50 characters or more, made at random.")

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.number("TRUSTED_PROXY_COUNT", 0) else None
SECURE_HSTS_SECONDS = 63_072_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
