"""What every kind of install shares. `dev`, `test` and `production` add what differs."""

import base64
import hashlib
import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from reseller_portal.core.hosts import name_of_host
from reseller_portal.core.time_limits import limit
from reseller_portal.settings import env

BASE_DIR = Path(__file__).resolve().parents[2]

# Looking up a name knows no time-out of its own: with a silent resolver it took 56 seconds. The C library reads this
# in each process before its first look-up, for the database, the cache, the broker, mail and the upstream alike.
os.environ.setdefault("RES_OPTIONS", "timeout:1 attempts:2")

DEBUG = False
# Every request passes accounts.hosts.HostMiddleware first, which knows the hosts of the brands too. SERVED_HOSTS are
# those that belong to no brand; one that begins with a dot stands for all below it.
ALLOWED_HOSTS = ["*"]
SERVED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "accounts.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "csp",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "reseller_portal.core",
    "accounts",
    "reseller_portal.operations",
    "reseller_portal.webhooks",
    "billing",
    "domains",
    "mailboxes",
    "mirror",
]

MIDDLEWARE = [
    "reseller_portal.core.logs.LogContextMiddleware",
    "reseller_portal.core.middleware.MethodMiddleware",
    "reseller_portal.core.health.HealthMiddleware",
    "accounts.hosts.HostMiddleware",
    "reseller_portal.core.middleware.PlainFormMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "reseller_portal.core.middleware.PrivateMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "reseller_portal.core.middleware.HeadMiddleware",
    "reseller_portal.core.middleware.NulMiddleware",
    "accounts.hosts.AdminHostMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "reseller_portal.core.middleware.SlashMiddleware",
    "accounts.refusals.RefusalMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.devices.SessionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "reseller_portal.core.middleware.ZoneMiddleware",
    "reseller_portal.core.middleware.PartsMiddleware",
    "reseller_portal.core.middleware.ToastMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "reseller_portal.urls"
WSGI_APPLICATION = "reseller_portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

_LOADERS = [
    (
        "template_partials.loader.Loader",
        [
            (
                "django.template.loaders.cached.Loader",
                [
                    "django.template.loaders.filesystem.Loader",
                    "django.template.loaders.app_directories.Loader",
                ],
            )
        ],
    )
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": _LOADERS,
            "builtins": [
                "template_partials.templatetags.partials",
                "reseller_portal.core.templatetags.portal",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.frame",
                "billing.context.balance",
            ],
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {"default": env.database("DATABASE_URL")}
if env.text("DATABASE_OWNER_URL", ""):
    DATABASES["owner"] = env.database("DATABASE_OWNER_URL")
# Seconds: how long to wait for a lock, to run one statement, to sit in an open transaction. The owner, who migrates and
# loads, has no limits. Behind a pooler that drops start-up options, set them on the role.
WEB_TIME_LIMITS = {
    "lock": env.number("DATABASE_LOCK_SECONDS", 5),
    "statement": env.number("DATABASE_STATEMENT_SECONDS", 15),
    "idle": env.number("DATABASE_IDLE_SECONDS", 60),
}
WORKER_TIME_LIMITS = {
    "lock": env.number("WORKER_LOCK_SECONDS", 15),
    "statement": env.number("WORKER_STATEMENT_SECONDS", 300),
    "idle": env.number("WORKER_IDLE_SECONDS", 120),
}
limit(DATABASES["default"], **WEB_TIME_LIMITS)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL")
CACHE_URL = env.text("CACHE_URL", CELERY_BROKER_URL)
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "reseller_portal.core.cache.PatientCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

SECRET_KEY = env.text("SECRET_KEY")
FIELD_KEYS = env.keys("FIELD_KEYS")

UPSTREAM_URL = env.text("UPSTREAM_URL")
UPSTREAM_KEY = env.text("UPSTREAM_KEY")
# Operations that live elsewhere than upstream/routes.py believes, by name (docs/upstream.md).
UPSTREAM_PATHS = env.paths("UPSTREAM_PATHS")
UPSTREAM_IS_SANDBOX = env.flag("UPSTREAM_IS_SANDBOX")
UPSTREAM_CALLS_PER_SECOND = env.number("UPSTREAM_CALLS_PER_SECOND", 4)
# Where the key has a second window; 0 means that none is known, and one that shows is learnt.
UPSTREAM_CALLS_PER_MINUTE = env.number("UPSTREAM_CALLS_PER_MINUTE", 0)
# So many questions of one customer may wait for an answer at a time.
MAX_OPEN_QUESTIONS = env.number("MAX_OPEN_QUESTIONS", 500)
# How long a worker has a row before another one may take it over; production wants more than any call may take.
LEASE_SECONDS = env.number("LEASE_SECONDS", 120)
# Who is mailed when the upstream refuses us; nobody named means all active staff who may decide.
STAFF_ALERT_EMAILS = env.items("STAFF_ALERT_EMAILS", "")
# How long a purchase without a trace stays undecided before the same order id is processed again (contract, section 6).
UPSTREAM_SILENCE_SECONDS = env.number("UPSTREAM_SILENCE_SECONDS", 3600)
# Who makes the HTTP session of the client; tests put the sandbox on the wire here.
UPSTREAM_SESSION = "reseller_portal.upstream.bounded.session"
WEBHOOK_SECRETS = env.items("WEBHOOK_SECRETS", UPSTREAM_KEY)
WEBHOOK_WINDOW_SECONDS = env.number("WEBHOOK_WINDOW_SECONDS", 600)
WEBHOOK_ENCODING = env.text("WEBHOOK_ENCODING", "hex")
WEBHOOK_SIGNED = env.text("WEBHOOK_SIGNED", "body")
WEBHOOK_PREFIX = env.text("WEBHOOK_PREFIX", "")
# Every customer's things are read whole this often, to find what no event told of.
SWEEP_HOURS = env.number("SWEEP_HOURS", 24)
QUOTE_MINUTES = env.number("QUOTE_MINUTES", 30)
# A cost that rose by more than either of these since the quote is not paid before the customer accepts the new price,
# or has let so many hours pass: then the money goes back.
PRICE_TOLERANCE_PERCENT = env.number("PRICE_TOLERANCE_PERCENT", 5)
PRICE_TOLERANCE_MINOR = env.number("PRICE_TOLERANCE_MINOR", 100)
PRICE_ANSWER_HOURS = env.number("PRICE_ANSWER_HOURS", 72)
# The questions of the largest quote take four minutes at the pace of the key; then somebody reads it.
PRICE_FRESH_SECONDS = env.number("PRICE_FRESH_SECONDS", 600)
# Quotes that nobody paid are removed so long after they expired.
UNPAID_QUOTE_HOURS = env.number("UNPAID_QUOTE_HOURS", 24)
# What the upstream takes for one mailbox and month, in minor units (contract, section 3). Deliveries book what it took.
MAILBOX_COST_MINOR = env.number("MAILBOX_COST_MINOR", 300)
# What staff may move by hand at once, in minor units, and from where on they type the amount twice.
STAFF_MONEY_MOST_MINOR = env.number("STAFF_MONEY_MOST_MINOR", 10_000_000)
STAFF_MONEY_SECOND_LOOK_MINOR = env.number("STAFF_MONEY_SECOND_LOOK_MINOR", 500_000)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.BrandBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
] + [{"NAME": "accounts.passwords.OwnNamesValidator"}]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "login": "accounts.forms.LoginForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
# A stranger's mailbox gets nothing from us: the reseller's reputation as a sender.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {
    "reset_password": "20/m/ip,3/h/key",
    # The key is the address and the network, so that strangers cannot lock a person out.
    "login_failed": "5/5m/key",
    # For all addresses together, and for one address from everywhere; devices that it signed in on before are counted
    # in neither.
    "login_failed_in_network": "10/m/ip",
    "login_failed_anywhere": "20/h/key,60/d/key",
    # From one device that the address signed in on before, on whatever networks.
    "login_failed_on_device": "20/d/key",
    # Wrong codes of the second step, for one person: from one network, from everywhere, and on known devices together.
    # A network alone cannot use up what everywhere has.
    "code_failed": "5/5m/key,10/h/key,20/d/key",
    "code_failed_anywhere": "20/h/key,60/d/key",
    "code_failed_at_home": "5/5m/key,20/h/key,60/d/key",
    "manage_email": "10/m/user,40/d/user",
}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "accounts.forms.ActivateForm",
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
# An address that staff typed is proved by its first link; until then a second step protects it all the same.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
USERSESSIONS_TRACK_ACTIVITY = False

