"""Opaque ids like the vendor's: 28 upper-case letters and digits."""

import secrets
import uuid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Every byte stands for one of 32 letters, none of them more often than another.
_LETTERS = (ALPHABET * 8).encode()


def new_id() -> str:
    return secrets.token_bytes(28).translate(_LETTERS).decode()


def new_short_id() -> str:
    """As the ids of platform credentials."""
    return new_id()[:16]


def new_action_id() -> str:
    return f"ACT_{uuid.uuid4()}"
