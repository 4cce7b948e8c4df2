"""What the door answers, and that nothing forged or in clear gets past it."""

import json
import time
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from kombu.exceptions import OperationalError
from pytest_django import Settings

from accounts.tenancy import staff_scope
from reseller_portal.jobs import waking
from reseller_portal.webhooks import intake, tasks
from reseller_portal.webhooks.credentials import put_back
from reseller_portal.webhooks.models import Event
from tests.webhooks.deliveries import DOOR, UPSTREAM_USER, body_of, kept, post, signature_of, the_event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every message that the broker was given."""
    messages: list[str] = []
    monkeypatch.setattr(waking, "count_waiting", lambda _app, _task: len(messages))
    monkeypatch.setattr(tasks.process, "apply_async", lambda **options: messages.append("process"))
    return messages


def test_a_signed_event_is_kept_and_wakes_a_worker(woken: list[str]) -> None:
    assert post(body_of(domainName="a.example")).status_code == 200
    event = the_event()
    assert (event.event_id, event.name, event.upstream_user_id) == ("EVENT1", "domain.order.success", UPSTREAM_USER)
    assert event.payload["data"]["domainName"] == "a.example"
    assert woken == ["process"]


def test_a_lost_wake_up_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(**options: object) -> None:
        raise OperationalError("the broker is away")

    monkeypatch.setattr(tasks.process, "apply_async", lose)
    assert post(body_of()).status_code == 200
    assert the_event().state == Event.State.DUE


def test_a_forged_event_is_refused_and_not_kept(woken: list[str]) -> None:
    assert post(body_of(), key="guessed").status_code == 401
    assert post(body_of(), signature="").status_code == 401
    assert Client().post(DOOR, body_of(), content_type="application/json").status_code == 401
    assert (kept(), woken) == ([], [])


def test_a_changed_body_is_refused() -> None:
    assert post(body_of(price=2), signature=signature_of(body_of(price=1))).status_code == 401


@pytest.mark.parametrize("age", [660, -360])
def test_an_event_out_of_its_time_is_refused(age: int) -> None:
    assert post(body_of(), age=age).status_code == 401
    assert kept() == []


def test_the_old_key_works_beside_the_new_one(settings: Settings) -> None:
    settings.WEBHOOK_SECRETS = ["new", "old"]
    assert {post(body_of(event_id=key), key=key).status_code for key in ("new", "old")} == {200}
    assert post(body_of(event_id="OTHER"), key="older").status_code == 401


def test_the_scheme_is_a_setting(settings: Settings) -> None:
    settings.WEBHOOK_PREFIX, settings.WEBHOOK_SIGNED = "sha256=", "timestamp.body"
    assert post(body_of()).status_code == 401


def test_a_scheme_that_there_is_not_stops_the_start(settings: Settings) -> None:
    settings.WEBHOOK_ENCODING = "rot13"
    with pytest.raises(ImproperlyConfigured, match="rot13"):
        apps.get_app_config("webhooks").ready()


def test_more_than_a_megabyte_is_not_even_read() -> None:
    assert post(b" " * (1024 * 1024 + 1)).status_code == 413
    assert post(body_of(text="x" * (1024 * 1024 - 200))).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"{}",
        b'"event"',
        b"[" * 100_000,
        b'{"event": {}}',
        b'{"event": "a", "eventId": "nul \\u0000"}',
        b'{"event": "a", "eventId": "1", "data": {"text": "nul \\u0000"}}',
        b'{"event": "a", "eventId": "1", "data": {"text": "half a pair \\ud800"}}',
        b'{"event": "a", "eventId": "1", "data": {"price": NaN}}',
        b'{"event": "a", "eventId": "1", "data": {"price": 1e999}}',
    ],
)
def test_a_signed_body_that_is_no_event_is_named_malformed(body: bytes) -> None:
    assert post(body).status_code == 400
    assert kept() == []


def test_the_address_without_its_last_slash_is_the_same_door() -> None:
    headers = {"cmr-x-signature": signature_of(body_of()), "cmr-x-timestamp": str(int(time.time()))}
    answer = Client().post(DOOR.rstrip("/"), body_of(), content_type="application/json", headers=headers)
    assert answer.status_code == 200
    assert the_event().event_id == "EVENT1"


def test_only_posting_is_possible() -> None:
    assert Client().get(DOOR).status_code == 405


def test_a_repeated_event_is_kept_once_and_answered_the_same() -> None:
    assert [post(body_of()).status_code for _ in range(3)] == [200, 200, 200]
    assert len(kept()) == 1


def test_an_event_without_an_id_is_known_by_its_body_for_a_day() -> None:
    body = json.dumps({"eventType": "mailbox.warmup.started", "data": {"mailboxId": "M1"}}).encode()
    start = intake.REPEATS_SECONDS * 2.0
    for after in (0, 330, 1000, 3600, intake.REPEATS_SECONDS - 1):
        intake.keep(body, now=start + after)
    assert the_event().name == "mailbox.warmup.started"
    intake.keep(body, now=start + intake.REPEATS_SECONDS + intake.STEP_SECONDS)
    assert len(kept()) == 2


def test_two_long_ids_with_one_beginning_are_two_events() -> None:
    for last in "AB":
        post(body_of(event_id="X" * 200 + last))
    assert len(kept()) == 2


def test_credentials_are_nowhere_in_clear(caplog: pytest.LogCaptureFixture) -> None:
    facts: dict[str, Any] = {
        "email": "maya@a.example",
        "password": "open-sesame-1",
        "accounts": [{"appPassword": "open-sesame-2"}, {"authenticatorSecret": ["open-sesame-3"]}],
        "platform/login": {"apiKey": {"value": "open-sesame-4"}},
        "recovery_codes": ["open-sesame-5"],
        "pin_token": 123454321,
    }
    post(body_of("mailbox.created", **facts))
    with staff_scope("test"), connection.cursor() as cursor:
        cursor.execute("SELECT webhooks_event::text FROM webhooks_event")
        (row,) = cursor.fetchone()
    assert "maya@a.example" in row
    for text in (row, caplog.text):
        assert "open-sesame" not in text
        assert "123454321" not in text
    event = the_event()
    assert put_back(event.payload, event.secrets)["data"] == {"userId": UPSTREAM_USER, **facts}
    assert event.payload["data"] == {
        "userId": UPSTREAM_USER,
        "email": "maya@a.example",
        "accounts": [{}, {}],
        "platform/login": {},
    }


def test_without_a_staff_scope_events_are_neither_seen_nor_written() -> None:
    post(body_of())
    assert not Event.objects.exists()
    assert Event.objects.update(state=Event.State.DONE) == 0


@pytest.mark.parametrize("depth", [300, 700, 950, 2000])
def test_what_is_nested_too_deep_is_refused_and_no_fault_of_ours(depth: int) -> None:
    body = b'{"event":"domain.x","data":' + b"[" * depth + b"]" * depth + b"}"
    assert post(body).status_code in {200, 400}
