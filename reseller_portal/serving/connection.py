"""A connection as the threads see it: what they read has come already, and what they write is taken from them."""

import errno
import socket
from typing import Any

from reseller_portal.serving.incoming import Incoming

PIECE = 64 * 1024
# Larger than any answer of the portal: what a client leaves unread of one beyond this ends the connection.
MOST_UNSENT = 64 * 1024 * 1024
SEND_SECONDS = 60.0


class HeldSocket(socket.socket):
    """`counted` is what of it stands in the worker's sum of bytes, `drained` what was thrown away at the end."""

    incoming: Incoming
    unsent: bytearray
    counted = drained = 0

    @classmethod
    def of(cls, accepted: socket.socket) -> "HeldSocket":
        own = cls(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        own.incoming, own.unsent = Incoming(), bytearray()
        return own

    def size(self) -> int:
        return len(self.incoming.held) + len(self.unsent)

    def receive(self) -> bytes | None:
        """What has come, without waiting: None is nothing yet, empty is the end."""
        try:
            return super().recv(PIECE, socket.MSG_DONTWAIT)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return b""

    def send_now(self, content: Any) -> int:
        """How many bytes the system takes without waiting. Raises `OSError` when the client has gone."""
        try:
            return super().send(content, socket.MSG_DONTWAIT)
        except (BlockingIOError, InterruptedError):
            return 0

    def send_on(self) -> None:
        """Some more of what was kept."""
        del self.unsent[: self.send_now(memoryview(self.unsent)[:PIECE].tobytes())]

    # What gunicorn calls in a thread.

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        return self.incoming.take(size)

    def sendall(self, content: Any, flags: int = 0, /) -> None:
        """Never waits: the loop sends on what the client does not take at once."""
        rest = memoryview(content)
        if not self.unsent:
            rest = rest[self.send_now(rest) :]
        if len(self.unsent) + len(rest) > MOST_UNSENT:
            # With a number that gunicorn passes over without a traceback.
            raise OSError(errno.EPIPE, "the client does not read the answer")
        self.unsent += rest

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """Files of the portal are small: as any other answer, so that no thread waits for who reads it."""
        file.seek(offset)
        content = file.read() if count is None else file.read(count)
        self.sendall(content)
        return len(content)
