"""The web server's worker: gunicorn's threads, with an end to every wait for a client.

`gunicorn --worker-class reseller_portal.serving.Worker`. A client that sends its request byte by byte holds a thread
for seconds, not for ever. The loop that accepts connections answers `/health/` itself, also while all threads wait.
"""

import errno
import socket
import time
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10.0
SEND_SECONDS = 60.0
HEALTH = (b"GET /health/ ", b"GET /health ", b"HEAD /health/ ", b"HEAD /health ")
LONGEST_QUESTION = 4096
ALIVE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n"
    b"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
)


class PatientSocket(socket.socket):
    """A connection on which reading ends at a deadline, however often a byte comes."""

    deadline = float("inf")

    @classmethod
    def of(cls, accepted: socket.socket) -> "PatientSocket":
        return cls(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())

    def allow(self, seconds: float) -> None:
        """From now on, for all reads together."""
        self.deadline = time.monotonic() + seconds

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        before = self.gettimeout()
        if before == 0.0:
            return super().recv(size, flags)
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(errno.ECONNRESET, "the client was too slow")
        if left != float("inf"):
            self.settimeout(left if before is None else min(left, before))
        try:
            return super().recv(size, flags)
        except TimeoutError:
            # With a number that gunicorn passes over without a traceback.
            raise TimeoutError(errno.ECONNRESET, "the client was too slow") from None
        finally:
            self.settimeout(before)

    def sendall(self, content: Any, flags: int = 0, /) -> None:
        before = self.gettimeout()
        self.settimeout(SEND_SECONDS)
        try:
            super().sendall(content, flags)
        except TimeoutError:
            raise TimeoutError(errno.EPIPE, "the client does not read the answer") from None
        finally:
            self.settimeout(before)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Connections wait for their first byte in the loop, so that a silent one costs no thread."""

    def accept(self, listener: socket.socket) -> None:
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        connection = TConn(self.cfg, PatientSocket.of(client), address, listener.getsockname())
        connection.timeout = time.monotonic() + HEAD_SECONDS
        self.pending_conns.append(connection)
        self.poller.register(connection.sock, EVENT_READ, partial(self.on_pending_socket_readable, connection))

    def enqueue_req(self, conn: Any) -> None:
        if _asks_for_health(conn.sock):
            self._answer_health(conn)
            return
        conn.sock.allow(HEAD_SECONDS)
        super().enqueue_req(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """A worker that stops waits for connections that have said nothing no longer than for idle ones."""
        super()._cap_keepalive(deadline)
        for each in self.pending_conns:
            each.timeout = min(each.timeout, deadline)

    def _answer_health(self, conn: Any) -> None:
        try:
            asked = conn.sock.recv(LONGEST_QUESTION)
            conn.sock.send(ALIVE if asked.startswith(b"HEAD") else ALIVE + b"ok\n")
        except OSError:
            """Whoever asked has gone."""
        self.nr_conns -= 1
        conn.close()


def _asks_for_health(line: socket.socket) -> bool:
    """Looks without taking: the request stays to be read by a thread."""
    before = line.gettimeout()
    line.setblocking(False)
    try:
        return line.recv(LONGEST_QUESTION, socket.MSG_PEEK).startswith(HEALTH)
    except OSError:
        return False
    finally:
        line.settimeout(before)
