"""Typed reading of the environment. Every value is read once, here, and a wrong one is named in one line."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from reseller_portal.upstream.routes import read_paths


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} must be set.")
    return default


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")


def number(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def items(name: str, default: str | None = None) -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def paths(name: str) -> dict[str, str]:
    """Operations of the upstream that live elsewhere than believed: `get_wallet=GET /balance, get_domain=/domains`."""
    try:
        return read_paths(os.environ.get(name, ""))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} cannot be read: {error}.") from None


def keys(name: str) -> list[str]:
    """Fernet keys, the newest first."""
    found = items(name)
    try:
        for key in found:
            Fernet(key)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must hold Fernet keys: 32 bytes in url-safe base64 each.") from None
    return found


def database(name: str, default: str | None = None) -> dict[str, Any]:
    """A DATABASES entry from `postgresql://user:password@host:port/name?host=/socket/folder`."""
    return database_from(text(name, default), name)


def database_from(url: str, name: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host:5432/name.")
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", "") or (parts.hostname or "")
    options: dict[str, Any] = {**query}
    return {
        "ENGINE": "reseller_portal.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(query.pop("port", "") or parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": "3", **{key: value for key, value in options.items() if key != "port"}},
    }