# Seconds without a page, and in all, after which a session ends; "Keep me signed in" lasts SESSION_COOKIE_AGE.
STAFF_IDLE_SECONDS, STAFF_SESSION_SECONDS = 30 * 60, 8 * 3600
IDLE_SECONDS = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "reseller_portal.core.views.csrf_failed"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in (
        "camera",
        "microphone",
        "geolocation",
        "payment",
        "usb",
        "interest-cohort",
    )
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["reseller_portal.formats"]

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Where links in e-mails lead that no page asked for; the host is one of the brand's.
PORTAL_ORIGIN = env.text("PORTAL_ORIGIN", "https://{host}")
# The one host that serves the admin. Brands' hosts do not.
ADMIN_HOST = name_of_host(env.text("ADMIN_HOST", "127.0.0.1"))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "portal@localhost")
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
# STARTTLS, usually on port 587; or TLS from the first byte, usually on 465. Not both.
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL")
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise ImproperlyConfigured(
        "EMAIL_USE_TLS and EMAIL_USE_SSL are two ways: set the one that your mail server speaks."
    )
# Seconds that whoever sends a mail waits for the mail server, for each step of the conversation.
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = "accounts.mail_server.BoundedBackend"
# Posts that cost much, of one customer: at once, and of one kind a minute.
COSTLY_POSTS_AT_ONCE = env.number("COSTLY_POSTS_AT_ONCE", 2)
COSTLY_POSTS_PER_MINUTE = env.number("COSTLY_POSTS_PER_MINUTE", 10)
# Bytes of a request's body, whatever it is for; the fields of a form may have a part of it.
LARGEST_BODY = 3 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# A message only wakes, so it is done with once it was read: the row is what is worked on, by its lease. Where messages
# were kept until the work is done, a worker that lost its broker ended, with all that it had in its hands.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# However long it is away.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "visibility_timeout": 900,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    # Whoever sends a message does not wait for a broker that is away: what is due stands in the database.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_TIMEZONE = "UTC"
# A queue for each kind of work. Lanes in the code keep each kind from taking all threads of a worker, so one worker for
# all of them will do; with more machines each may serve some (docs/production.md).
CELERY_TASK_DEFAULT_QUEUE = "runs"
CELERY_TASK_ROUTES = {
    "operations.work": {"queue": "calls"},
    "operations.sweep": {"queue": "calls"},
    "webhooks.process": {"queue": "events"},
    "accounts.send_mail": {"queue": "mail"},
}
# Seconds between two of each. A message that is older than that says nothing: the next one is there.
_EVERY = {
    "operations.sweep": 3.0,
    "operations.forget_lookups": 3600.0,
    "billing.read_wallet": 60.0,
    "billing.end_open_checks": 60.0,
    "billing.end_silent_questions": 300.0,
    "billing.remove_unpaid_quotes": 3600.0,
    "webhooks.process": 10.0,
    "accounts.send_mail": 10.0,
    "accounts.forget_mail": 3600.0,
    "mirror.work": 10.0,
    "mirror.sweep": 60.0,
    "mirror.check_books": 3600.0,
    "accounts.clear_sessions": 24 * 3600.0,
}
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}} for task, seconds in _EVERY.items()
}


def cache_key_prefix(secret: str) -> str:
    """Two installs on one cache never share keys."""
    return base64.b32encode(hashlib.sha256(secret.encode()).digest())[:8].decode()


CACHES["default"]["KEY_PREFIX"] = f"portal-{cache_key_prefix(SECRET_KEY)}"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "reseller_portal.core.logs.make_formatter"}},
    "filters": {"outages": {"()": "reseller_portal.core.outages.OncePerMinute"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["outages"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Whoever scans the internet by address would fill the log, each time with a traceback; the answer is a plain 400.
    "loggers": {
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        # A refusal is one line of the security log, which says who and from where; Django's has a traceback instead.
        "django.request": {"level": "ERROR"},
        "django.security.csrf": {"level": "ERROR"},
        # Each message that is sent and each task that is done is no news.
        "celery": {"level": "WARNING"},
    },
}
