"""Secrets at rest: Fernet with rotating keys, apart from SECRET_KEY. A bad token raises, it never reads as empty."""

from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Undecipherable(Exception):
    """A stored secret does not fit any of FIELD_KEYS: a key was dropped too early, or the row was changed."""


def encrypt(text: str) -> str:
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Raises `Undecipherable`."""
    try:
        return _box(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken:
        raise Undecipherable("A stored secret fits none of FIELD_KEYS.") from None


def rotate(token: str) -> str:
    """The same secret under the newest key. Raises `Undecipherable`."""
    try:
        return _box(tuple(settings.FIELD_KEYS)).rotate(token.encode()).decode()
    except InvalidToken:
        raise Undecipherable("A stored secret fits none of FIELD_KEYS.") from None


@cache
def _box(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ImproperlyConfigured("FIELD_KEYS must hold Fernet keys: 32 bytes in url-safe base64 each.") from None
