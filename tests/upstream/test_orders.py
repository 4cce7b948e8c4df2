"""Buying: what is sent, and when a no is a yes."""

from typing import Any

import pytest
import responses

from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.orders import DomainDraft, MailboxDraft, MailboxOrderDraft, OrderDraft
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
    done = client.orders.process("ORDER1", user_id="USER1")
    assert (done.order_id, done.was_processed) == ("ORDER1", True)


@pytest.mark.parametrize(
    ("status", "words"),
    [(409, "Workspace already exists"), (422, "Insufficient balance"), (400, "Order has already been processed")],
)
def test_any_other_no_is_a_no(wire: responses.RequestsMock, client: Client, status: int, words: str) -> None:
    processed(wire, status, words)
    with pytest.raises(Refused, match=words):
        client.orders.process("ORDER1", user_id="USER1")


@pytest.mark.parametrize("confirm", [True, False])
def test_whether_to_charge_is_always_said(wire: responses.RequestsMock, client: Client, confirm: bool) -> None:
    wire.post(f"{BASE}/orders/json", json={"status": 200, "data": {"orderId": "ORDER1"}})
    draft = OrderDraft(
        user_id="USER1",
        domains=[DomainDraft("a.example")],
        mailboxes=BOXES,
        service_provider="GOOGLE",
        confirm=confirm,
    )
    assert client.orders.create(draft).order_id == "ORDER1"
    assert sent(wire.calls[0].request)["body"]["confirm"] is confirm


def test_names_left_out_of_an_order_are_told(wire: responses.RequestsMock, client: Client) -> None:
    answer = {"status": 200, "data": {"orderId": "ORDER1", "unavailableDomains": ["a.example"]}}
    wire.post(f"{BASE}/orders/create-mailbox-order/json", json=answer)
    draft = MailboxOrderDraft(user_id="USER1", domain_id="DOMAIN1", mailboxes=BOXES, service_provider="MICROSOFT")
    assert client.orders.create_mailboxes(draft).unavailable_domains == ("a.example",)
    assert sent(wire.calls[0].request)["body"]["domainId"] == "DOMAIN1"


@pytest.mark.parametrize("place", [{}, {"subscription_id": "S1", "domain_id": "D1"}])
def test_mailboxes_go_to_a_subscription_or_a_domain(place: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not both"):
        MailboxOrderDraft(user_id="USER1", mailboxes=BOXES, service_provider="GOOGLE", **place)


@pytest.mark.parametrize("boxes", [{}, {"a.example": []}])
def test_an_order_without_mailboxes_is_not_drafted(boxes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="mailboxes"):
        OrderDraft(user_id="USER1", domains=[DomainDraft("a.example")], mailboxes=boxes, service_provider="GOOGLE")


def test_an_order_without_domains_is_not_drafted() -> None:
    with pytest.raises(ValueError, match="domains"):
        OrderDraft(user_id="USER1", domains=[], mailboxes=BOXES, service_provider="GOOGLE")


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
        order = client.orders.status("ORDER1", user_id="USER1")
        assert (order.id, order.status, order.is_final) == ("ORDER1", status, is_final)
