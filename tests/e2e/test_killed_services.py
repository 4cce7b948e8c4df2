"""Worker, database and broker killed in the middle of an order, as a machine would lose them: it is delivered once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.visitors import Visitor, eventually, kill, upstream_calls
from tests.stack import Stack, folder_of_a_stack, start

# A worker that died with an operation in its hands holds it for so long, instead of two minutes.
LEASE_SECONDS = 10
DOMAINS = tuple(f"killed-{number}-northwind.com" for number in range(5))
VICTIMS = ("worker", "database", "broker")


@pytest.fixture(scope="module")
def stack(demo: Path) -> Iterator[Stack]:
    """One of its own: the other tests want theirs alive."""
    with folder_of_a_stack(like=demo) as folder, start(folder, {"LEASE_SECONDS": str(LEASE_SECONDS)}) as running:
        yield running


def balance(text: str) -> int:
    found = re.search(r"Balance now</dt><dd>\$([\d,.]+)", text)
    assert found
    return round(100 * float(found[1].replace(",", "")))


@pytest.mark.xdist_group("browser")
@pytest.mark.timeout(600)
def test_an_order_outlives_worker_database_and_broker_and_is_charged_once(stack: Stack) -> None:
    ada = Visitor(stack)
    wish = {"provider": "GOOGLE", "domains": "\n".join(DOMAINS), "people": "Maya Ferro"}
    page = ada.send("/c/acme/mailboxes/order/", **wish)
    checked = ada.wait_for(page, "All checked")
    total = re.search(r'name="total_minor" value="(\d+)"', checked)
    assert total
    bought_before = upstream_calls(stack, "process_order")
    order = ada.send(page, total_minor=total[1])
    for who in VICTIMS:
        kill(stack, who)
        eventually(lambda: ada.read("/health/ready/"), what="the portal is back")
    text = ada.wait_for(order, "Everything is delivered.")
    assert all(f"maya@{name}" in text for name in DOMAINS)
    assert upstream_calls(stack, "process_order") - bought_before == 1
    again = ada.send("/c/acme/mailboxes/order/", provider="GOOGLE", domains="one-more-north.com", people="Maya Ferro")
    assert balance(ada.read(again)) == balance(checked) - int(total[1])
    assert [who for who in VICTIMS if f"The {who} ended and is started again" not in stack.said] == []
