"""A session in which every answer has an end: so many seconds for a call in all, and so many bytes.

The time-outs of requests hold for each read anew, so an upstream that drips a byte now and then would keep a thread for
hours, in its head, its body or the handshake. Here the connection is cut from outside when the time is over.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

# A healthy one takes milliseconds; the slowest that the upstream is believed to give, and some more.
ANSWER_SECONDS = 40.0
# Unpacked. The longest list that is asked for takes less than a megabyte.
ANSWER_BYTES = 16 * 1024 * 1024
CHUNK = 64 * 1024


class AnswerTooLong(requests.RequestException):
    """More came than any answer of the API holds; the rest was not read."""


class Watch:
    """Cuts the connection of one call when its time is over. A cut call may have happened."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._is_done = False
        self._twin: socket.socket | None = None
        self._left: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def follow(self, twin: socket.socket) -> None:
        """The call goes over this connection. One that was made too late is cut at once."""
        with self._lock:
            self._twin = twin
            if self.is_over:
                _shut(twin)

    def leave(self, twin: socket.socket) -> None:
        """The connection is closed, which it is before its body is read where the length of that is not said."""
        self._left.append(twin)

    def end(self) -> None:
        """From now on the connection belongs to other calls."""
        with self._lock:
            self._is_done = True
        self._timer.cancel()
        for twin in self._left:
            twin.close()

    def _cut(self) -> None:
        with self._lock:
            if self._is_done:
                return
            self.is_over = True
            if self._twin is not None:
                _shut(self._twin)


class _Here(threading.local):
    watch: Watch | None = None


_here = _Here()


class _Watched(HTTPConnection):
    """Keeps a second handle of its socket: TLS takes the first one over, and may be in the middle of it."""

    twin: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        self.twin = made.dup()
        self._follow()
        return made

    def request(self, *args: Any, **options: Any) -> None:
        self._follow()
        super().request(*args, **options)

    def close(self) -> None:
        super().close()
        twin, self.twin = self.twin, None
        if twin is not None and _here.watch is not None:
            _here.watch.leave(twin)
        elif twin is not None:
            twin.close()

    def _follow(self) -> None:
        if _here.watch is not None and self.twin is not None:
            _here.watch.follow(self.twin)


class _WatchedTls(_Watched, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


class BoundedAdapter(HTTPAdapter):
    """`seconds` for a call in all, `size` in bytes for its body once it is unpacked."""

    def __init__(self, *, seconds: float = ANSWER_SECONDS, size: int = ANSWER_BYTES) -> None:
        self.seconds, self.size = seconds, size
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        _watch_pools(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        _watch_pools(manager)
        return manager

    def send(self, request: requests.PreparedRequest, *_args: Any, **options: Any) -> requests.Response:
        """The whole answer. Raises what requests raises, `ReadTimeout` when the time was over, or `AnswerTooLong`."""
        error: Exception | None = None
        with _watched(self.seconds) as watch:
            try:
                answer = super().send(request, **{**options, "stream": True})
                answer._content = self._read(answer)  # as requests itself keeps what was read
            except Exception as met:  # noqa: BLE001  # raised below, unless it only tells that we cut the connection
                error = met
        if watch.is_over:
            raise requests.ReadTimeout(f"no whole answer within {self.seconds:.0f} s", request=request)
        if error is not None:
            raise error
        return answer

    def _read(self, answer: requests.Response) -> bytes:
        found = bytearray()
        for chunk in answer.iter_content(CHUNK):
            found += chunk
            if len(found) > self.size:
                answer.close()
                raise AnswerTooLong(f"more than {self.size:,} bytes")
        return bytes(found)


def session() -> requests.Session:
    """A session of the upstream's client, for one thread."""
    made = requests.Session()
    for scheme in ("http://", "https://"):
        made.mount(scheme, BoundedAdapter())
    return made


@contextmanager
def _watched(seconds: float) -> Iterator[Watch]:
    _here.watch = watch = Watch(seconds)
    try:
        yield watch
    finally:
        _here.watch = None
        watch.end()


def _watch_pools(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


def _shut(twin: socket.socket) -> None:
    """Whoever reads from it, in whatever thread, hears that it ended. It may have ended by itself meanwhile."""
    try:
        twin.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
