"""The sandbox behind something that answers, or breaks, in its stead."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from pytest_django import Settings

from reseller_portal.operations import circuit, gateway
from reseller_portal.sandbox.adapter import SandboxAdapter

Trouble = Callable[[requests.PreparedRequest], requests.Response | None]


class OnTheWire(SandboxAdapter):
    """`trouble` may answer, or break; where it gives None the sandbox answers."""

    trouble: Trouble | None = None
    calls = 0

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        OnTheWire.calls += 1
        answer = OnTheWire.trouble(request) if OnTheWire.trouble is not None else None
        return answer if answer is not None else super().send(request, *args, **options)


def session_with_trouble() -> requests.Session:
    session = requests.Session()
    session.mount("http://sandbox.invalid", OnTheWire())
    return session


def answers(status: int, body: str, content_type: str = "application/json") -> Callable[..., requests.Response]:
    def answer(request: requests.PreparedRequest) -> requests.Response:
        found = requests.Response()
        found.status_code, found._content, found.request = status, body.encode(), request
        found.headers["Content-Type"] = content_type
        if 300 <= status < 400:
            found.headers["Location"] = "https://elsewhere.example/"
        return found

    return answer


def breaks(error: Exception) -> Callable[..., requests.Response]:
    def answer(request: requests.PreparedRequest) -> requests.Response:
        raise error

    return answer


def begin(trouble: Trouble) -> None:
    OnTheWire.trouble = staticmethod(trouble)


def end() -> None:
    OnTheWire.trouble = None


@pytest.fixture
def on_the_wire(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls pass `trouble.OnTheWire`, and nothing is known of what was answered before."""
    settings.UPSTREAM_SESSION = "tests.operations.trouble.session_with_trouble"
    settings.STAFF_ALERT_EMAILS = ["duty@reseller.example"]
    monkeypatch.delattr(gateway._kept, "session", raising=False)
    monkeypatch.setattr(circuit._proof, "answered_at", float("-inf"))
    monkeypatch.setattr(OnTheWire, "trouble", None)
    monkeypatch.setattr(OnTheWire, "calls", 0)
