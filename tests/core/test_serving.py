"""The web server's worker with clients that are slow, silent or chunked: a real gunicorn, with two threads."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = """
from reseller_portal.core.body_limit import BodyLimit
def answer(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
application = BodyLimit(answer, largest=1000, seconds=1)
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("serving")
    (folder / "application.py").write_text(APPLICATION)
    with socket.create_server(("127.0.0.1", 0)) as listener, (folder / "log").open("wb") as log:
        number = int(listener.getsockname()[1])
        process = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "application:application", "--bind", f"fd://{listener.fileno()}",
                "--worker-class", "reseller_portal.serving.Worker", "--threads", "2", "--keep-alive", "75",
                "--no-control-socket", "--chdir", str(folder), "--graceful-timeout", "1",
            ],
            pass_fds=[listener.fileno()], env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT,
            stderr=log,
        )  # fmt: skip
        try:
            yield number
        finally:
            process.terminate()
            process.wait(timeout=10)
            assert b"Traceback" not in (folder / "log").read_bytes()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def ask(port: int, request: bytes) -> bytes:
    """The whole answer."""
    with connect(port) as line:
        line.sendall(request)
        answer = line.recv(65536)
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])  # type: ignore[index]  # every answer has one
        while len(body) < length:
            body += line.recv(65536)
        return head + b"\r\n\r\n" + body


def health(port: int) -> float:
    """The seconds that an answer took."""
    began = time.monotonic()
    assert ask(port, b"GET /health/ HTTP/1.1\r\nHost: whatever\r\n\r\n").startswith(b"HTTP/1.1 200 OK")
    return time.monotonic() - began


def test_a_chunked_body_arrives(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert ask(port, head + b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n").endswith(b"hello world")


def test_a_chunked_body_is_limited_too(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert ask(port, head + b"400\r\n" + b"a" * 1024 + b"\r\n0\r\n\r\n").startswith(b"HTTP/1.1 413")


def test_a_very_large_body_is_answered_before_it_is_sent(port: int) -> None:
    head = b"POST /account/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: 209715200\r\n\r\n"
    assert ask(port, head).startswith(b"HTTP/1.1 413")


def test_whoever_sends_a_little_too_much_reads_why(port: int) -> None:
    body = b"a" * (3 * 1024 * 1024)
    head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    assert ask(port, head + body).startswith(b"HTTP/1.1 413")


def test_a_connection_is_kept_longer_than_a_page_waits(port: int) -> None:
    question = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    with connect(port) as line:
        for _ in range(2):
            line.sendall(question)
            assert line.recv(65536).startswith(b"HTTP/1.1 200 OK")
            line.settimeout(3)
            with pytest.raises(TimeoutError):  # an end of the connection would be empty bytes
                line.recv(1)
            line.settimeout(20)


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"G",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\na",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nh",
    ],
)
def test_clients_that_never_finish_leave_the_health_page_alone(port: int, beginning: bytes) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(connect(port)) for _ in range(20)]
        for line in lines:
            line.sendall(beginning)
        assert max(health(port) for _ in range(5)) < 1


def test_a_body_that_comes_byte_by_byte_is_ended(port: int) -> None:
    with connect(port) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n")
        line.settimeout(0.2)
        answer = b""
        for _ in range(60):
            try:
                line.sendall(b"a")
                answer = answer or line.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            if answer:
                break
    assert answer.startswith(b"HTTP/1.1 408")
