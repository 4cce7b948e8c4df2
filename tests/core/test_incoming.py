"""Where a request ends, however its bytes are cut: neither before its last byte nor behind it."""

import pytest

from reseller_portal.serving.incoming import LONGEST_BODY, LONGEST_HEAD, Incoming

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: Chunked\r\n\r\n"
WHOLE = {
    "no body": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a length": HEAD + b"content-LENGTH:  5 \r\n\r\nhello",
    "nothing of a length": HEAD + b"Content-Length: 0\r\n\r\n",
    "chunks": CHUNKED + b"5;x=y\r\nhello\r\nA\r\n0\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
    "trailers": CHUNKED + b"1\r\na\r\n0\r\nX: y\r\nZ: 0\r\n\r\n",
    "the end of a head in a body": HEAD + b"Content-Length: 8\r\n\r\n\r\n\r\n\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", WHOLE.values(), ids=WHOLE)
def test_a_request_is_whole_with_its_last_byte(request_bytes: bytes) -> None:
    incoming = Incoming()
    for number in range(len(request_bytes)):
        assert not incoming.is_whole(), number
        incoming.add(request_bytes[number : number + 1])
    assert incoming.is_whole()
    assert incoming.is_sound


@pytest.mark.parametrize("request_bytes", WHOLE.values(), ids=WHOLE)
def test_what_comes_behind_is_the_next_request(request_bytes: bytes) -> None:
    incoming = Incoming()
    incoming.add(request_bytes + b"GET /next")
    assert incoming.is_whole()
    assert incoming.take(100_000) == request_bytes
    assert incoming.is_spent()
    incoming.go_on()
    assert bytes(incoming.held) == b"GET /next"
    assert not incoming.is_whole()


def test_who_took_only_a_part_has_not_spent_the_request() -> None:
    incoming = Incoming()
    incoming.add(WHOLE["a length"])
    assert incoming.is_whole()
    incoming.take(10)
    assert not incoming.is_spent()


@pytest.mark.parametrize(
    "request_bytes",
    [
        HEAD + b"Content-Length: five\r\n\r\n",
        HEAD + b"Content-Length: -5\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        HEAD + b"Content-Length: %d\r\n\r\n" % (LONGEST_BODY + 1),
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: gzip\r\n\r\n",
        CHUNKED + b"no size\r\n",
        CHUNKED + b"%x\r\n" % LONGEST_BODY,
        CHUNKED + b"1" * (LONGEST_HEAD + 1),
        CHUNKED + b"0\r\n" + b"X: y\r\n" * LONGEST_HEAD,
    ],
)
def test_a_request_whose_end_is_not_certain_is_answered_at_once_and_the_last(request_bytes: bytes) -> None:
    incoming = Incoming()
    incoming.add(request_bytes)
    assert incoming.is_whole()
    assert not incoming.is_sound


def test_a_head_without_end_is_too_long_and_never_whole() -> None:
    incoming = Incoming()
    incoming.add(b"a" * (LONGEST_HEAD + 1))
    assert not incoming.is_whole()
    assert incoming.is_too_long
