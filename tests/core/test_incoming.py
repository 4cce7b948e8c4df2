"""Where a request ends, however its bytes are cut: neither before its last byte nor behind it."""

import errno

import pytest

from reseller_portal.serving.incoming import LONGEST_BODY, LONGEST_HEAD, Incoming

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: Chunked\r\n\r\n"
WHOLE = {
    "no body": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a length": HEAD + b"content-LENGTH:  5 \r\n\r\nhello",
    "nothing of a length": HEAD + b"Content-Length: 0\r\n\r\n",
    "chunks": CHUNKED + b"5;x=y\r\nhello\r\nA\r\n0\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
    "sizes with zeros in front": CHUNKED + b"0000000000000005\r\nhello\r\n00000000001;x\r\na\r\n000000000000\r\n\r\n",
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
        CHUNKED + b"123456789\r\n",
        CHUNKED + b"f" * 4096 + b"\r\n",
        CHUNKED + b"0" * 5000 + b"1\r\na\r\n0\r\n\r\n",
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


@pytest.mark.parametrize("size", [b"%x" % LONGEST_BODY, b"00000000ffffffff", b"123456789", b"f" * 4096])
def test_a_chunk_that_is_larger_than_any_body_is_told_where_its_bytes_would_come(size: bytes) -> None:
    incoming = Incoming()
    incoming.add(CHUNKED + size + b"\r\nabc")
    assert incoming.is_whole()
    assert incoming.take(100_000).endswith(b"abc")
    with pytest.raises(OSError, match="larger") as error:
        incoming.take(1)
    assert error.value.errno == errno.EMSGSIZE


def test_who_waits_for_the_word_to_go_on_is_told_once() -> None:
    """By the loop; gunicorn, which would tell again, sees the head without that line."""
    incoming = Incoming()
    incoming.add(HEAD + b"expect: 100-Continue \r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert not incoming.is_whole()
    assert incoming.expects_word
    incoming.add(b"okGET")
    assert incoming.is_whole()
    assert incoming.take(1000) == HEAD + b"Content-Length: 2\r\n\r\nok"
    incoming.go_on()
    assert bytes(incoming.held) == b"GET"
    assert not incoming.expects_word


def test_a_client_of_the_old_protocol_waits_for_no_word() -> None:
    incoming = Incoming()
    incoming.add(b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert not incoming.is_whole()
    assert not incoming.expects_word


@pytest.mark.parametrize("line", [b"Expect : 100-continue", b"Expect: 200-ok", b"X-Expect: 100-continue"])
def test_another_expectation_is_left_to_gunicorn(line: bytes) -> None:
    incoming = Incoming()
    incoming.add(HEAD + line + b"\r\n\r\n")
    assert incoming.is_whole()
    assert line in incoming.take(1000)
