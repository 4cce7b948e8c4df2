"""A mail server that keeps what it is sent, and can fall silent in the middle of what it says."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailSink:
    port: int = 0
    # (address, id of the message), one for each that was taken.
    taken: list[tuple[str, str]] = field(default_factory=list)
    speaks: threading.Event = field(default_factory=threading.Event)

    def ids_for(self, address: str) -> list[str]:
        return [message_id for to, message_id in self.taken if to == address]


class Conversation(socketserver.StreamRequestHandler):
    """As little of SMTP as takes a message. Silent, it says nothing more to anybody until it speaks again."""

    def handle(self) -> None:
        sink: MailSink = self.server.sink  # type: ignore[attr-defined]  # set where the server is made
        to: list[str] = []
        self._say(sink, "220 sink")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"RCPT":
                to.append(line.decode().split("<")[1].split(">")[0])
            if word == b"DATA":
                self._say(sink, "354 go on")
                self._take(sink, to)
            self._say(sink, "221 bye" if word == b"QUIT" else "250 ok")
            if word == b"QUIT":
                return

    def _take(self, sink: MailSink, to: list[str]) -> None:
        """What was read to its end counts as taken, though the answer may never be heard."""
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        found = re.search(rb"^message-id: *(\S+)", b"".join(lines), re.IGNORECASE | re.MULTILINE)
        sink.taken += [(each, found[1].decode() if found else "") for each in to]

    def _say(self, sink: MailSink, words: str) -> None:
        sink.speaks.wait()
        self.wfile.write(words.encode() + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever waited has gone."""


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    with Server(("127.0.0.1", 0), Conversation) as server:
        sink = MailSink(port=server.server_address[1])
        sink.speaks.set()
        server.sink = sink  # type: ignore[attr-defined]  # for the conversations
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield sink
        sink.speaks.set()
        server.shutdown()
