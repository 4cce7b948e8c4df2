"""Money is told as a bookkeeper says it, and a wallet that is too low is said wherever staff look."""

import ast
from pathlib import Path

import pytest
from django.test import Client

from accounts.actors import portal_actor
from accounts.tenancy import scope, staff_scope
from billing import ledger
from billing.ledger_words import WORDS
from billing.panels import upstream, wallet
from billing.sections import attention_rows, provider
from billing.selectors import statement
from billing.services.wallet import read_wallet
from tests.accounts.staff import browser_of, make_admin
from tests.shop import Shop

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ada(shop: Shop) -> Client:
    browser = Client(HTTP_HOST="outreach.localhost")
    browser.force_login(shop.world.ada)
    return browser


def kinds_that_move_money() -> set[str]:
    """The first argument of each `Move(...)` in the code."""
    found = set()
    for file in (ROOT / "billing").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Move":
                found |= {str(each.value) for each in node.args[:1] if isinstance(each, ast.Constant)}
    return found


def test_every_kind_of_move_has_a_word() -> None:
    assert kinds_that_move_money() == set(WORDS)
    assert not any("_" in word or word.islower() for word, _ in WORDS.values())


def test_the_ledger_and_the_statement_say_words_and_no_kinds(shop: Shop, ada: Client) -> None:
    shop.order("first.com", "unlucky-name.com")
    shop.finish()
    for page in (ada.get("/c/acme/billing/"), browser_of(make_admin()).get("/admin/billing/transaction/")):
        text = page.content.decode()
        assert all(f"{word}<" in text for word in ("Added", "On hold", "Charged", "Released"))
        assert not any(f">{kind}<" in text for kind in WORDS)


def test_what_is_taken_off_is_not_called_added_and_no_move_stands_twice(shop: Shop, ada: Client) -> None:
    shop.order("first.com")
    shop.finish()
    with scope(shop.customer.pk):
        ledger.debit(actor=portal_actor(shop.customer), amount_minor=700, reference="bank 1", description="Paid back")
        ledger.refund(actor=portal_actor(shop.customer), amount_minor=500, reference="sorry 1", description="Too late")
        moves = [entry.transaction_id for entry in statement(customer=shop.customer).rows]
    assert len(moves) == len(set(moves))
    rows = ada.get("/c/acme/billing/").content.decode().split("<tr>")
    assert next(row for row in rows if "Paid back" in row).count("Taken off") == 1
    assert next(row for row in rows if "Too late" in row).count("Refunded") == 1


def test_a_wallet_that_is_too_low_is_no_healthy_upstream(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.sandbox.set_wallet(0)
    shop.work()
    read_wallet()
    with staff_scope("test"):
        tiles = wallet(), upstream()
        section, (row,) = provider().content, attention_rows(8)
    assert [tile.state for tile in tiles] == ["needs_person", "needs_person"]
    assert all("1 wait" in tile.note for tile in tiles)
    assert section["word"] == "Wallet too low"
    assert row.what == f"Order {order.reference}"
    assert row.case.next_step == "Add money to the wallet; then it goes on by itself."
    shop.sandbox.add_to_wallet(1000)
    shop.pass_time(120)
    shop.finish()
    with staff_scope("test"):
        assert upstream().value == "Healthy"
        assert wallet().state == ""
