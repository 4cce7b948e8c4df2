"""Each of the eleven faults does what its name says, to the effect and to the answer."""

import pytest
import requests

from reseller_portal.sandbox import faults
from tests.sandbox.conftest import Api

# The fault, whether the effect happens, and how the call ends: a status, or an error of the line.
ENDS: dict[str, tuple[bool, object]] = {
    "lose_answer": (True, requests.ConnectionError),
    "error_before": (False, 500),
    "error_after": (True, 500),
    "throttle": (False, 429),
    "slow": (True, 200),
    "hang": (False, requests.ReadTimeout),
    "refuse": (False, 422),
    "truncate": (True, requests.JSONDecodeError),
    "html": (True, 502),
    "stale_read": (True, 200),
    "partial": (True, 200),
}


def users(api: Api) -> int:
    return int(api.ok("GET", "/users/list")["data"]["pagination"]["totalSearchedCount"])


def end_of(api: Api) -> object:
    from tests.sandbox.conftest import USER

    try:
        answer = api.call("POST", "/users", USER)
        if answer.status_code < 300:
            answer.json()
    except requests.RequestException as error:
        return type(error)
    return answer.status_code


def test_the_eleven_names_are_those() -> None:
    assert set(ENDS) == set(faults.KINDS)


@pytest.mark.parametrize("kind", ENDS)
def test_a_fault_strikes_the_effect_and_the_answer_as_its_name_says(api: Api, kind: str) -> None:
    has_effect, end = ENDS[kind]
    api.control.fault("create_user", kind)
    assert end_of(api) == end
    assert users(api) == has_effect
    assert end_of(api) == 200
    assert users(api) == has_effect + 1


@pytest.mark.parametrize("kind", ["lose_answer", "hang", "truncate", "html", "throttle"])
def test_the_journal_tells_of_a_call_that_went_wrong(api: Api, kind: str) -> None:
    api.control.fault("create_user", kind)
    end_of(api)
    (call,) = api.control.calls()
    assert call == ("create_user", 429 if kind == "throttle" else 0)


def test_a_throttled_call_says_how_long_to_wait(api: Api) -> None:
    api.control.fault("get_wallet", "throttle", retry_after=7)
    assert api.call("GET", "/wallet").headers["Retry-After"] == "7"


def test_a_fault_of_one_operation_leaves_the_others_alone(api: Api) -> None:
    api.control.fault("create_user", "error_before", times=2)
    assert api.call("GET", "/wallet").status_code == 200
    assert [end_of(api) for _ in range(3)] == [500, 500, 200]
