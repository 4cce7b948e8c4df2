"""Is a delivery really from the upstream. What the contract leaves open is configuration."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

FUTURE_SKEW_SECONDS = 300
# A time in seconds reaches this value in the year 5138, a time in milliseconds passed it in 1973.
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
    """How the upstream signs. `encoding` is a key of ENCODINGS, `signed` one of SIGNED; `window` in seconds."""

    encoding: str = "hex"
    signed: str = "body"
    prefix: str = ""
    window: int = 600

    def __post_init__(self) -> None:
        if self.encoding not in ENCODINGS:
            raise ValueError(f"The encoding of a signature is one of {', '.join(ENCODINGS)}, not {self.encoding!r}.")
        if self.signed not in SIGNED:
            raise ValueError(f"What is signed is one of {', '.join(SIGNED)}, not {self.signed!r}.")


class Forged(Exception):
    """The delivery is unsigned, signed with an unknown key, or too old."""


def verify(
    *, body: bytes, signature: str, timestamp: str, keys: Iterable[str], now: float, scheme: Scheme | None = None
) -> None:
    """Raise `Forged` unless one of the keys signed this body within the window."""
    scheme = scheme or Scheme()
    given, timestamp = _given(signature, timestamp)
    _check_time(timestamp, now, scheme.window)
    wanted = [sign(body, timestamp, key, scheme) for key in keys if key]
    if not any(_same(each, one, scheme) for each in given for one in wanted):
        raise Forged("no key fits the signature")


def sign(body: bytes, timestamp: str, key: str, scheme: Scheme) -> str:
    """The signature without its prefix."""
    digest = hmac.new(key.encode(), SIGNED[scheme.signed](timestamp, body), hashlib.sha256).digest()
    return ENCODINGS[scheme.encoding](digest)


def _given(signature: str, timestamp: str) -> tuple[list[str], str]:
    """One header may carry both, and a signature for each key: `t=<unix>,v1=<signature>,v1=<signature>`."""
    if not signature.startswith("t="):
        return [signature.strip()], timestamp.strip()
    parts = [part.strip().partition("=") for part in signature.split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    return [value for name, _, value in parts if name == "v1"], stamps[0]


def _same(given: str, wanted: str, scheme: Scheme) -> bool:
    """In constant time. Hex may come in either case, base64 with or without its padding."""
    given = given.removeprefix(scheme.prefix)
    given = given.lower() if scheme.encoding == "hex" else given.rstrip("=")
    return hmac.compare_digest(given.encode(), wanted.rstrip("=").encode())


def _check_time(timestamp: str, now: float, window: int) -> None:
    try:
        sent = float(timestamp)
    except ValueError:
        raise Forged("there is no time on it") from None
    sent = sent / 1000 if sent > MILLISECONDS_FROM else sent
    if not now - window <= sent <= now + FUTURE_SKEW_SECONDS:
        raise Forged("it is too old, or from the future")
