"""What is too large or of no known length never reaches the application."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest

from reseller_portal.core.body_limit import BodyLimit

LARGEST = 1000


class Source(BytesIO):
    """Counts what was read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.taken += len(piece)
        return piece


def send(source: BytesIO, **environ: Any) -> tuple[str, bytes]:
    """The status, and the body that the application was handed."""
    answers: list[str] = []

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))]

    guarded = BodyLimit(application, largest=LARGEST)
    body = guarded({"wsgi.input": source, **environ}, lambda status, headers: answers.append(status))
    return answers[0], b"".join(body)


def test_a_body_arrives_whole() -> None:
    assert send(Source(b"a" * LARGEST), CONTENT_LENGTH=str(LARGEST)) == ("200 OK", b"a" * LARGEST)
    assert send(Source(b"")) == ("200 OK", b"")


def test_a_chunked_body_is_handed_on_with_its_length() -> None:
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    assert send(Source(b"event"), **chunked) == ("200 OK", b"event")
    assert send(Source(b"a" * (LARGEST + 1)), **chunked)[0].startswith("413 ")


def test_a_chunked_body_whose_end_nobody_tells_wants_a_length() -> None:
    source = Source(b"event")
    assert send(source, HTTP_TRANSFER_ENCODING="chunked")[0].startswith("411 ")
    assert source.taken == 0


def test_what_is_announced_as_very_large_is_not_read() -> None:
    source = Source(b"a" * 10_000)
    assert send(source, CONTENT_LENGTH=str(200 * 1024 * 1024))[0].startswith("413 ")
    assert source.taken == 0


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "٣", "9" * 40])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    assert send(Source(b"a"), CONTENT_LENGTH=length)[0].startswith("400 ")


def test_a_body_that_ends_early_is_refused() -> None:
    assert send(Source(b"abc"), CONTENT_LENGTH="10")[0].startswith("400 ")
