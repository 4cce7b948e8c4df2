"""Short references that a person can read out: no vowels, no letters that look like digits."""

import secrets

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def new_reference(prefix: str) -> str:
    """Eight random characters; a twin meets the unique constraint, at one in 280 thousand million."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(8))}"
