"""One-time codes from the secrets of mailboxes, however a panel wrote them down."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pyotp

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True)
class Code:
    """The code of this moment; `unreadable` holds the secret as it is where no code can be computed from it."""

    value: str = field(default="", repr=False)
    unreadable: str = field(default="", repr=False)


def code_of(secret: str) -> Code:
    """The code that an authenticator app shows for this secret now (RFC 4226 and 6238: SHA-1, six digits, 30 s)."""
    if not secret.strip():
        return Code()
    key = key_of(secret)
    return Code(_Totp(key).now()) if key else Code(unreadable=secret)


def key_of(secret: str) -> bytes:
    """The bytes behind a base32 secret in any case, grouped or padded anyhow, also in an `otpauth:` address.

    Empty for what is no base32. Letters at the end that fill no byte are left out, as authenticator apps do.
    """
    text = secret.strip()
    if text.lower().startswith("otpauth:"):
        text = parse_qs(urlsplit(text).query).get("secret", [""])[0]
    letters = re.sub(r"[\s._\-\u2010-\u2015]", "", text).rstrip("=").upper()
    if any(letter not in ALPHABET for letter in letters):
        return b""
    value = 0
    for letter in letters:
        value = value * 32 + ALPHABET.index(letter)
    length, spare = divmod(len(letters) * 5, 8)
    return (value >> spare).to_bytes(length, "big")


class _Totp(pyotp.TOTP):
    """Without the least length that pyotp asks of new secrets: these were made by others and are what they are."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        super().__init__("")

    def byte_secret(self) -> bytes:
        return self._key
