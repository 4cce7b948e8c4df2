"""Is a delivery really from the upstream. What the contract leaves open is configuration."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

FUTURE_SKEW_SECONDS = 300
MILLISECONDS_FROM = 10**11

ENCODINGS: Mapping[str, Callable[[bytes], str]] = {
    "hex": lambda digest: digest.hex(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
    "base64url": lambda digest: base64.urlsafe_b64encode(digest).decode(),
}
SIGNED: Mapping[str, Callable[[str, bytes], bytes]] = {
    "body": lambda _stamp, body: body,
    "timestamp.body": lambda stamp, body: stamp.encode() + b"." + body,
    "timestampbody": lambda stamp, body: stamp.encode() + body,
}


@dataclass(frozen=True)
class Scheme:
    """`encoding`: hex, base64, base64url. `signed`: body, timestamp.body, timestampbody. `window` in seconds."""

    encoding: str = "hex"
    signed: str = "body"
    prefix: str = ""
    window: int = 600


class Forged(Exception):
    """The delivery is unsigned, signed with an unknown key, or too old."""


def verify(
    *, body: bytes, signature: str, timestamp: str, keys: Iterable[str], now: float, scheme: Scheme | None = None
) -> None:
    """Raise `Forged` unless one of the keys signed this body within the window."""
    scheme = scheme or Scheme()
    signature, timestamp = _split(signature, timestamp)
    _check_time(timestamp, now, scheme.window)
    given = signature.removeprefix(scheme.prefix)
    if scheme.encoding == "hex":
        given = given.lower()
    if not any(hmac.compare_digest(sign(body, timestamp, key, scheme).encode(), given.encode()) for key in keys):
        raise Forged("no key fits the signature")


def sign(body: bytes, timestamp: str, key: str, scheme: Scheme) -> str:
    digest = hmac.new(key.encode(), SIGNED[scheme.signed](timestamp, body), hashlib.sha256).digest()
    return ENCODINGS[scheme.encoding](digest)


def _split(signature: str, timestamp: str) -> tuple[str, str]:
    """One header may carry both: `t=<unix>,v1=<signature>`."""
    if not signature.startswith("t="):
        return signature, timestamp
    parts = dict(part.split("=", 1) for part in signature.split(",") if "=" in part)
    return parts.get("v1", ""), parts.get("t", "")


def _check_time(timestamp: str, now: float, window: int) -> None:
    try:
        sent = float(timestamp)
    except ValueError:
        raise Forged("there is no time on it") from None
    sent = sent / 1000 if sent > MILLISECONDS_FROM else sent
    if not now - window <= sent <= now + FUTURE_SKEW_SECONDS:
        raise Forged("it is too old, or from the future")
