"""Four errors, by what the caller should do."""

from collections.abc import Mapping
from typing import Any


class UpstreamError(Exception):
    """Anything that went wrong with a call. `operation` is the contract's operationId."""

    def __init__(self, operation: str, message: str) -> None:
        super().__init__(f"{operation}: {message}")
        self.operation = operation


class Unreachable(UpstreamError):
    """No usable answer: the call may have happened. Look before sending again."""


class Throttled(UpstreamError):
    """Too many calls; nothing happened. Wait `retry_after` seconds."""

    def __init__(self, operation: str, retry_after: float) -> None:
        super().__init__(operation, f"too many calls, wait {retry_after:g} s")
        self.retry_after = retry_after


class Refused(UpstreamError):
    """A clear no, with the upstream's own words in `reason`.

    `details` holds what else it said, such as `errorId`, or `domainCount` of a customer who cannot be deleted yet.
    """

    def __init__(self, operation: str, status: int, reason: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(operation, f"{status}: {reason}")
        self.status = status
        self.reason = reason
        self.details = dict(details or {})


class UnknownRoute(Refused):
    """A no from the server, not from the API: it does not know this method and path, so nothing happened."""


class Malformed(UpstreamError):
    """An answer that breaks the contract at `key`: a person must see it."""

    def __init__(self, operation: str, key: str) -> None:
        super().__init__(operation, f"the answer lacks or garbles {key!r}")
        self.key = key
