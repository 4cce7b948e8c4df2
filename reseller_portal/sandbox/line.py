"""The sandbox as a WSGI application: the API, `/control/`, the page for people, and the description of it all."""

import hmac
import socket
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from reseller_portal.sandbox import controlling, faults, openapi, page, serving
from reseller_portal.sandbox.wire import Answer, Refusal, Unanswered

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def make_application(pace: serving.Pace) -> Application:
    """All callers of one application share its pace."""

    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            if environ["PATH_INFO"] in {"/", "/page.css"}:
                status, content, more = page.show(*_request(environ))
                return _send(start_response, status, content, more)
            answer = _answer(environ, pace)
        except Refusal as refusal:
            answer = refusal.as_answer()
        except Unanswered as silence:
            return _hang_up(environ, start_response, silence.after)
        except faults.Garbled as garbled:
            return _send(start_response, garbled.status, garbled.body, {"Content-Type": garbled.content_type})
        headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
        return _send(start_response, answer.status, answer.as_bytes(), headers)

    return application


def _answer(environ: dict[str, Any], pace: serving.Pace) -> Answer:
    method, path, headers, body = _request(environ)
    if path == "/openapi.json":
        return Answer(200, openapi.describe())
    if path.startswith("/control/"):
        return _control(method, path, headers, body)
    query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
    return serving.respond(method, path, query=query, headers=headers, body=body, pace=pace)


def _request(environ: dict[str, Any]) -> tuple[str, str, dict[str, str], bytes]:
    """Method, path, headers in lower case, body. Raises `Refusal` 413."""
    headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > serving.LARGEST_BODY:
        raise Refusal(413, "The body is too large")
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    return environ["REQUEST_METHOD"], environ["PATH_INFO"], headers, environ["wsgi.input"].read(length)


def _control(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    key = headers.get("cmr-x-api-key", "")
    if path.rstrip("/") != "/control/health" and not hmac.compare_digest(key.encode(), serving.api_key().encode()):
        return Refusal(401, "Invalid API Key").as_answer()
    try:
        return controlling.answer(method, path, body)
    except Refusal as refusal:
        return refusal.as_answer()


def _send(start_response: StartResponse, status: int, body: bytes, headers: dict[str, str]) -> Iterable[bytes]:
    words = HTTPStatus(status).phrase
    start_response(f"{status} {words}", [*headers.items(), ("Content-Length", str(len(body)))])
    return [body]


def _hang_up(environ: dict[str, Any], start_response: StartResponse, after: float) -> Iterable[bytes]:
    """Say nothing for a while, then cut the line, as a lost answer looks to a caller."""
    time.sleep(after)
    line = environ.get("gunicorn.socket")
    if line is not None:
        line.shutdown(socket.SHUT_RDWR)
    start_response("200 OK", [("Content-Length", "0"), ("Connection", "close")])
    return [b""]
