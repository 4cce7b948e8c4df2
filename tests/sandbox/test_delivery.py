"""Where webhooks go, and the log of how they went."""

import json
import time
from datetime import timedelta

import pytest
import requests
import responses

from reseller_portal.sandbox import clock, controlling, delivery, signing
from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.models import Event
from reseller_portal.webhooks.signature import Forged, Scheme, verify
from tests.sandbox.conftest import Owner

TARGET = "http://mine.example/hooks"


def post(**wish: object) -> None:
    controlling.answer("POST", "/control/events", json.dumps(wish).encode())


def test_events_go_where_the_process_was_told_until_somebody_says_otherwise(
    sandbox: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert delivery.target() == ""
    monkeypatch.setenv("SANDBOX_WEBHOOK_URL", "http://portal.example/webhooks/")
    assert delivery.target() == "http://portal.example/webhooks/"
    post(url=TARGET)
    assert delivery.target() == TARGET
    sandbox.reset()
    assert delivery.target() == TARGET
    post(url="")
    assert delivery.target() == ""
    with pytest.raises(ValueError, match="ftp"):
        sandbox.send_to("ftp://mine.example")


def test_a_world_that_was_reset_runs_as_fast_as_a_new_one(sandbox: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_SPEED", "6")
    sandbox.reset()
    assert clock.world().speed == 6


@responses.activate
def test_the_log_shows_what_was_sent_and_each_attempt(owner: Owner) -> None:
    for answer in (500, 200):
        responses.post(TARGET, status=answer)
    owner.api.ok("POST", "/subscriptions/cancel", {"domain": owner.domain})
    for _ in range(2):
        delivery.deliver_due(TARGET, requests.Session())
        Event.objects.filter(state="pending").update(due_at=clock.real_now())
    (event,) = controlling.answer("GET", "/control/events", b"").content["events"]
    assert [each["answer"] for each in event["deliveries"]] == ["500", "200"]
    assert (event["state"], event["attempts"], event["last_status"]) == ("delivered", 2, "200")
    sent = responses.calls[0].request.body
    assert isinstance(sent, bytes)
    assert json.loads(sent) == event["body"]
    assert event["body"]["event"] == event["name"] == "subscription.cancelled"


@responses.activate
@pytest.mark.parametrize("status", [202, 302, 400, 404, 500])
def test_only_2xx_takes_an_event(owner: Owner, status: int) -> None:
    responses.post(TARGET, status=status, headers={"Location": "http://elsewhere.example/"})
    owner.api.ok("POST", "/subscriptions/cancel", {"domain": owner.domain})
    delivery.deliver_due(TARGET, requests.Session())
    assert Event.objects.get().state == ("delivered" if status == 202 else "pending")


@responses.activate
@pytest.mark.parametrize("stamp", ["fresh", "first"])
def test_a_repeated_attempt_carries_a_fresh_time_or_the_first(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, stamp: str
) -> None:
    responses.post(TARGET, status=500)
    owner.api.control.sign_like(stamp=stamp)
    owner.api.ok("POST", "/subscriptions/cancel", {"domain": owner.domain})
    now = clock.real_now()
    for seconds in (0, 30, 330):
        at = now + timedelta(seconds=seconds)
        monkeypatch.setattr(clock, "real_now", lambda at=at: at)
        monkeypatch.setattr("time.time", lambda at=at: at.timestamp())
        assert delivery.deliver_due(TARGET, requests.Session()) == 1
    sent = [int(call.request.headers["cmr-x-timestamp"]) - int(now.timestamp()) for call in responses.calls]
    assert sent == ([0, 30, 330] if stamp == "fresh" else [0, 0, 0])


WAYS = [
    {"encoding": encoding, "signed": signed, "prefix": prefix, "unit": unit}
    for encoding in signing.CHOICES["encoding"]
    for signed in signing.CHOICES["signed"]
    for prefix in signing.CHOICES["prefix"]
    for unit in signing.CHOICES["unit"]
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way.values()))
def test_every_way_to_sign_is_one_that_the_portal_verifies(way: dict[str, str]) -> None:
    """The two know nothing of each other: what one signs, the other must be able to take."""
    body = b'{"event": "subscription.cancelled"}'
    headers = signing.signed_headers(body, way)
    prefix = "" if way["prefix"].startswith("t=") else way["prefix"]
    scheme = Scheme(encoding=way["encoding"].lower(), signed=way["signed"], prefix=prefix)

    def take(content: bytes) -> None:
        verify(
            body=content, signature=headers["cmr-x-signature"], timestamp=headers["cmr-x-timestamp"],
            keys=["other", "sandbox-key"], now=time.time(), scheme=scheme,
        )  # fmt: skip

    take(body)
    with pytest.raises(Forged):
        take(body + b" ")
