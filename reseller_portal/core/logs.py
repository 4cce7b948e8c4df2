"""Log lines: one JSON object each, with UTC time, and whose request or which operation it belongs to."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars, merge_contextvars
from structlog.typing import EventDict

GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")
# Addresses whose last parts let somebody in, and what comes before these. A test asks every address of the portal.
SECRET_PATHS = re.compile(r"(/account/(?:confirm-email|password/reset/key)/)[^\s\"'?#]+")
GetResponse = Callable[[HttpRequest], HttpResponse]


def only_json(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """What a library adds to its lines may be an object, such as a whole request: never print those."""
    return {key: value for key, value in event.items() if isinstance(value, str | int | float | bool | None)}


def without_keys(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """Whoever reads the log must not be able to open what only a link in an e-mail opens."""
    return {
        name: SECRET_PATHS.sub(r"\1…", value) if isinstance(value, str) and "/account/" in value else value
        for name, value in event.items()
    }


def make_formatter() -> structlog.stdlib.ProcessorFormatter:
    """For the `()` of a formatter in LOGGING."""
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            only_json,
            without_keys,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        foreign_pre_chain=[
            merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        ],
    )


class LogContextMiddleware:
    """Each request has an id: that of the proxy where it gave one, on every line of the log and in the answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if GIVEN.fullmatch(given) else uuid.uuid4().hex
        clear_contextvars()
        bind_contextvars(request_id=name)
        response = self.get_response(request)
        response["X-Request-ID"] = name
        return response
