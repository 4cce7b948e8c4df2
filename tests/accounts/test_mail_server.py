"""A mail server that answers byte by byte holds one mail for as long as it may, and no longer."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection

from accounts import mail_server
from accounts.mail_server import BoundedBackend

GREETING = b"220 here\r\n"
HELLO = b"250 here\r\n"


class Server:
    """Answers with the given words, then one byte after the other without end."""

    def __init__(self, *words: bytes) -> None:
        self.words, self.is_over = list(words), threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        talk, _ = self.listener.accept()
        with talk:
            for each in self.words:
                talk.sendall(each)
                talk.recv(4096)
            while not self.is_over.wait(0.02):
                try:
                    talk.sendall(b"2")
                except OSError:
                    return

    def end(self) -> None:
        self.is_over.set()
        self.thread.join(5)
        self.listener.close()


@pytest.fixture
def servers(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Server]]:
    settings.EMAIL_BACKEND = "accounts.mail_server.BoundedBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 5
    monkeypatch.setattr(mail_server, "SECONDS", 0.3)
    made: list[Server] = []
    yield made
    for each in made:
        each.end()


@pytest.mark.parametrize("words", [(), (GREETING,), (GREETING, HELLO)], ids=["greeting", "hello", "sender"])
def test_a_server_that_drips_is_left_when_the_time_of_a_mail_is_over(
    servers: list[Server], words: tuple[bytes, ...]
) -> None:
    servers.append(Server(*words))
    backend = BoundedBackend(port=servers[0].port)
    message = EmailMessage("Hello", "text", "a@here.example", ["b@there.example"], connection=backend)
    with pytest.raises(TimeoutError, match="the mail server did not take it"):
        message.send()
    backend.close()


def test_a_handshake_has_an_end_too(servers: list[Server], monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that says a record of 16 KB is coming, and lets it drip. No handle of the socket is left to chance."""
    made: list[mail_server.Bounded] = []
    follow = mail_server.Bounded.follow

    def noted(self: mail_server.Bounded) -> None:
        made.append(self)
        follow(self)

    monkeypatch.setattr(mail_server.Bounded, "follow", noted)
    servers.append(Server(b"\x16\x03\x03\x40\x00"))
    backend = BoundedBackend(port=servers[0].port, use_ssl=True)
    with pytest.raises(TimeoutError, match="the mail server did not take it"):
        EmailMessage("Hello", "text", "a@here.example", ["b@there.example"], connection=backend).send()
    assert [each.twin for each in made] == [None]


def test_a_server_that_drips_the_answer_to_the_last_word_is_left_too(servers: list[Server]) -> None:
    servers.append(Server(GREETING))
    backend = BoundedBackend(port=servers[0].port)
    backend.connection = mail_server.Bounded("127.0.0.1", servers[0].port)
    backend.close()
    assert backend.connection is None


def test_the_portal_sends_by_it(settings: Any) -> None:
    from reseller_portal.settings import base

    settings.EMAIL_BACKEND = base.EMAIL_BACKEND
    assert isinstance(get_connection(), BoundedBackend)
