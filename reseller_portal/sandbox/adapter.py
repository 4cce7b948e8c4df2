"""The sandbox as a `requests` adapter: the same answers without a socket, for tests."""

import io
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter

from reseller_portal.sandbox import faults, serving
from reseller_portal.sandbox.wire import Unanswered


class SandboxAdapter(BaseAdapter):
    """No rate limit, and nothing sleeps: slow answers come at once, silence is a read time-out at once."""

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        url = urlsplit(str(request.url))
        try:
            answer = serving.respond(
                str(request.method),
                url.path,
                query=dict(parse_qsl(url.query)),
                headers={key.lower(): str(value) for key, value in request.headers.items()},
                body=_as_bytes(request.body),
                sleep=lambda _seconds: None,
            )
        except Unanswered as silence:
            error = requests.ReadTimeout if silence.after else requests.ConnectionError
            raise error("no answer", request=request) from None
        except faults.Garbled as garbled:
            return _response(request, garbled.status, garbled.body, {"Content-Type": garbled.content_type})
        headers = {"Content-Type": "application/json", **answer.headers}
        return _response(request, answer.status, answer.as_bytes(), headers)

    def close(self) -> None:
        """Nothing is open."""


def _as_bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


def _response(
    request: requests.PreparedRequest, status: int, body: bytes, headers: dict[str, str]
) -> requests.Response:
    response = requests.Response()
    response.request = request
    response.url = str(request.url)
    response.status_code = status
    response.headers.update(headers)
    response.raw = io.BytesIO(body)
    return response
