"""WSGI: how large a body may be and in what encoding, decided before anything reads it."""

import errno
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import Any

from reseller_portal.core.encodings import in_utf8

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
PIECE = 64 * 1024


class Refused(Exception):
    """The body is not taken. `status` is what is answered, the text says why."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True)
class BodyLimit:
    """Hands the application a body that is complete, of known length and at most `largest` bytes.

    A chunked one too, which Django itself takes for empty. How long it may take is the server's to say
    (`reseller_portal.serving`).
    """

    application: Application
    largest: int

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            self._take(environ)
        except Refused as refused:
            return _answer(start_response, refused)
        return self.application(environ, start_response)

    def _take(self, environ: Environ) -> None:
        try:
            environ["CONTENT_TYPE"] = in_utf8(environ.get("CONTENT_TYPE", ""))
        except ValueError:
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send this in UTF-8.") from None
        length = _announced(environ)
        if length == 0:
            return
        try:
            body = self._read(environ["wsgi.input"], length)
        except OSError as error:
            if error.errno == errno.EMSGSIZE:  # the server tells a chunk that no body may be as large as
                raise self._too_large() from None
            raise Refused(HTTPStatus.BAD_REQUEST, "The request broke off.") from None
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)

    def _read(self, source: Any, length: int | None) -> bytes:
        """All of it; `length` None is a chunked one, which says itself where it ends."""
        if length is not None and length > self.largest:
            raise self._too_large()
        body = BytesIO()
        while length is None or body.tell() < length:
            piece = source.read(PIECE if length is None else min(PIECE, length - body.tell()))
            if not piece:
                break
            body.write(piece)
            if body.tell() > self.largest:
                raise self._too_large()
        if length is not None and body.tell() < length:
            raise Refused(HTTPStatus.BAD_REQUEST, "The request broke off.")
        return body.getvalue()

    def _too_large(self) -> Refused:
        words = f"This is larger than {self.largest // 1024 // 1024} MB. Go back, and send it in smaller parts."
        return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words)


def _announced(environ: Environ) -> int | None:
    """The length in bytes, or None for a chunked body."""
    if environ.get("HTTP_TRANSFER_ENCODING", "").strip():
        if not environ.get("wsgi.input_terminated"):
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "Send the length of the request with it.")
        return None
    text = environ.get("CONTENT_LENGTH", "").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Refused(HTTPStatus.BAD_REQUEST, "The length of the request is no number.")
    return int(text)


def _answer(start_response: StartResponse, refused: Refused) -> list[bytes]:
    """Without Django: nothing of ours needs to be asked for it."""
    body = f"{refused}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response(f"{refused.status.value} {refused.status.phrase}", headers)
    return [body]
