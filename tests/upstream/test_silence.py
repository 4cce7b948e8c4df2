"""What went over the wire is never logged: neither the key nor a credential, at any level, by us or by what we use."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Malformed, Refused
from reseller_portal.upstream.models.exports import PlatformLogin
from tests.contract.facts import example

KEY = "key-that-must-not-be-seen"
SECRETS = (KEY, "not-a-real-password-01", "fake pass word only", "demo seed only here", "hunter2")


class Upstream(BaseHTTPRequestHandler):
    """A real socket, so that whatever the HTTP library logs is logged."""

    def do_GET(self) -> None:
        self._say(200, example("get_mailbox")["response"]["body"])

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._say(400, {"status": 400, "message": "Invalid credentials", "data": body})

    def _say(self, status: int, content: object) -> None:
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """The test listens to the client, not to this."""


@pytest.fixture
def client() -> Iterator[Client]:
    server = HTTPServer(("127.0.0.1", 0), Upstream)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    made = Client(f"http://127.0.0.1:{server.server_port}", KEY)
    try:
        yield made
    finally:
        made.call.transport.session.close()
        server.shutdown()
        thread.join()
        server.server_close()


def test_no_secret_is_logged_shown_or_told_by_an_error(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    mailbox = client.mailboxes.get("BOX1")
    with pytest.raises(Refused) as refused:
        client.exports.add_login("USER1", PlatformLogin(app="SMARTLEAD", email="a@a.example", password="hunter2"))
    with pytest.raises(Malformed) as malformed:
        client.users.get("USER1")
    assert mailbox.password == "not-a-real-password-01"
    assert "mailboxes/mailbox" in caplog.text, "the library logs nothing here: then this test proves nothing"
    everything = f"{caplog.text}{mailbox!r}{client!r}{client.call!r}{refused.value}{refused.value!r}{malformed.value}"
    assert [secret for secret in SECRETS if secret in everything] == []
