"""Opaque ids like the vendor's: 28 upper-case letters and digits."""

import secrets
import uuid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(28))


def new_short_id() -> str:
    """As the ids of platform credentials."""
    return new_id()[:16]


def new_action_id() -> str:
    return f"ACT_{uuid.uuid4()}"
