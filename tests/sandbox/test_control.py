"""The hand on the sandbox: faults, clock, money, events, and how webhooks are signed and sent."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import requests
import responses

from reseller_portal.sandbox import clock, controlling, delivery, wallet
from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.loading import load_mailboxes
from reseller_portal.sandbox.models import Event, Mailbox
from reseller_portal.sandbox.serving import Pace
from reseller_portal.sandbox.wire import Refusal
from tests.sandbox.conftest import Api, Owner

TARGET = "http://portal.example/webhooks/"


def test_a_stale_read_gives_the_answer_before_last(api: Api) -> None:
    api.ok("GET", "/wallet")
    api.control.set_wallet(7)
    api.control.fault("get_wallet", "stale_read")
    assert api.ok("GET", "/wallet")["data"]["walletBalance"] == 5000
    assert api.ok("GET", "/wallet")["data"]["walletBalance"] == 7


def test_a_partial_fault_does_half_and_says_yes(owner: Owner) -> None:
    owner.api.control.fault("add_dns_records", "partial")
    records = [{"host": host, "value": "192.0.2.1", "recordType": "A"} for host in ("a", "b", "c", "d")]
    owner.api.ok("POST", "/dns", {"domain": owner.domain, "records": records}, userId=owner.user)
    found = owner.api.ok("GET", "/dns", userId=owner.user, domain=owner.domain)["data"]["records"]
    assert [each["host"] for each in found if each["recordType"] == "A"] == ["a", "b"]


def test_a_fault_with_a_rate_strikes_for_ever(api: Api) -> None:
    api.control.fault("get_wallet", "error_before", rate=1.0)
    assert [api.call("GET", "/wallet").status_code for _ in range(3)] == [500, 500, 500]
    api.control.heal()
    assert api.call("GET", "/wallet").status_code == 200


def test_a_lost_answer_still_has_its_effect(api: Api) -> None:
    api.control.lose_answer_of("create_user")
    with pytest.raises(requests.ConnectionError):
        api.user()
    assert api.ok("GET", "/users/list")["data"]["pagination"]["totalSearchedCount"] == 1


def test_an_error_before_has_no_effect_and_an_error_after_has(api: Api) -> None:
    for kind, expected in (("error_before", 0), ("error_after", 1)):
        api.control.fault("create_user", kind)
        with pytest.raises(AssertionError):
            api.user()
        assert api.ok("GET", "/users/list")["data"]["pagination"]["totalSearchedCount"] == expected


def test_five_calls_go_in_a_second_and_the_sixth_does_not() -> None:
    pace = Pace()
    assert [pace.admits() for _ in range(6)] == [True] * 5 + [False]


def test_the_clock_moves_by_an_iso_duration(api: Api) -> None:
    before = clock.now()
    controlling.answer("POST", "/control/clock/", b'{"advance": "P1DT2H"}')
    assert clock.now() - before == timedelta(days=1, hours=2)
    for wrong in ("1 day", "P", "PT", "P1DT", "PT1D", "P-1D", "P1H"):
        with pytest.raises(ValueError, match="duration"):
            controlling.duration(wrong, before)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("P1M", "2027-02-28"),
        ("P1Y", "2028-01-31"),
        ("P1Y1M1W", "2028-03-07"),
        ("P14M", "2028-03-31"),
        ("P2W", "2027-02-14"),
    ],
)
def test_months_and_years_are_those_of_the_calendar(text: str, end: str) -> None:
    start = datetime(2027, 1, 31, 12, tzinfo=UTC)
    assert f"{start + controlling.duration(text, start):%Y-%m-%d %H}" == f"{end} 12"


def test_a_clock_that_stood_still_runs_on_as_fast_as_before(api: Api) -> None:
    for wish, expected in (({"speed": 6}, (6, False)), ({"freeze": True}, (6, True)), ({"freeze": False}, (6, False))):
        looked = controlling.answer("POST", "/control/clock/", json.dumps(wish).encode()).content
        assert (looked["speed"], looked["frozen"]) == expected


def test_an_empty_world_may_begin_at_another_time_and_nobody_is_sent_back(api: Api) -> None:
    began = controlling.answer("POST", "/control/clock/", b'{"begin": "2026-10-01T08:00:00Z"}').content
    assert began["now"].startswith("2026-10-01T08:00:0")
    api.user()
    with pytest.raises(Refusal) as refused:
        controlling.answer("POST", "/control/clock/", b'{"begin": "2026-09-01T08:00:00Z"}')
    assert "reset first" in refused.value.words


def test_a_fault_takes_its_options_beside_the_others(api: Api) -> None:
    wish = {"operation": "get_wallet", "kind": "refuse", "times": 2, "status": 403, "words": "Not today"}
    controlling.answer("POST", "/control/faults/", json.dumps(wish).encode())
    refused = api.call("GET", "/wallet")
    assert (refused.status_code, refused.json()["message"]) == (403, "Not today")
    often = {"operation": "*", "kind": "error_before", "rate": 1}
    controlling.answer("POST", "/control/faults/", b'{"heal": true}')
    controlling.answer("POST", "/control/faults/", json.dumps(often).encode())
    assert [api.call("GET", "/wallet").status_code for _ in range(3)] == [500, 500, 500]


@pytest.mark.parametrize(
    ("room", "wish", "words"),
    [
        ("clock", {"advanse": "P1D"}, "advanse is none of advance, advance_seconds, begin, freeze, speed"),
        ("clock", {"begin": "2026-10-01T08:00:00"}, "the time needs a zone"),
        ("faults", {"kind": "slow"}, "operation is missing"),
        ("faults", {"operation": "get_walet", "kind": "slow"}, "there is no operation get_walet"),
        ("faults", {"operation": "*", "kind": "slow", "second": 3}, "second is none of "),
        ("wallet", {"set": "many"}, "many is no amount of dollars"),
        ("names", {"name": "example.net"}, "fate is missing"),
        ("events", {"replay": "NONE"}, "there is no such event"),
        ("manners", {"generations": "older"}, "generations is none of "),
        ("reset", {"all": True}, "all is none of nothing"),
    ],
)
def test_a_wish_that_is_misspelt_changes_nothing_and_says_where(
    api: Api, room: str, wish: dict[str, object], words: str
) -> None:
    with pytest.raises(Refusal) as refused:
        controlling.answer("POST", f"/control/{room}", json.dumps(wish).encode())
    assert refused.value.status == 400
    assert refused.value.words.startswith(f"Not understood: {words}")


def test_the_wallet_book_says_when_how_much_and_for_which_order(owner: Owner) -> None:
    domain, mailboxes = controlling.answer("GET", "/control/movements/", b"").content["movements"]
    assert (domain["cents"], domain["reason"]) == (-1299, "Domain harborlight.com")
    assert (mailboxes["cents"], mailboxes["reason"]) == (-600, "2 mailboxes on harborlight.com")
    assert domain["order_id"] == mailboxes["order_id"] != ""
    assert domain["at"] < mailboxes["at"]


def test_held_events_wait_and_go_in_another_order_when_shuffled(owner: Owner) -> None:
    owner.api.control.hold()
    owner.api.order(owner.user, "many.com", names=tuple(f"box{number}" for number in range(9)))
    owner.wait(seconds=40)
    assert owner.api.control.pending_letters() == []
    made = [each.event_id for each in Event.objects.filter(state="held").order_by("pk")]
    assert owner.api.control.release(shuffle=True) == len(made) == 11
    sent = [each.event_id for each in owner.api.control.pending_letters()]
    assert sorted(sent) == sorted(made)
    assert sent != made


def test_an_order_loses_its_mailboxes_when_the_money_runs_out_under_way(api: Api) -> None:
    api.order(api.user(), "poor.com")
    api.control.set_wallet(13)
    api.control.advance(30)
    (event,) = api.events("mailbox.order.failed")
    assert (event["reason"], event["quantity"]) == ("Insufficient wallet balance", 2)


def test_a_scenario_header_decides_how_an_order_ends(api: Api) -> None:
    user = api.user()
    api.session.headers["cmr-x-scenario"] = "partial_failure"
    api.order(user, "one.com", "two.com")
    api.control.advance(30)
    assert [each["domainName"] for each in api.events("domain.order.success")] == ["one.com"]
    assert [each["domainName"] for each in api.events("domain.order.failed")] == ["two.com"]


def test_a_webhook_is_signed_over_its_exact_bytes(owner: Owner) -> None:
    body = b'{"event": "x"}'
    digest = hmac.new(b"sandbox-key", body, hashlib.sha256)
    assert delivery.signed_headers(body)["cmr-x-signature"] == digest.hexdigest()
    owner.api.control.sign_like(encoding="base64", prefix="v1=")
    expected = "v1=" + base64.b64encode(digest.digest()).decode()
    assert delivery.signed_headers(body)["cmr-x-signature"] == expected
    owner.api.control.sign_like(signed="timestamp.body", prefix="t=,v1=")
    headers = delivery.signed_headers(body)
    stamped = hmac.new(b"sandbox-key", headers["cmr-x-timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["cmr-x-signature"] == f"t={headers['cmr-x-timestamp']},v1={stamped}"
    with pytest.raises(ValueError, match="encoding"):
        owner.api.control.sign_like(encoding="rot13")


@responses.activate
def test_a_webhook_is_tried_three_times_and_then_given_up(owner: Owner) -> None:
    responses.post(TARGET, status=500)
    owner.api.ok("POST", "/subscriptions/cancel", {"domain": owner.domain})
    gaps = []
    for _ in range(3):
        assert delivery.deliver_due(TARGET, requests.Session()) == 1
        event = Event.objects.get()
        gaps.append(event.due_at and round((event.due_at - clock.real_now()).total_seconds()))
        Event.objects.update(due_at=clock.real_now())
        if event.state == "failed":
            break
    assert gaps == [30, 300, None]
    assert Event.objects.get().state == "failed"
    assert owner.api.control.replay(Event.objects.get().event_id)
    assert delivery.deliver_due(TARGET, requests.Session()) == 1


def test_very_many_mailboxes_load_and_list(api: Api) -> None:
    load_mailboxes(1_000)
    assert Mailbox.objects.count() == 1_000
    page = api.ok("GET", "/mailboxes", page=10, limit=100)["data"]
    assert len(page["mailboxes"]) == 100
    assert page["pagination"]["totalSearchedCount"] == 1_000


def test_the_sandbox_does_not_start_in_production_mode() -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "reseller_portal.settings.production"}
    command = [sys.executable, "-m", "reseller_portal.sandbox", "prepare"]
    done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == "The sandbox does not start in production mode."


def test_the_journal_keeps_no_body_and_only_the_end_of_the_key(api: Api) -> None:
    api.user()
    rows = controlling.answer("GET", "/control/calls/", b"").content["calls"]
    assert rows[-1]["operation"] == "create_user"
    assert rows[-1]["key"] == "…-key"
    assert "ivo" not in json.dumps(rows)


def test_moving_the_clock_takes_no_money_back(sandbox: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody pays between the look at the clock and its moving."""
    before, time = sandbox.wallet_minor(), clock.real_now()

    def pay_meanwhile() -> datetime:
        wallet.charge(1299, "Domain", "")
        return time

    monkeypatch.setattr(clock, "real_now", pay_meanwhile)
    clock.reach(clock.now() + timedelta(hours=1))
    assert sandbox.wallet_minor() == before - 1299


def test_a_frozen_clock_stands_where_it_was(sandbox: Control) -> None:
    sandbox.run()
    before = clock.now()
    sandbox.freeze()
    assert before <= clock.now() <= before + timedelta(minutes=1)
    assert clock.now() == clock.now()
