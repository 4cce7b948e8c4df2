"""The sandbox answers as the contract says the upstream does, with its quirks."""

import hashlib
import hmac
import json
from typing import Any

import pytest
import requests

from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.models import Person
from reseller_portal.sandbox.serving import Pace
from tests.shop import Shop
from tests.wire import sandbox_session

BASE = "http://sandbox.invalid/api/v1/integration"
KEY = "sandbox-key"


def call(method: str, path: str, *, key: str = KEY, **options: Any) -> requests.Response:
    return sandbox_session().request(method, BASE + path, headers={"cmr-x-api-key": key}, timeout=5, **options)


@pytest.mark.parametrize("key", ["", "wrong", "sandbox-key-and-more", "schlüssel"])
def test_a_wrong_key_is_refused_before_anything_else(sandbox: Control, key: str) -> None:
    sandbox.fault("list_users", "error_before")
    answer = sandbox_session().get(f"{BASE}/users/list", headers={"cmr-x-api-key": key.encode()}, timeout=5)
    assert answer.status_code == 401
    assert answer.json()["data"] is None
    assert sandbox.calls() == []


@pytest.mark.parametrize(
    "method, path", [("GET", "/no/such/thing"), ("DELETE", "/users/list"), ("GET", "/orders/json")]
)
def test_an_unknown_path_is_404_in_the_frameworks_own_words(sandbox: Control, method: str, path: str) -> None:
    answer = call(method, path)
    assert answer.status_code == 404
    assert answer.json() == {"error": f"Cannot {method} /api/v1/integration{path}"}


def test_next_page_counts_on_after_the_last_one(sandbox: Control) -> None:
    for number in range(3):
        Person.objects.create(email=f"p{number}@example.com", record={}, created_at="2026-01-01T00:00:00Z")
    pages = [call("GET", f"/users/list?page={page}&limit=2").json()["data"] for page in (1, 2, 3)]
    assert [len(page["users"]) for page in pages] == [2, 1, 0]
    assert [page["pagination"]["nextPage"] for page in pages] == [2, 3, 4]
    assert pages[0]["pagination"]["totalPages"] == 2


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff", b""])
def test_a_body_that_is_no_object_is_refused(sandbox: Control, body: bytes) -> None:
    assert call("POST", "/users", data=body).status_code == 400


def test_an_order_is_processed_once(shop: Shop) -> None:
    shop.order("first.com")
    shop.work()
    (order_id,) = {json.loads(each.body)["data"].get("orderId") for each in after_a_minute(shop)}
    user = Person.objects.get().id
    again = call("POST", f"/orders/process?userId={user}", json={"orderId": order_id})
    assert again.status_code == 409
    assert len(shop.sandbox.movements()) == 2


def test_a_draft_that_nobody_processes_costs_nothing(shop: Shop) -> None:
    shop.order("first.com")
    shop.sandbox.fault("process_order", "error_before", times=50)
    shop.work()
    assert after_a_minute(shop) == []
    assert shop.sandbox.movements() == []


def test_every_letter_is_signed_over_its_exact_bytes(shop: Shop) -> None:
    shop.order("first.com")
    shop.work()
    letters = after_a_minute(shop)
    assert {each.name for each in letters} == {"domain.order.success", "mailbox.order.success", "mailbox.created"}
    for letter in letters:
        expected = hmac.new(KEY.encode(), letter.body, hashlib.sha256).hexdigest()
        assert letter.headers["cmr-x-signature"] == expected
        assert letter.headers["cmr-x-timestamp"].isdigit()


def test_only_a_clock_that_moves_makes_things_happen(shop: Shop) -> None:
    shop.order("first.com")
    shop.work()
    assert shop.sandbox.pending_letters() == []
    shop.sandbox.advance(1.9)
    assert shop.sandbox.pending_letters() == []
    shop.sandbox.advance(0.2)
    assert [each.name for each in shop.sandbox.pending_letters()] == ["domain.order.success"]


def test_five_calls_go_through_in_a_second_and_the_sixth_does_not() -> None:
    pace = Pace()
    assert [pace.admits() for _ in range(7)] == [True] * 5 + [False] * 2


def test_a_fault_is_used_up_by_its_calls(sandbox: Control) -> None:
    sandbox.fault("list_users", "error_before", times=2)
    assert [call("GET", "/users/list").status_code for _ in range(3)] == [500, 500, 200]


def test_a_fault_that_does_not_exist_is_refused(sandbox: Control) -> None:
    with pytest.raises(ValueError, match="lose_answer"):
        sandbox.fault("list_users", "explode")


def after_a_minute(shop: Shop) -> list[Any]:
    shop.sandbox.advance(60)
    return shop.sandbox.pending_letters()
