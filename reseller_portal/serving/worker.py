"""The web server's worker: gunicorn's threads, which never wait for a client.

The loop that accepts connections also receives requests and sends on what a client reads slowly: a thread gets a
request that is whole, and is free before its answer is read. `/health/` is answered by the loop itself. What no thread
can take within a bound is refused in words.
"""

import errno
import math
import resource
import socket
import time
from collections import Counter, deque
from collections.abc import Iterable
from functools import partial
from itertools import islice
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from reseller_portal.serving.connection import SEND_SECONDS, HeldSocket

SWEEP_SECONDS = 0.25
LINGER_SECONDS = 2.0
# For requests to arrive and answers to be read when a worker stops, and then for refusals to be read.
STOP_SECONDS = 1.0
# Of what a client goes on sending after it was refused; so a browser shows the answer and not a broken connection.
MOST_DRAINED = 16 * 1024 * 1024
# Whoever holds less than this is not turned out for the bytes of others: it would free next to nothing.
LITTLE = 64 * 1024
# Files that a process opens beside its connections: for the database, the cache, the broker, templates.
OTHER_FILES = 200
AT_ONCE = 32
TOO_LONG = "431 Request Header Fields Too Large", "The head of the request is too long."
TOO_SLOW = "408 Request Timeout", "The request came too slowly."
BUSY = "503 Service Unavailable", "The portal has more to do than it can at this moment. Try again in a few seconds."
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
FULL = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
PASSING = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED, errno.EPROTO}


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Each connection is in one place: arriving, in the queue, in a thread, sending, kept alive, or leaving."""

    # Seconds: for the head of a request, for its body after that, and in the queue for a thread.
    head_seconds, body_seconds, queue_seconds = 10.0, 30.0, 10.0
    # Requests that wait, for each thread.
    queue_length = 32
    # Bytes of requests and answers together, of one process.
    most_held = 96 * 1024 * 1024

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.arriving: dict[TConn, None] = {}
        self.sending: dict[TConn, Any] = {}
        self.leaving: dict[TConn, None] = {}
        self.queue: deque[TConn] = deque()
        self.busy = self.held = 0
        self.sweep_at = self.tell_at = 0.0
        # From when a worker that stops waits for no client any more.
        self.stops_at = math.inf
        self.refused: Counter[str] = Counter()

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise RuntimeError("This worker speaks no TLS: the proxy in front ends it (docs/production.md).")

    def init_process(self) -> None:
        # By default whoever reaches the port from this machine, as the proxy does for everybody, could move every
        # address under a prefix by a header named SCRIPT_NAME.
        self.cfg.set("forwarder_headers", "")
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if files != resource.RLIM_INFINITY:
            most = min(self.cfg.worker_connections, files - OTHER_FILES)
            self.worker_connections = max(most, self.cfg.threads + AT_ONCE)
        super().init_process()

    # Arriving.

    def accept(self, listener: socket.socket) -> None:
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in FULL:
                self._make_room()
            elif error.errno not in PASSING:
                raise
            return
        if self.nr_conns + 1 >= self.worker_connections:
            self._make_room()
        self.nr_conns += 1
        self._await_request(TConn(self.cfg, HeldSocket.of(client), address, listener.getsockname()))

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """The next request of a connection that was kept."""
        if client.fileno() < 0:  # closed for room by what was done just before
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await_request(conn)
        self._receive(conn, client)

    def _await_request(self, conn: TConn) -> None:
        conn.timeout = self._within(self.head_seconds)
        if conn.sock.incoming.is_whole():  # it came behind the one before
            self.enqueue_req(conn)
            return
        self.arriving[conn] = None
        self.poller.register(conn.sock, EVENT_READ, partial(self._receive, conn))

    def _receive(self, conn: TConn, _: object) -> None:
        if conn not in self.arriving:  # closed for room by what was done just before, or received already
            return
        incoming, piece = conn.sock.incoming, conn.sock.receive()
        if piece is None:
            return
        if not piece:
            self._close(conn)
            return
        had_head = incoming.head_end
        incoming.add(piece)
        self._count(conn)
        if incoming.is_whole():
            self._forget(conn)
            self.enqueue_req(conn)
        elif incoming.is_too_long:
            self._refuse(conn, TOO_LONG)
        elif incoming.head_end and not had_head:
            conn.timeout = self._within(self.body_seconds)
            if incoming.expects_word:
                self._say(conn, GO_ON)
        self._free_bytes()

    # In the queue and in a thread.

    def enqueue_req(self, conn: TConn) -> None:
        """Take a whole request: by a thread, by its turn, or not at all."""
        if conn.sock.incoming.asks_for_health:
            self._say(conn, _answer(("200 OK", "ok"), conn))
            self._leave(conn)
        elif self.busy < self.cfg.threads:
            self._start(conn)
        elif len(self.queue) < self.queue_length * self.cfg.threads:
            conn.timeout = time.monotonic() + self.queue_seconds
            self.queue.append(conn)
        else:
            self._refuse(conn, BUSY)

    def _start(self, conn: TConn) -> None:
        self.busy += 1
        conn.data_ready = True
        super().enqueue_req(conn)

    def finish_request(self, conn: TConn, fs: Any) -> None:
        """A thread is free. The answer may still have to be read."""
        self.busy -= 1
        while self.queue and self.busy < self.cfg.threads:
            self._start(self.queue.popleft())
        self._count(conn)
        if not conn.sock.unsent:
            self._after_answer(conn, fs)
            return
        conn.timeout = self._within(SEND_SECONDS)
        conn.sock.setblocking(False)
        self.sending[conn] = fs
        self.poller.register(conn.sock, EVENT_WRITE, partial(self._send_on, conn))
        self._free_bytes()

    def _send_on(self, conn: TConn, _: object) -> None:
        if conn not in self.sending:
            return
        try:
            conn.sock.send_on()
        except OSError:
            self._close(conn)
            return
        self._count(conn)
        if not conn.sock.unsent:
            fs = self.sending[conn]
            self._forget(conn)
            self._after_answer(conn, fs)

    def _after_answer(self, conn: TConn, fs: Any) -> None:
        incoming = conn.sock.incoming
        if fs.exception() is not None or not fs.result() or not incoming.is_spent():
            self._leave(conn)
            return
        incoming.go_on()
        self._count(conn)
        if incoming.held:
            conn.sock.setblocking(False)
            self._await_request(conn)
        else:
            super().finish_request(conn, fs)

    # Leaving.

    def _leave(self, conn: TConn) -> None:
        """Close so that the client can read the end: first our half, then, in the loop, the rest."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
            return
        conn.sock.incoming.held.clear()
        self._count(conn)
        patience = LINGER_SECONDS if conn.sock.incoming.is_sound else self.body_seconds
        conn.timeout = min(time.monotonic() + patience, self.stops_at + STOP_SECONDS)
        self.leaving[conn] = None
        self.poller.register(conn.sock, EVENT_READ, partial(self._see_off, conn))

    def _see_off(self, conn: TConn, _: object) -> None:
        piece = conn.sock.receive() if conn in self.leaving else None
        if piece is None:
            return
        conn.sock.drained += len(piece)
        if not piece or conn.sock.drained > MOST_DRAINED:
            self._close(conn)

    def _refuse(self, conn: TConn, answer: tuple[str, str]) -> None:
        self.refused[answer[0]] += 1
        self._forget(conn)
        self._say(conn, _answer(answer, conn))
        conn.sock.incoming.is_sound = False
        self._leave(conn)

    def _close(self, conn: TConn) -> None:
        self._forget(conn)
        self.held -= conn.sock.counted
        self.nr_conns -= 1
        conn.close()

    def _forget(self, conn: TConn) -> None:
        """It is in none of the places that wait for its socket."""
        for place in (self.arriving, self.sending, self.leaving):
            if conn in place:
                del place[conn]
                self.poller.unregister(conn.sock)

    def _count(self, conn: TConn) -> None:
        size = conn.sock.size()
        self.held += size - conn.sock.counted
        conn.sock.counted = size

    @staticmethod
    def _say(conn: TConn, words: bytes) -> None:
        try:
            conn.sock.send_now(words)
        except OSError:
            """Whoever asked has gone."""

    # Ends.

    def murder_pending(self) -> None:
        """gunicorn calls this at least once a second: whose time is over leaves."""
        now = time.monotonic()
        if now < self.sweep_at:
            return
        self.sweep_at = now + SWEEP_SECONDS
        for conn in [each for each in self.arriving if each.timeout <= now]:
            if conn.sock.incoming.held:
                self._refuse(conn, TOO_SLOW if self.alive else BUSY)
            else:
                self._close(conn)
        for conn in [each for each in (*self.sending, *self.leaving) if each.timeout <= now]:
            self._close(conn)
        while self.queue and self.queue[0].timeout <= now:
            self._refuse(self.queue.popleft(), BUSY)
        self._tell(now)

    def _tell(self, now: float) -> None:
        """A line of the log for each minute in which requests were refused."""
        if self.refused and now >= self.tell_at:
            self.log.warning("Refused: %s", ", ".join(f"{number} x {why}" for why, number in self.refused.items()))
            self.refused.clear()
            self.tell_at = now + 60

    def _within(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self.stops_at)

    def _cap_keepalive(self, deadline: float) -> None:
        """Called when a worker stops: what is whole is answered, no client is waited for.

        Nobody else listens until it has gone, if the others stop at the same time.
        """
        super()._cap_keepalive(deadline)
        self.stops_at = time.monotonic() + STOP_SECONDS
        for each in (*self.arriving, *self.sending):
            each.timeout = min(each.timeout, self.stops_at)
        for each in self.leaving:
            each.timeout = min(each.timeout, self.stops_at + STOP_SECONDS)

    def _make_room(self) -> None:
        """Some connections less, so that others are heard: never one that waits for a thread or is in it."""
        self.refused["closed for room"] += 1
        for conn in list(islice(self._least_missed(), AT_ONCE)):
            self._turn_out(conn)

    def _turn_out(self, conn: TConn) -> None:
        """At once; who has said something and was not answered hears why."""
        is_queued = conn in self.queue
        if is_queued:
            self.queue.remove(conn)
        if is_queued or (conn in self.arriving and conn.sock.incoming.held):
            self.refused[BUSY[0]] += 1
            self._say(conn, _answer(BUSY, conn))
        if conn in self.keepalived_conns:
            self.keepalived_conns.remove(conn)
            self.poller.unregister(conn.sock)
        self._close(conn)

    def _least_missed(self) -> Iterable[TConn]:
        """First whoever is kept without a request, then whoever has said nothing, then whoever came first."""
        if self.leaving:
            return self.leaving
        crowd = _crowd_of([*self.keepalived_conns, *self.arriving])
        return sorted(crowd, key=lambda each: (each in self.arriving, bool(each.sock.incoming.held))) or self.sending

    def _free_bytes(self) -> None:
        """Those that hold the most leave: of requests that arrive or wait for a thread, and of unread answers."""
        if self.held <= self.most_held:
            return
        large = [each for each in (*self.arriving, *self.queue, *self.sending) if each.sock.counted > LITTLE]
        for conn in sorted(large, key=lambda each: -each.sock.counted):
            if self.held <= self.most_held:
                return
            self._turn_out(conn)


def _crowd_of(several: list[TConn]) -> list[TConn]:
    """Those of the address that has the most; all, where none has more than a browser or two may have."""
    addresses = [each.client[0] if each.client else "" for each in several]
    [(crowded, most)] = Counter(addresses).most_common(1) or [("", 0)]
    if most <= AT_ONCE:
        return several
    return [each for each, address in zip(several, addresses, strict=True) if address == crowded]


def _answer(answer: tuple[str, str], conn: TConn) -> bytes:
    """Without Django, and the last of its connection."""
    status, words = answer
    body = f"{words}\n"
    head = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    ]
    if answer is BUSY:
        head.append("Retry-After: 5")
    is_head = conn.sock.incoming.held.startswith(b"HEAD ")
    return "\r\n".join([*head, "", "" if is_head else body]).encode()
