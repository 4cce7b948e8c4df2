"""The web server's worker with clients that are slow, silent, many or chunked: a real gunicorn, with two threads."""

import os
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from reseller_portal.serving.incoming import LONGEST_BODY

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = """
import os
from reseller_portal.core.body_limit import BodyLimit
from reseller_portal.serving import Worker
class Quick(Worker):
    head_seconds, body_seconds, queue_seconds, queue_length = 1.5, 1.5, 1, 25
class Small(Quick):
    most_held, queue_seconds = 2_000_000, 20
class Patient(Worker):
    head_seconds = body_seconds = 60.0
def answer(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ["PATH_INFO"] == "/gate":
        body = open("gate" + environ["QUERY_STRING"], "rb").read()
    if environ["PATH_INFO"] == "/process":
        body = str(os.getpid()).encode()
    if environ["PATH_INFO"] == "/where":
        body = (environ["SCRIPT_NAME"] + environ["PATH_INFO"]).encode()
    if environ["PATH_INFO"] == "/large":
        body = b"a" * int(environ["QUERY_STRING"])
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
application = BodyLimit(answer, largest=1000)
"""
SILENT = 2500
THREADS, QUEUED = 2, 50
QUESTION = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serving")
    (folder / "application.py").write_text(APPLICATION)
    for number in range(THREADS + QUEUED + 1):
        os.mkfifo(folder / f"gate{number}")
    return folder


