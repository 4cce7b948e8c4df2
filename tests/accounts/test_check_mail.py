"""The mail settings, tried by hand against a mail server that is silent, absent or there."""

import socket
from collections.abc import Iterator

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from pytest_django import Settings


@pytest.fixture
def silent(settings: Settings) -> Iterator[None]:
    """A server that takes the connection and says nothing, as one that waits for TLS does."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 0.2
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_PORT = server.getsockname()[1]
        yield


def test_a_silent_mail_server_is_named_with_what_may_help(silent: None) -> None:
    with pytest.raises(CommandError, match=r"^127\.0\.0\.1:\d+ did not take it: .*EMAIL_USE_SSL=true\.$"):
        call_command("check_mail", "ops@example.com")


def test_no_mail_waits_longer_than_ten_seconds(settings: Settings) -> None:
    assert settings.EMAIL_TIMEOUT == 10


def test_a_mail_that_was_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_mail", "ops@example.com")
    assert [each.to for each in mail.outbox] == [["ops@example.com"]]
    assert "took the mail for ops@example.com" in capsys.readouterr().out
