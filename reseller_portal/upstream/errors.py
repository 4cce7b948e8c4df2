"""Four errors, by what the caller should do."""

from collections.abc import Mapping
from enum import Enum
from typing import Any


class UpstreamError(Exception):
    """Anything that went wrong with a call. `operation` is the contract's operationId.

    `is_doubtful`: it may be about us (the key, the address, the way there) and not about this call.
    `has_happened`: False where it is certain that the call had no effect.
    """

    is_doubtful = False
    has_happened = True

    def __init__(self, operation: str, message: str) -> None:
        super().__init__(f"{operation}: {message}")
        self.operation = operation


class Unreachable(UpstreamError):
    """No usable answer: the call may have happened. Look before sending again.

    `cause` says who or what is in the way, if anything is: see `Cause`.
    """

    def __init__(self, operation: str, message: str, *, cause: "Cause | None" = None) -> None:
        super().__init__(operation, message)
        self.cause = cause
        self.is_doubtful = cause is not None
        self.has_happened = cause not in NEVER_SENT


class Cause(Enum):
    """Why no call at all would get through."""

    NAME = "the name of the host is not known"
    CERTIFICATE = "the certificate of the host is not good"
    TLS = "no encrypted connection came about"
    CONNECTION = "the host takes no connection"
    SETTING = "the address or the key cannot be used"
    STRANGER = "something else than the API answered"


NEVER_SENT = frozenset({Cause.NAME, Cause.CERTIFICATE, Cause.CONNECTION, Cause.SETTING})


class Throttled(UpstreamError):
    """Too many calls; nothing happened. Wait `retry_after` seconds."""

    has_happened = False

    def __init__(self, operation: str, retry_after: float) -> None:
        super().__init__(operation, f"too many calls, wait {retry_after:g} s")
        self.retry_after = retry_after


class Refused(UpstreamError):
    """A clear no, with the upstream's own words in `reason`; nothing happened.

    `details` holds what else it said, such as `errorId`, or `domainCount` of a customer who cannot be deleted yet.
    `route` is the method and path. `has_envelope`: the API itself said no, and not a server or proxy before it.
    """

    has_happened = False

    def __init__(
        self,
        operation: str,
        status: int,
        reason: str,
        details: Mapping[str, Any] | None = None,
        *,
        route: str = "",
        has_envelope: bool = True,
    ) -> None:
        super().__init__(operation, f"{status}: {reason}")
        self.status = status
        self.reason = reason
        self.details = dict(details or {})
        self.route = route
        self.has_envelope = has_envelope
        self.is_doubtful = status in ABOUT_THE_KEY or not has_envelope


ABOUT_THE_KEY = frozenset({401, 403})


class UnknownRoute(Refused):
    """A no from the server, not from the API: it does not know this method and path, so nothing happened."""

    def __init__(self, *values: Any, **more: Any) -> None:
        super().__init__(*values, **more)
        self.is_doubtful = True


class Malformed(UpstreamError):
    """An answer that breaks the contract at `key`: a person must see it."""

    def __init__(self, operation: str, key: str) -> None:
        super().__init__(operation, f"the answer lacks or garbles {key!r}")
        self.key = key
        self.is_doubtful = key == A_REDIRECT


A_REDIRECT = "a redirect"
