"""How webhooks are signed: the scheme is not known for sure, so each part of it can be chosen."""

import base64
import hashlib
import hmac
import os
import time
from collections.abc import Callable, Mapping

CHOICES = {
    "encoding": ("hex", "HEX", "base64", "base64url"),
    "prefix": ("", "sha256=", "v1=", "t=,v1="),
    "signed": ("body", "timestamp.body", "timestampbody"),
    "unit": ("seconds", "milliseconds"),
    # Whether an attempt that is repeated carries a new time, or that of the first.
    "stamp": ("fresh", "first"),
}
ENCODINGS: dict[str, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "HEX": lambda digest: digest.hex().upper(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
    "base64url": lambda digest: base64.urlsafe_b64encode(digest).decode().rstrip("="),
}


def checked_scheme(wish: Mapping[str, str]) -> dict[str, str]:
    """Raises ValueError for a part or a value that does not exist."""
    for part, value in wish.items():
        if value not in CHOICES.get(part, ()):
            raise ValueError(f"{part} cannot be {value!r}")
    return dict(wish)


def signed_headers(body: bytes, scheme: Mapping[str, str], first_sent: float | None = None) -> dict[str, str]:
    """The default is the lower-case hex HMAC-SHA256 of the raw body, with a time stamp in seconds beside it.

    `first_sent` is when, in Unix time, the first attempt was made.
    """
    at = first_sent if first_sent is not None and scheme.get("stamp") == "first" else time.time()
    stamp = str(int(at * (1000 if scheme.get("unit") == "milliseconds" else 1)))
    signed = {
        "body": body,
        "timestamp.body": stamp.encode() + b"." + body,
        "timestampbody": stamp.encode() + body,
    }[scheme.get("signed", "body")]
    key = os.environ.get("SANDBOX_KEY", "sandbox-key").encode()
    text = ENCODINGS[scheme.get("encoding", "hex")](hmac.new(key, signed, hashlib.sha256).digest())
    prefix = scheme.get("prefix", "").replace("t=,", f"t={stamp},")
    return {"Content-Type": "application/json", "cmr-x-signature": prefix + text, "cmr-x-timestamp": stamp}
