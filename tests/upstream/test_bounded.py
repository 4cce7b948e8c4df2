"""Every answer has an end, over real sockets: however slowly it comes, and however much."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import requests

from reseller_portal.upstream import bounded
from reseller_portal.upstream.bounded import BoundedAdapter
from reseller_portal.upstream.errors import Malformed, Throttled, Unreachable, UpstreamError
from reseller_portal.upstream.transport import Transport

SECONDS = 0.4
# More drops than fit into the time by far; whoever hears all of them was not bounded.
DROPS, DROP_SECONDS = 100, 0.05
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BODY = b'{"status": 200, "data": {}}'
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
Answer = Callable[[socket.socket, threading.Event], None]


class Server:
    """Answers every connection in one way, drop by drop if so; `drops` counts what it could get rid of."""

    def __init__(self, answer: Answer) -> None:
        self.over = threading.Event()
        self.drops = self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, args=[answer])
        self._thread.start()

    def _serve(self, answer: Answer) -> None:
        while not self.over.is_set():
            link, _ = self._listener.accept()
            self.connections += 1
            with link, suppress(OSError):
                if not self.over.is_set():
                    answer(link, self.over)

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            socket.create_connection(self._listener.getsockname()).close()
        self._thread.join(10)
        self._listener.close()


@contextmanager
def serving(answer: Answer) -> Iterator[Server]:
    server = Server(answer)
    try:
        yield server
    finally:
        server.close()


def transport(address: str, *, seconds: float = SECONDS, size: int = 10_000) -> Transport:
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, BoundedAdapter(seconds=seconds, size=size))
    return Transport(address, "key-1", session)


def outcome(transport: Transport) -> UpstreamError | dict[str, object]:
    try:
        return transport.call("get_wallet", "GET", "/wallet")
    except UpstreamError as error:
        return error


def whole(link: socket.socket, _over: threading.Event) -> None:
    """As long as the connection is kept."""
    while link.recv(65536):
        link.sendall(WHOLE)


def at_once(*parts: bytes) -> Answer:
    def answer(link: socket.socket, _over: threading.Event) -> None:
        link.recv(65536)
        for part in parts:
            link.sendall(part)

    return answer


def drip(before: bytes, drop: bytes) -> Answer:
    def answer(link: socket.socket, over: threading.Event) -> None:
        link.recv(65536)
        link.sendall(before)
        for _ in range(DROPS):
            if over.wait(DROP_SECONDS):
                return
            link.sendall(drop)
        link.sendall(b"never heard of" * 100)
        heard_all.append(1)

    return answer


heard_all: list[int] = []
DRIPPING = {
    "nothing at all": drip(b"", b""),
    "the first line": drip(b"HTTP/1.1 200 ", b"O"),
    "one head after the other": drip(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
    "a head without an end": drip(HEAD + b"A: ", b"b"),
    "a body of a known length": drip(HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
    "a body without an end": drip(HEAD + b"Connection: close\r\n\r\n", b" "),
    "a body that is whole already": drip(HEAD + b"Connection: close\r\n\r\n" + BODY, b" "),
    "chunks": drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "the length of a chunk": drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "please go on": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a refusal": drip(b"HTTP/1.1 422 No\r\nContent-Length: 100000\r\n\r\n", b" "),
    "a page elsewhere": drip(b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 100000\r\n\r\n", b" "),
}


@pytest.mark.parametrize("answer", DRIPPING.values(), ids=DRIPPING)
def test_an_answer_that_drips_is_given_up_when_its_time_is_over(answer: Answer) -> None:
    heard_all.clear()
    with serving(answer) as server:
        found = outcome(transport(server.address))
    assert isinstance(found, Unreachable)
    assert (str(found), found.cause) == ("get_wallet: ReadTimeout", None)
    assert heard_all == []


def test_a_handshake_that_does_not_go_on_is_given_up() -> None:
    """A drop of it comes now and then, so that no read of it takes too long."""
    heard_all.clear()
    record = b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc\x03\x03"
    with serving(drip(record, b"\x00")) as server:
        found = outcome(transport(server.address.replace("http:", "https:")))
    assert isinstance(found, Unreachable)
    assert (str(found), found.cause) == ("get_wallet: ReadTimeout", None)
    assert heard_all == []


def test_without_the_watch_it_would_be_heard_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    heard_all.clear()
    monkeypatch.setattr(bounded.Watch, "_cut", lambda _watch: None)
    with serving(DRIPPING["the first line"]) as server:
        assert isinstance(outcome(transport(server.address)), Unreachable)
    assert heard_all == [1]


TOO_MUCH = {
    "a long body": at_once(HEAD + b"Content-Length: 20000\r\n\r\n", b" " * 20_000),
    "a body without an end": at_once(HEAD + b"Connection: close\r\n\r\n", b" " * 20_000),
    "a small one that unpacks to much": at_once(
        HEAD + b"Connection: close\r\nContent-Encoding: gzip\r\n\r\n", gzip.compress(b" " * 50_000_000)
    ),
    "a long head": at_once(HEAD + b"A: " + b"b" * 100_000 + b"\r\n\r\n" + BODY),
    "many heads": at_once(HEAD + b"A: b\r\n" * 1000 + b"\r\n" + BODY),
}


@pytest.mark.parametrize("answer", TOO_MUCH.values(), ids=TOO_MUCH)
def test_more_than_any_answer_holds_is_not_read(answer: Answer) -> None:
    with serving(answer) as server:
        assert isinstance(outcome(transport(server.address, seconds=20)), Unreachable)


def test_answers_of_any_state_are_read_whole_and_the_connection_is_kept() -> None:
    with serving(whole) as server:
        calls = transport(server.address, seconds=20)
        assert [outcome(calls) for _ in range(3)] == [{"status": 200, "data": {}}] * 3
        assert server.connections == 1
        calls.session.close()


def test_a_call_after_one_that_was_cut_goes_over_a_new_connection() -> None:
    first = [True]

    def answer(link: socket.socket, over: threading.Event) -> None:
        is_first, first[0] = first[0], False
        (DRIPPING["the first line"] if is_first else at_once(WHOLE))(link, over)

    with serving(answer) as server:
        calls = transport(server.address)
        assert isinstance(outcome(calls), Unreachable)
        assert outcome(calls) == {"status": 200, "data": {}}
        calls.session.close()


@pytest.mark.parametrize(
    ("line", "error"),
    [(b"429 Slow\r\nRetry-After: 7", Throttled), (b"500 No", Unreachable), (b"301 Moved\r\nLocation: /b", Malformed)],
)
def test_what_else_it_says_is_heard_as_before(line: bytes, error: type[UpstreamError]) -> None:
    with serving(at_once(b"HTTP/1.1 " + line + b"\r\nContent-Length: 0\r\n\r\n")) as server:
        assert isinstance(outcome(transport(server.address, seconds=20)), error)


def test_the_portal_and_the_client_use_it() -> None:
    found = bounded.session()
    assert isinstance(found.get_adapter("https://upstream.example"), BoundedAdapter)
    assert isinstance(Transport("https://upstream.example", "key-1").session.adapters["https://"], BoundedAdapter)