@contextmanager
def served(folder: Path, worker: str, *options: str) -> Iterator[int]:
    """The port that gunicorn serves the application on, with this class of its workers."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener, (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "application:application", "--bind", f"fd://{listener.fileno()}",
                "--worker-class", f"application.{worker}", "--threads", str(THREADS), "--keep-alive", "75",
                "--no-control-socket", "--chdir", str(folder), "--graceful-timeout", "1", *options,
            ],
            pass_fds=[listener.fileno()], env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT,
            stderr=log,
        )  # fmt: skip
        try:
            yield int(listener.getsockname()[1])
        finally:
            process.terminate()
            process.wait(timeout=10)
            assert b"Traceback" not in (folder / "log").read_bytes()


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    with served(folder, "Quick") as number:
        yield number


def connect(port: int, *, own: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(own, 0))


def ask(port: int, request: bytes) -> bytes:
    """The whole answer."""
    with connect(port) as line:
        line.sendall(request)
        return answer_on(line)


def answer_on(line: socket.socket) -> bytes:
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


def test_sizes_of_chunks_have_as_many_zeros_as_a_sender_likes(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"0000000000000005\r\nhello\r\n000000006\r\n world\r\n0000000000000000\r\n\r\n"
    assert ask(port, head + body).endswith(b"hello world")


@pytest.mark.parametrize("size", [b"400001", b"123456789", b"f" * 16, b"f" * 300])
def test_a_chunk_that_is_too_large_is_refused_before_it_is_sent(port: int, size: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert ask(port, head + size + b"\r\nabc").startswith(b"HTTP/1.1 413")


def test_who_waits_to_send_the_body_is_told_to_go_on_once(port: int) -> None:
    with connect(port) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert line.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"ok")
        answer = answer_on(line)
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert answer.endswith(b"ok")


def test_a_very_large_body_is_answered_before_it_is_sent(port: int) -> None:
    head = b"POST /account/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: 209715200\r\n\r\n"
    assert ask(port, head).startswith(b"HTTP/1.1 413")


def test_whoever_sends_a_little_too_much_reads_why(port: int) -> None:
    body = b"a" * (3 * 1024 * 1024)
    head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    assert ask(port, head + body).startswith(b"HTTP/1.1 413")


def test_a_connection_is_kept_longer_than_a_page_waits(port: int) -> None:
    with connect(port) as line:
        for _ in range(2):
            line.sendall(QUESTION)
            assert line.recv(65536).startswith(b"HTTP/1.1 200 OK")
            line.settimeout(2)
            with pytest.raises(TimeoutError):  # an end of the connection would be empty bytes
                line.recv(1)
            line.settimeout(20)


UNFINISHED = {
    "silent": b"",
    "one letter": b"G",
    "half a head": b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
    "half a body": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\na",
    "half a chunk": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nh",
    "an answer that is not read": b"GET /large?1500000 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a large answer that is not read": b"GET /large?20000000 HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("beginning", UNFINISHED.values(), ids=UNFINISHED)
def test_clients_that_never_finish_hold_no_thread(port: int, beginning: bytes) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(connect(port)) for _ in range(40)]
        for line in lines:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.sendall(beginning)
        assert max(health(port) for _ in range(5)) < 1
        began = time.monotonic()
        assert ask(port, QUESTION).startswith(b"HTTP/1.1 200 OK")
        assert time.monotonic() - began < 1


def test_thousands_of_silent_connections_delay_nobody(port: int) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most[1], most[1]))
    try:
        with ExitStack() as stack:
            for _ in range(min(SILENT, most[1] - 300)):
                stack.enter_context(connect(port))
            assert max(health(port) for _ in range(5)) < 1
            began = time.monotonic()
            assert ask(port, QUESTION).startswith(b"HTTP/1.1 200 OK")
            assert time.monotonic() - began < 1
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, most)


def test_who_cannot_be_served_in_time_is_told_when_to_come_again(port: int, folder: Path) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(connect(port)) for _ in range(THREADS + QUEUED + 1)]
        for number, line in enumerate(lines):
            line.sendall(f"GET /gate?{number} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        answers = [answer_on(line) for line in (lines[-1], *lines[THREADS:-1])]
        for answer in answers:
            assert answer.startswith(b"HTTP/1.1 503 Service Unavailable")
            assert b"Retry-After: 5" in answer
            assert b"Try again in a few seconds." in answer
        assert health(port) < 1
        for number, line in enumerate(lines[:THREADS]):
            (folder / f"gate{number}").write_bytes(b"opened")
            assert answer_on(line).endswith(b"opened")
    assert ask(port, QUESTION).startswith(b"HTTP/1.1 200 OK")


def test_where_bytes_run_out_those_that_hold_most_leave(tmp_path: Path) -> None:
    (tmp_path / "application.py").write_text(APPLICATION)
    for number in range(THREADS):
        os.mkfifo(tmp_path / f"gate{number}")
    with served(tmp_path, "Small") as port, ExitStack() as stack:
        for number in range(THREADS):
            stack.enter_context(connect(port)).sendall(f"GET /gate?{number} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        large = [stack.enter_context(connect(port)) for _ in range(3)]
        for line in large:  # whole, so each waits for a thread
            line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n" + b"a" * 900_000)
        assert any(answers_soon(line, b"HTTP/1.1 503") for line in large)
        with connect(port) as line:
            line.sendall(QUESTION[:10])
            assert health(port) < 1
            line.sendall(QUESTION[10:])
            for number in range(THREADS):
                (tmp_path / f"gate{number}").write_bytes(b"opened")
            assert answer_on(line).startswith(b"HTTP/1.1 200 OK")


def answers_soon(line: socket.socket, beginning: bytes) -> bool:
    line.settimeout(2)
    try:
        return line.recv(65536).startswith(beginning)
    except TimeoutError:
        return False


def test_who_reads_slowly_gets_all_of_an_answer(port: int) -> None:
    with connect(port) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 100_000)
        line.sendall(b"GET /large?1500000 HTTP/1.1\r\nHost: a\r\n\r\n")
        assert health(port) < 1
        head, _, body = line.recv(65536).partition(b"\r\n\r\n")
        while len(body) < 1_500_000:
            body += line.recv(65536)
        assert (head[:15], body) == (b"HTTP/1.1 200 OK", b"a" * 1_500_000)
        line.sendall(QUESTION)
        assert line.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_two_requests_in_one_packet_are_both_answered(port: int) -> None:
    first = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
    with connect(port) as line:
        line.sendall(first + first.replace(b"one", b"two"))
        answer = b""
        while answer.count(b"HTTP/1.1 200 OK") < 2 or not answer.endswith(b"two"):
            answer += line.recv(65536)
        assert answer.index(b"\r\n\r\none") < answer.index(b"\r\n\r\ntwo")


def test_a_body_comes_when_its_sender_was_told_to_go_on(port: int) -> None:
    with connect(port) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.1 100 Continue")
        line.sendall(b"hello")
        answer = b""
        while not answer.endswith(b"hello"):
            answer += line.recv(65536)


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: -1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"Content-Length: 9999999999\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 10_001,
    ],
)
def test_a_request_whose_end_is_not_certain_is_the_last_of_its_connection(port: int, framing: bytes) -> None:
    with connect(port) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n" + framing)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 4")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_head_without_end_is_refused(port: int) -> None:
    with connect(port) as line:
        line.sendall(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000)
        assert line.recv(65536).startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize("beginning", ["half a head", "half a body", "half a chunk"])
def test_a_request_that_does_not_end_is_told_so(port: int, beginning: str) -> None:
    with connect(port) as line:
        line.sendall(UNFINISHED[beginning])
        assert line.recv(65536).startswith(b"HTTP/1.1 408")


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


def test_no_header_moves_an_address(port: int) -> None:
    headers = b"SCRIPT_NAME: /where\r\nPATH_INFO: /other\r\n"
    assert ask(port, b"GET /where HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n").endswith(b"\r\n\r\n/where")


@pytest.mark.parametrize("beginning", UNFINISHED.values(), ids=UNFINISHED)
def test_a_worker_that_stops_waits_for_no_client(tmp_path: Path, beginning: bytes) -> None:
    """Nobody answers until it has gone: the next one starts then."""
    (tmp_path / "application.py").write_text(APPLICATION)
    options = ("--graceful-timeout", "15", "--max-requests", "5")
    with served(tmp_path, "Patient", *options) as port, ExitStack() as stack:
        lines = [stack.enter_context(connect(port)) for _ in range(3)]
        for line in lines:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.sendall(beginning)
        began, first = time.monotonic(), process_at(port)
        while process_at(port) == first:
            """It stops after some requests more."""
        assert time.monotonic() - began < 6


def process_at(port: int) -> bytes:
    return ask(port, b"GET /process HTTP/1.1\r\nHost: a\r\n\r\n").rpartition(b"\r\n")[2]


def test_what_came_whole_is_answered_by_a_worker_that_stops(tmp_path: Path) -> None:
    (tmp_path / "application.py").write_text(APPLICATION)
    for number in range(THREADS):
        os.mkfifo(tmp_path / f"gate{number}")
    options = ("--graceful-timeout", "15", "--max-requests", str(THREADS))
    with served(tmp_path, "Patient", *options) as port, ExitStack() as stack:
        waiting, half, *held = [stack.enter_context(connect(port)) for _ in range(2 + THREADS)]
        half.sendall(UNFINISHED["half a body"])
        assert health(port) < 1
        for number, line in enumerate(held):
            line.sendall(f"GET /gate?{number} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        waiting.sendall(QUESTION)
        assert answer_on(half).startswith(b"HTTP/1.1 503")
        for number, line in enumerate(held):
            (tmp_path / f"gate{number}").write_bytes(b"opened")
            assert answer_on(line).endswith(b"opened")
        assert answer_on(waiting).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("addresses", [1, 9])
def test_where_connections_run_out_idle_ones_go_before_whoever_is_asking(tmp_path: Path, addresses: int) -> None:
    (tmp_path / "application.py").write_text(APPLICATION)
    with served(tmp_path, "Patient", "--worker-connections", "100") as port, ExitStack() as stack:
        for number in range(90):
            keep_idle(stack, port, number % addresses)
        honest = [stack.enter_context(connect(port)) for _ in range(4)]
        honest[0].sendall(QUESTION[:10])
        honest[1].sendall(UNFINISHED["half a body"])
        honest[2].sendall(QUESTION)
        assert answer_on(honest[2]).startswith(b"HTTP/1.1 200 OK")
        for number in range(180):
            keep_idle(stack, port, number % addresses)
        honest[0].sendall(QUESTION[10:])
        honest[1].sendall(b"a" * 899)
        honest[3].sendall(QUESTION)
        for line in (honest[0], honest[1], honest[3]):
            assert answer_on(line).startswith(b"HTTP/1.1 200 OK")


def keep_idle(stack: ExitStack, port: int, number: int) -> None:
    line = stack.enter_context(connect(port, own=f"127.0.0.{number + 2}"))
    line.sendall(QUESTION)
    assert answer_on(line).startswith(b"HTTP/1.1 200 OK")


def test_the_server_holds_what_the_portal_takes() -> None:
    assert LONGEST_BODY > settings.LARGEST_BODY
