"""One HTTP call to the upstream: time-outs always, redirects never, every outcome one of four errors or an envelope.

Bodies are never logged: they may hold credentials.
"""

import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, ProxyError

from reseller_portal.upstream import bounded
from reseller_portal.upstream.errors import (
    A_REDIRECT,
    Cause,
    Malformed,
    Refused,
    Throttled,
    UnknownRoute,
    Unreachable,
)
from reseller_portal.upstream.legible import ILLEGIBLE, legible

DEFAULT_WAIT = 1.0
# What servers say of a path that no handler has; the API's own "not found" is about a thing.
NO_HANDLER = re.compile(r"cannot (get|post|put|patch|delete) /", re.IGNORECASE)

# What tells that nothing was sent, or cannot be; what is more special comes first.
CAUSES: tuple[tuple[tuple[type[BaseException], ...], Cause], ...] = (
    ((ssl.SSLCertVerificationError,), Cause.CERTIFICATE),
    ((ssl.SSLError, requests.exceptions.SSLError), Cause.TLS),
    ((NameResolutionError, socket.gaierror), Cause.NAME),
    ((NewConnectionError, ConnectTimeoutError, requests.ConnectTimeout, ProxyError), Cause.CONNECTION),
    ((requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema,
      requests.exceptions.InvalidHeader, UnicodeError), Cause.SETTING),
)  # fmt: skip

# One part of a form: its name, and (None, text), or (file name, content, type of the content).
FormPart = tuple[str, tuple[None, str] | tuple[str, bytes, str]]


@dataclass(frozen=True)
class Transport:
    """`timeout` is (connect, read) in seconds; `before_call` hears the operationId before each request."""

    base_url: str
    key: str = field(repr=False)
    session: requests.Session = field(default_factory=bounded.session, repr=False)
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
        form: Sequence[FormPart] | None = None,
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
                files=form,
                headers={"cmr-x-api-key": self.key, "Accept": "application/json"},
                timeout=self.timeout,
                allow_redirects=False,
            )
        except (requests.RequestException, UnicodeError) as error:
            raise Unreachable(operation, type(error).__name__, cause=cause_of(error)) from None
        return _read(operation, f"{method} {path}", answer)


def _read(operation: str, route: str, answer: requests.Response) -> dict[str, Any]:
    if answer.status_code == requests.codes.too_many_requests:
        raise Throttled(operation, _seconds(answer.headers.get("Retry-After", "")))
    if answer.status_code >= requests.codes.internal_server_error:
        raise Unreachable(operation, f"status {answer.status_code}", cause=_stranger(answer))
    if answer.is_redirect:
        raise Malformed(operation, A_REDIRECT)
    envelope = _json(answer)
    if answer.status_code >= requests.codes.bad_request:
        raise _refusal(operation, route, answer, envelope or {})
    if envelope is None:
        raise Unreachable(operation, "an answer that is no JSON object", cause=_stranger(answer))
    if _is_refusal(envelope.get("status")):
        raise Malformed(operation, "status")
    return envelope


def _refusal(operation: str, route: str, answer: requests.Response, envelope: Mapping[str, Any]) -> Refused:
    inner = envelope.get("data")
    details = {**envelope, **(inner if isinstance(inner, dict) else {})}
    reason = str(envelope.get("message") or answer.reason)
    kind = UnknownRoute if _knows_no_route(answer.status_code, envelope) else Refused
    unsaid = {"status", "message", "data"}
    said = {key: value for key, value in details.items() if key not in unsaid}
    return kind(operation, answer.status_code, reason, said, route=route, has_envelope=_is_of_the_api(envelope))


def _knows_no_route(status: int, envelope: Mapping[str, Any]) -> bool:
    """Whether the server, rather than the API, said no."""
    if status == requests.codes.method_not_allowed:
        return True
    return status == requests.codes.not_found and (
        not _is_of_the_api(envelope) or bool(NO_HANDLER.match(str(envelope.get("message"))))
    )


def _is_of_the_api(envelope: Mapping[str, Any]) -> bool:
    """The API's own no repeats the status beside a message."""
    return "status" in envelope and "message" in envelope


def _stranger(answer: requests.Response) -> Cause | None:
    """A page for people comes from a proxy, a firewall or whoever has the address now; a cut answer does not."""
    is_page = "html" in answer.headers.get("Content-Type", "").lower() or answer.content.lstrip()[:1] == b"<"
    return Cause.STRANGER if is_page else None


def cause_of(error: Exception) -> Cause | None:
    """What is in the way of every call, as far as the error tells; None where it may be about this one alone."""
    chain = list(_chain(error))
    for kinds, cause in CAUSES:
        if any(isinstance(each, kinds) for each in chain):
            return cause
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error with all that it wraps: requests and urllib3 keep the first cause in arguments."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            inner = [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
            waiting += [found for found in inner if isinstance(found, BaseException)]


def _is_refusal(status: object) -> bool:
    return isinstance(status, int) and status >= requests.codes.bad_request


def _json(answer: requests.Response) -> dict[str, Any] | None:
    """Amounts stay exact: a fraction is read as a decimal."""
    try:
        content = answer.json(parse_float=Decimal, parse_constant=Decimal)
        content = legible(content) if ILLEGIBLE.search(answer.content) else content
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _seconds(text: str) -> float:
    """`Retry-After` is a number of seconds, or a date."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = _seconds_until(text)
    return max(seconds, 0.0) if isfinite(seconds) else DEFAULT_WAIT


def _seconds_until(date: str) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return DEFAULT_WAIT
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
