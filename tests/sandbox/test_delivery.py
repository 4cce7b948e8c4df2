"""Where webhooks go, and the log of how they went."""

import json

import pytest
import requests
import responses

from reseller_portal.sandbox import clock, controlling, delivery
from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.models import Event
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
