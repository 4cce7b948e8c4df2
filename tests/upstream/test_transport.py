"""Every outcome of a call says what to do next."""

import pytest
import requests
import responses
import time_machine

from reseller_portal.upstream.errors import Malformed, Refused, Throttled, Unreachable
from reseller_portal.upstream.transport import Transport

URL = "https://upstream.example/api/v1/integration/wallet"


def call() -> dict[str, object]:
    return Transport("https://upstream.example/api/v1/integration", "key-1").call("get_wallet", "GET", "/wallet")


def test_an_answer_is_its_envelope_and_the_key_travels_in_the_header(wire: responses.RequestsMock) -> None:
    wire.get(URL, json={"status": 200}, match=[responses.matchers.header_matcher({"cmr-x-api-key": "key-1"})])
    assert call() == {"status": 200}


@pytest.mark.parametrize("body", ['{"status": 200', "<html>Bad gateway</html>", "[]"])
def test_an_answer_that_cannot_be_read_may_have_happened(wire: responses.RequestsMock, body: str) -> None:
    wire.get(URL, body=body)
    with pytest.raises(Unreachable):
        call()


@pytest.mark.parametrize("error", [requests.ConnectTimeout(), requests.ReadTimeout(), requests.ConnectionError()])
def test_no_answer_may_have_happened(wire: responses.RequestsMock, error: Exception) -> None:
    wire.get(URL, body=error)
    with pytest.raises(Unreachable):
        call()


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_fault_of_theirs_may_have_happened(wire: responses.RequestsMock, status: int) -> None:
    wire.get(URL, status=status, json={"message": "Oops"})
    with pytest.raises(Unreachable):
        call()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("soon", 1.0), ("-3", 0.0), ("inf", 1.0), ("Wed, 04 Nov 2015 07:28:00 GMT", 0.0)],
)
def test_too_many_calls_say_how_long_to_wait(wire: responses.RequestsMock, header: str, seconds: float) -> None:
    wire.get(URL, status=429, headers={"Retry-After": header})
    with pytest.raises(Throttled) as refused:
        call()
    assert refused.value.retry_after == seconds


def test_a_clear_no_keeps_the_words_of_the_upstream(wire: responses.RequestsMock) -> None:
    wire.get(URL, status=401, json={"status": 401, "message": "Invalid API Key", "data": None})
    with pytest.raises(Refused, match="Invalid API Key") as refused:
        call()
    assert refused.value.status == 401


def test_a_wait_until_a_date_is_counted_from_now(wire: responses.RequestsMock) -> None:
    wire.get(URL, status=429, headers={"Retry-After": "Wed, 04 Nov 2026 07:28:09 GMT"})
    with time_machine.travel("2026-11-04T07:28:00Z", tick=False), pytest.raises(Throttled) as refused:
        call()
    assert refused.value.retry_after == 9


def test_a_clear_no_keeps_what_else_it_says(wire: responses.RequestsMock) -> None:
    body = {"status": 400, "message": "In use", "data": {"domainCount": 2, "mailboxCount": 5}, "errorId": "E1"}
    wire.get(URL, status=400, json=body)
    with pytest.raises(Refused) as refused:
        call()
    assert refused.value.details == {"domainCount": 2, "mailboxCount": 5, "errorId": "E1"}


def test_a_redirect_is_not_followed(wire: responses.RequestsMock) -> None:
    wire.get(URL, status=302, headers={"Location": "https://elsewhere.example/"})
    with pytest.raises(Malformed):
        call()


def test_the_key_is_not_shown_in_a_representation() -> None:
    assert "key-1" not in repr(Transport("https://upstream.example", "key-1"))
