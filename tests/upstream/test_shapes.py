"""Shapes of answers that the contract allows beside its examples, and values it does not allow."""

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Malformed
from tests.contract.facts import example
from tests.upstream.cases import IVO
from tests.upstream.cases.every import CASES
from tests.upstream.cases.mailboxes import MAYA, NOOR
from tests.upstream.cases.users import IVO_READ
from tests.upstream.exchange import body_of, places, play

USER = example("get_user")["response"]["body"]["data"]
BOXES = example("list_user_mailboxes")["response"]["body"]["data"]["mailboxes"]
MAILBOX = example("get_mailbox")["response"]["body"]["data"]["mailbox"]


def nested_address() -> dict[str, Any]:
    return {
        "userId": USER["id"],
        "email": USER["email"],
        "createdAt": USER["createdAt"],
        "billingDetails": {key: value for key, value in USER.items() if key not in {"id", "email", "createdAt"}},
    }


@pytest.mark.parametrize("content", [USER, {"user": USER}, nested_address(), {"user": nested_address()}])
def test_a_customer_may_lie_deeper(wire: responses.RequestsMock, client: Client, content: dict[str, Any]) -> None:
    play(wire, "get_user", {"status": 200, "data": content})
    assert client.users.get(IVO) == IVO_READ


def test_a_map_of_codes_may_lie_deeper(wire: responses.RequestsMock, client: Client) -> None:
    play(wire, "list_countries", {"status": 200, "data": {"countries": {"Canada": "CA"}}})
    assert client.geo.countries() == {"Canada": "CA"}


def test_mailboxes_may_be_grouped_by_domain(wire: responses.RequestsMock, client: Client) -> None:
    bare = [{key: value for key, value in box.items() if key != "domain"} for box in BOXES]
    groups = [{"domainName": MAYA.domain_name, "mailboxes": bare, "mailboxCount": "2"}]
    play(wire, "list_user_mailboxes", {"status": 200, "data": {"domains": groups}})
    assert client.mailboxes.list(IVO).items == (MAYA, NOOR)


def test_a_mailbox_may_come_bare(wire: responses.RequestsMock, client: Client) -> None:
    play(wire, "get_mailbox", {"status": 200, "data": MAILBOX})
    assert client.mailboxes.get(MAYA.id) == MAYA


def test_an_action_may_be_named_inside_the_data(wire: responses.RequestsMock, client: Client) -> None:
    play(wire, "process_order", {"status": 200, "data": {"actionId": "ACT_1"}, "actionId": None})
    assert client.orders.process(IVO, "ORDER1").action_id == "ACT_1"


@pytest.mark.parametrize("written", ["2026-11-04T10:12:55Z", "2026-11-04T11:12:55+01:00", "2026-11-04T10:12:55"])
def test_every_time_is_utc(wire: responses.RequestsMock, client: Client, written: str) -> None:
    play(wire, "get_mailbox", {"status": 200, "data": {**MAILBOX, "expiryDate": written}})
    assert client.mailboxes.get(MAYA.id).expires_at == datetime(2026, 11, 4, 10, 12, 55, tzinfo=UTC)


@pytest.mark.parametrize(
    ("operation", "key", "value"),
    [
        ("get_wallet", "walletBalance", "NaN"),
        ("get_wallet", "walletBalance", "a lot"),
        ("get_wallet", "walletBalance", "1_000"),
        ("get_wallet", "walletBalance", " 5"),
        ("get_wallet", "walletBalance", "1e99"),
        ("get_wallet", "walletBalance", 1e99),
        ("get_wallet", "walletBalance", True),
        ("get_wallet", "walletBalance", float("inf")),
        ("get_wallet", "autoRechargeEnabled", "yes"),
        ("get_wallet", "autoRechargeDetails", []),
        ("get_mailbox", "mailboxId", ""),
        ("get_mailbox", "mailboxId", 7),
        ("list_users", "users", {}),
        ("get_order", "totalPrice", "NaN"),
        ("get_order", "years", "two"),
        ("get_domain_renewal_prices", "renewalPrice", "$14.50"),
        ("renew_domains", "renewalPrice", ""),
    ],
)
def test_a_value_of_the_wrong_kind_names_its_key_and_not_itself(
    wire: responses.RequestsMock, client: Client, operation: str, key: str, value: object
) -> None:
    body = body_of(operation)
    holder = next(holder for _, holder, name in places(body) if name == key)
    holder[key] = value
    play(wire, operation, body)
    with pytest.raises(Malformed, match=key) as broken:
        CASES[operation].call(client)
    assert "secret-1" not in str(broken.value)


def test_an_envelope_that_contradicts_its_status_is_no_success(wire: responses.RequestsMock, client: Client) -> None:
    play(wire, "process_order", {"status": 422, "message": "No", "data": None})
    with pytest.raises(Malformed, match="status"):
        client.orders.process(IVO, "ORDER1")


def test_secrets_are_in_no_representation(wire: responses.RequestsMock, client: Client) -> None:
    play(wire, "get_mailbox")
    shown = repr(client.mailboxes.get(MAYA.id)) + repr(vars(client))
    assert not any(secret in shown for secret in ("not-a-real-password-01", "fake pass", "demo seed", "key-1"))
