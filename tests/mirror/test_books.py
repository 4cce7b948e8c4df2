"""The books are asked for all that must hold, and each rule finds what breaks it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.db.models.functions import Now
from django.test import Client

from accounts.tenancy import staff_scope
from billing.models import Order
from mirror import books, tasks
from mirror.models import BooksCheck, Survey
from reseller_portal.jobs import attention
from reseller_portal.operations.models import Operation
from tests.accounts.staff import browser_of, make_admin
from tests.shop import Shop
from tests.world import World

NEW_ENTRY = """
    INSERT INTO billing_entry (customer_id, transaction_id, account_id, amount_minor)
    SELECT customer_id, transaction_id, account_id, 1 FROM billing_entry LIMIT 1
"""
CAPTURED = "(SELECT id FROM billing_hold WHERE state = 'captured' LIMIT 1)"
A_MAILBOX = "(SELECT id FROM mailboxes_mailbox WHERE state = 'ACTIVE' LIMIT 1)"
OPENED = "state = 'open', resolved_at = NULL"
QUESTIONS = "kind IN ('domain.availability', 'domain.workspace')"
# By the name of each rule, how a fault of ours, or a hand in the database, would break it.
BREAKS = {
    "every transaction of the ledger sums to zero": NEW_ENTRY,
    "every balance is the sum of its entries": "UPDATE billing_account SET balance_minor = balance_minor + 1",
    "what is held is the sum of open holds": f"UPDATE billing_hold SET {OPENED} WHERE id = {CAPTURED}",
    "a hold is charged or given back, never both": """
        INSERT INTO billing_transaction (customer_id, kind, reference, external_key, description, at)
        SELECT customer_id, 'release', reference, '', '', at FROM billing_transaction WHERE kind = 'capture' LIMIT 1
    """,
    "every open line has a hold of its price": "UPDATE billing_orderline SET price_minor = price_minor + 1",
    "every open hold of an order belongs to an open line": f"UPDATE billing_hold SET {OPENED} WHERE id = {CAPTURED}",
    "what was delivered is charged, or is in the list of what is not": """
        UPDATE billing_transaction SET reference = 'x' || reference WHERE kind = 'capture'
    """,
    "what was not delivered is not charged": "UPDATE billing_orderline SET state = 'failed' WHERE state = 'delivered'",
    "the cost account is the sum of the lines' costs": "UPDATE billing_orderline SET cost_booked_minor = 1",
    "a cost that the upstream gave back is in no book": "UPDATE billing_orderline SET cost_returned_at = now()",
    "whoever is asked about a price can answer": "UPDATE billing_orderpart SET price_asked_at = now()",
    "an order has ended if, and only if, its lines have": "UPDATE billing_order SET state = 'delivered'",
    "no line of a quote is being checked without an open question": f"""
        UPDATE operations_operation SET state = 'done' WHERE {QUESTIONS}
    """,
    "every operation has ended, is due, is parked, or needs attention": """
        UPDATE operations_operation SET due_at = NULL WHERE state IN ('waiting', 'accepted')
    """,
    "nothing is parked behind what is done": """
        UPDATE operations_operation SET state = 'waiting', due_at = NULL, after_id = (
            SELECT id FROM operations_operation WHERE state = 'done' LIMIT 1
        ) WHERE state = 'accepted'
    """,
    "an order under way has an operation that is open": """
        UPDATE operations_operation SET state = 'done', due_at = NULL WHERE kind LIKE 'order.%'
    """,
    "every event has ended, is due, or needs attention": "UPDATE webhooks_event SET state = 'due'",
    "every survey that runs is due": "UPDATE mirror_survey SET due_at = NULL",
    "no mailbox works whose line failed, unless its cost is in the books": """
        UPDATE billing_orderline SET state = 'failed', cost_booked_minor = 0
    """,
    "no credential stands under a customer who does not own the mailbox": f"""
        UPDATE mailboxes_credential SET customer_id = (SELECT id FROM accounts_customer WHERE slug = 'initech')
        WHERE mailbox_id = {A_MAILBOX}
    """,
}
TABLES = ("billing_account", "billing_entry", "billing_transaction", "billing_hold")


def busy_shop(shop: Shop) -> None:
    """One order delivered, one under way, a quote whose questions are open, and a survey that runs."""
    shop.order("first.com")
    shop.finish()
    shop.order("second.net")
    shop.work()
    shop.ask_for_quote("third.org")
    with staff_scope("test: a survey"):
        Survey.objects.create(kind=Survey.Kind.ADOPT)


def is_found(rule: books.Rule) -> bool:
    """Broken by the owner of the tables, with all guards off, asked, and taken back."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('app.staff', 'on', true)")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(BREAKS[rule.name])
        cursor.execute(f"SELECT COUNT(*) FROM ({rule.broken_by}) AS broken", [])
        found = bool(cursor.fetchone()[0])
        transaction.set_rollback(True, using="owner")
    return found


def test_every_rule_finds_what_breaks_it_and_nothing_else(committed: Shop) -> None:
    busy_shop(committed)
    assert books.differences() == []
    assert set(BREAKS) == {rule.name for rule in books.RULES}
    assert [rule.name for rule in books.RULES if not is_found(rule)] == []


@pytest.mark.parametrize("is_on_purpose", [False, True])
def test_what_is_overdue_stands_in_the_list_of_staff_or_in_the_check(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, is_on_purpose: bool
) -> None:
    """What waits on purpose too, when nobody comes for it any more."""
    shop.order("first.com")
    with staff_scope("test: no worker for two hours"):
        Operation.objects.filter(due_at__isnull=False).update(
            due_at=Now() - timedelta(hours=2), on_purpose=is_on_purpose
        )
    assert books.differences() == []
    monkeypatch.setattr(attention, "_sources", [])
    (found,) = books.differences()
    assert (found.rule, found.count) == (books.SEEN, 1)


def break_something() -> None:
    with staff_scope("test: break a rule"):
        Order.objects.update(state="working")


def test_the_command_says_what_does_not_hold(shop: Shop) -> None:
    shop.order("first.com")
    shop.finish()
    said = StringIO()
    call_command("check_books", stdout=said)
    assert said.getvalue() == f"All {len(books.NAMES)} rules hold.\n"
    break_something()
    said = StringIO()
    with pytest.raises(CommandError, match="1 of"):
        call_command("check_books", stdout=said)
    assert said.getvalue().startswith(
        "an order has ended if, and only if, its lines have: 1 times not so, such as ORD-"
    )


def test_the_first_page_of_the_admin_shows_what_the_last_check_found(shop: Shop) -> None:
    rex: Client = browser_of(make_admin())
    assert "Not checked yet" in rex.get("/admin/").content.decode()
    shop.order("first.com")
    shop.finish()
    books.check()
    assert "All holds" in rex.get("/admin/").content.decode()
    break_something()
    books.check()
    assert "1 rules do not hold" in rex.get("/admin/").content.decode()
    with staff_scope("test"):
        latest = books.newest()
    assert latest
    page = rex.get(f"/admin/mirror/bookscheck/{latest.pk}/change/").content.decode()
    assert "an order has ended if, and only if, its lines have" in page


def test_the_schedule_checks_once_a_day_however_often_it_comes(world: World) -> None:
    for _ in range(3):
        tasks.check_books()
    with staff_scope("test"):
        assert BooksCheck.objects.count() == 1
        BooksCheck.objects.update(checked_at=BooksCheck.objects.get().checked_at - books.EVERY)
    tasks.check_books()
    with staff_scope("test"):
        assert BooksCheck.objects.count() == 2
