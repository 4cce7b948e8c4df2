"""One HTTP call to the upstream: time-outs always, redirects never, every outcome one of four errors or an envelope.

Bodies are never logged: they may hold credentials.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from reseller_portal.upstream.errors import Malformed, Refused, Throttled, Unreachable

DEFAULT_WAIT = 1.0


@dataclass(frozen=True)
class Transport:
    """`timeout` is (connect, read) in seconds; `before_call` hears the operationId before each request."""

    base_url: str
    key: str = field(repr=False)
    session: requests.Session = field(default_factory=requests.Session, repr=False)
    timeout: tuple[float, float] = (3.05, 25.0)
    before_call: Callable[[str], None] | None = None

    def call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The answer's envelope. Raises `Unreachable`, `Throttled`, `Refused` or `Malformed`."""
        if self.before_call:
            self.before_call(operation)
        try:
            answer = self.session.request(
                method,
                self.base_url.rstrip("/") + path,
                params=query,
                json=body,
                headers={"cmr-x-api-key": self.key, "Accept": "application/json"},
                timeout=self.timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Unreachable(operation, type(error).__name__) from None
        return _read(operation, answer)


def _read(operation: str, answer: requests.Response) -> dict[str, Any]:
    if answer.status_code == requests.codes.too_many_requests:
        raise Throttled(operation, _seconds(answer.headers.get("Retry-After", "")))
    if answer.status_code >= requests.codes.internal_server_error:
        raise Unreachable(operation, f"status {answer.status_code}")
    if answer.is_redirect:
        raise Malformed(operation, "a redirect")
    envelope = _json(answer)
    if answer.status_code >= requests.codes.bad_request:
        words = str((envelope or {}).get("message") or answer.reason)
        raise Refused(
            operation, answer.status_code, words, unknown_route=_is_unknown_route(answer.status_code, envelope)
        )
    if envelope is None:
        raise Unreachable(operation, "an answer that is no JSON object")
    return envelope


def _is_unknown_route(status: int, envelope: Mapping[str, Any] | None) -> bool:
    """The API's own *not found* comes in its envelope; a route that does not exist is answered by the server before."""
    return status in {requests.codes.not_found, requests.codes.not_allowed} and "status" not in (envelope or {})


def _json(answer: requests.Response) -> dict[str, Any] | None:
    try:
        content = answer.json()
    except requests.exceptions.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


def _seconds(text: str) -> float:
    try:
        return max(float(text), 0.0)
    except ValueError:
        return DEFAULT_WAIT
