"""The control page: forms that work without a script, and only from the page itself."""

from urllib.parse import urlencode

from reseller_portal.sandbox import page
from reseller_portal.sandbox.control import Control

HERE = {"host": "127.0.0.1:8001", "origin": "http://127.0.0.1:8001"}


def post(headers: dict[str, str], **fields: str) -> tuple[int, str]:
    status, content, _headers = page.show("POST", "/", headers, urlencode(fields).encode())
    return status, content.decode()


def test_the_page_shows_clock_wallet_and_events(sandbox: Control) -> None:
    status, content, headers = page.show("GET", "/", {}, b"")
    assert status == 200
    assert "5,000.00 USD" in content.decode()
    assert "script" not in content.decode()
    assert "default-src 'self'" in headers["Content-Security-Policy"]


def test_a_form_of_the_page_changes_the_sandbox(sandbox: Control) -> None:
    status, content = post(HERE, room="wallet", set="12.50")
    assert status == 200
    assert "12.50 USD" in content
    assert sandbox.wallet_minor() == 1250
    assert post(HERE, room="faults", operation="*", kind="slow", times="2")[0] == 200
    assert post(HERE, room="clock", advance="P2D")[0] == 200


def test_a_form_of_another_site_changes_nothing(sandbox: Control) -> None:
    assert post({**HERE, "origin": "http://evil.example"}, room="wallet", set="0")[0] == 403
    assert sandbox.wallet_minor() == 500_000


def test_a_wrong_wish_is_answered_in_words_and_escaped(sandbox: Control) -> None:
    status, content = post(HERE, room="clock", advance="<b>soon</b>")
    assert status == 400
    assert "&lt;b&gt;" in content
    assert "<b>" not in content
