"""Buying: what is sent, and when a no is a yes."""

from typing import Any

import pytest
import responses

from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Malformed, Refused
from reseller_portal.upstream.models.orders import DomainDraft, MailboxDraft, MailboxOrderDraft, OrderDraft
from reseller_portal.upstream.models.pictures import Picture
from tests.upstream.exchange import BASE, sent

BOXES = {"a.example": [MailboxDraft("ada", "Ada", "Byron")]}


def processed(wire: responses.RequestsMock, status: int, message: str) -> None:
    wire.post(f"{BASE}/orders/process", status=status, json={"status": status, "message": message, "data": None})


@pytest.mark.parametrize("status", [409, 422])
@pytest.mark.parametrize("words", ["Order has already been processed", "This order is already being processed"])
def test_an_order_that_was_processed_before_is_processed(
    wire: responses.RequestsMock, client: Client, status: int, words: str
) -> None:
    processed(wire, status, words)
    done = client.orders.process("USER1", "ORDER1")
    assert (done.order_id, done.was_placed_before) == ("ORDER1", True)


@pytest.mark.parametrize(
    ("status", "words"),
    [(409, "Workspace already exists"), (422, "Insufficient balance"), (400, "Order has already been processed")],
)
def test_any_other_no_is_a_no(wire: responses.RequestsMock, client: Client, status: int, words: str) -> None:
    processed(wire, status, words)
    with pytest.raises(Refused, match=words):
        client.orders.process("USER1", "ORDER1")


@pytest.mark.parametrize("confirm", [True, False])
def test_whether_to_charge_is_always_said(wire: responses.RequestsMock, client: Client, confirm: bool) -> None:
    wire.post(f"{BASE}/orders/json", json={"status": 200, "data": {"orderId": "ORDER1"}})
    draft = OrderDraft([DomainDraft("a.example")], BOXES, "GOOGLE", confirm=confirm)
    assert client.orders.create("USER1", draft).order_id == "ORDER1"
    assert sent(wire.calls[0].request)["body"]["confirm"] is confirm


def test_names_left_out_of_an_order_are_told(wire: responses.RequestsMock, client: Client) -> None:
    answer = {"status": 200, "data": {"orderId": "ORDER1", "unavailableDomains": ["a.example"]}}
    wire.post(f"{BASE}/orders/create-mailbox-order/json", json=answer)
    draft = MailboxOrderDraft(BOXES, "MICROSOFT", domain_id="DOMAIN1")
    assert client.orders.create_mailboxes("USER1", draft).unavailable == ("a.example",)
    assert sent(wire.calls[0].request)["body"]["domainId"] == "DOMAIN1"


@pytest.mark.parametrize("place", [{}, {"subscription_id": "S1", "domain_id": "D1"}])
def test_mailboxes_go_to_a_subscription_or_a_domain(place: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not both"):
        MailboxOrderDraft(BOXES, "GOOGLE", **place)


@pytest.mark.parametrize("boxes", [{}, {"a.example": []}])
def test_an_order_without_mailboxes_is_not_drafted(boxes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="mailboxes"):
        OrderDraft([DomainDraft("a.example")], boxes, "GOOGLE")


def test_an_order_without_domains_is_not_drafted() -> None:
    with pytest.raises(ValueError, match="domains"):
        OrderDraft([], BOXES, "GOOGLE")


@pytest.mark.parametrize(
    ("word", "status", "is_final"),
    [
        ("Paid", "PAID", True),
        ("Partial Refund", "PARTIAL_REFUND", True),
        ("REFUNDED", "REFUND", True),
        ("PENDING", "PENDING", False),
        ("Under review", "UNDER_REVIEW", False),
    ],
)
def test_the_state_of_an_order_is_read_in_any_spelling(
    wire: responses.RequestsMock, client: Client, word: str, status: str, is_final: bool
) -> None:
    for content in (word, {"status": word}):
        wire.get(f"{BASE}/orders/status", json={"status": 200, "data": content})
        order = client.orders.status("USER1", "ORDER1")
        assert (order.order_id, order.status, order.is_final) == ("ORDER1", status, is_final)


@pytest.mark.parametrize("path", ["/orders", "/orders/status"])
def test_the_state_of_another_order_is_not_taken(wire: responses.RequestsMock, client: Client, path: str) -> None:
    wire.get(BASE + path, json={"status": 200, "data": {"orderId": "ORDER2", "status": "PAID"}})
    ask = client.orders.get if path == "/orders" else client.orders.status
    with pytest.raises(Malformed, match="orderId"):
        ask("USER1", "ORDER1")


def test_mailboxes_in_a_running_subscription_keep_its_renewal() -> None:
    assert "autoRenew" not in MailboxOrderDraft(BOXES, "GOOGLE", subscription_id="S1").wire()
    assert MailboxOrderDraft(BOXES, "GOOGLE", domain_id="D1").wire()["autoRenew"] is True


def test_a_microsoft_order_says_its_route() -> None:
    draft = OrderDraft([DomainDraft("a.example")], BOXES, "MICROSOFT", microsoft_oauth_route="https://a.example")
    assert draft.wire()["microsoftOauthRoute"] == "https://a.example"


def test_a_picture_is_sent_with_the_type_that_its_name_tells() -> None:
    part = Picture("maya@goto.example", "maya.jpg", b"bytes").part
    assert part == ("files[maya@goto.example]", ("maya.jpg", b"bytes", "image/jpeg"))
    with pytest.raises(ValueError, match="not the name of a picture"):
        _ = Picture("maya@goto.example", "maya.txt", b"bytes").part
