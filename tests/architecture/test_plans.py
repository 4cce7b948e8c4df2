"""How PostgreSQL answers the list pages: by an index, however many rows there are, and never by counting its way."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from accounts.tenancy import scope
from domains.models import Domain
from mailboxes.models import Mailbox
from tests import databases
from tests.conftest import KEPT_TABLES
from tests.world import World, make_world

MANY = 20_000
LARGE = {"domains_domain", "mailboxes_mailbox"}
PAGES = (
    "",
    "domains/",
    "domains/?state=active",
    "domains/?contains=north00777",
    "domains/north00777.com/",
    "mailboxes/",
    "mailboxes/?state=attention",
    "mailboxes/?contains=north00777",
    "mailboxes/?contains=north&state=active",
    "orders/",
    "billing/",
)
SEQUENTIAL = """
    SELECT relname, seq_scan FROM pg_stat_xact_user_tables JOIN pg_attribute ON attrelid = relid
    WHERE attname = 'customer_id' AND seq_scan > 0
"""
pytestmark = pytest.mark.xdist_group("plans")


def fill(world: World) -> None:
    names = [f"north{number:05}.com" for number in range(MANY)]
    with scope(world.acme.pk):
        domains = Domain.objects.bulk_create(
            Domain(customer=world.acme, name=name, state="ACTIVE", provider="GOOGLE") for name in names
        )
        Mailbox.objects.bulk_create(
            Mailbox(customer=world.acme, domain=each, address=f"info@{each.name}", state="ACTIVE", provider="GOOGLE")
            for each in domains
        )


@pytest.fixture(scope="module")
def full(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Committed and analyzed: a planner that knows nothing of the rows chooses by guessing."""
    with django_db_blocker.unblock():
        try:
            world = make_world()
            fill(world)
            with connections["owner"].cursor() as cursor:
                cursor.execute("ANALYZE")
            yield world
        finally:
            databases.clear(keep=KEPT_TABLES)
            connections.close_all()


@pytest.fixture
def customer(full: World) -> Iterator[int]:
    with scope(full.acme.pk):
        yield full.acme.pk


@pytest.fixture
def browser(full: World) -> Client:
    client = Client()
    client.force_login(full.ada)
    return client


def sequential() -> dict[str, int]:
    """Sequential scans of tenant tables so far in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(SEQUENTIAL)
        return dict(cursor.fetchall())


def blocks_read(statement: str, parameters: list[Any]) -> int:
    """The second time, when the catalogue is known."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
        plan = cursor.fetchone()[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


def tables_read_from_end_to_end(browser: Client, page: str) -> set[str]:
    with transaction.atomic():
        before = sequential()
        assert browser.get(f"/c/acme/{page}").status_code == 200
        after = sequential()
    return {table for table, scans in after.items() if scans != before.get(table, 0)}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_reads_no_large_table_from_end_to_end(browser: Client, page: str) -> None:
    assert tables_read_from_end_to_end(browser, page) & LARGE == set()


@pytest.mark.parametrize("page", PAGES)
def test_small_tables_have_an_index_for_the_day_they_are_large(browser: Client, page: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert tables_read_from_end_to_end(browser, page) == set()


@pytest.mark.parametrize("page", PAGES)
def test_no_page_counts_its_way_to_where_it_begins(browser: Client, page: str) -> None:
    with CaptureQueriesContext(connection) as seen:
        browser.get(f"/c/acme/{page}")
    assert len(seen) > 3
    assert [each["sql"] for each in seen.captured_queries if "OFFSET" in each["sql"].upper()] == []


def test_a_sequential_scan_would_be_seen(customer: int) -> None:
    before = sequential()
    assert not Domain.objects.filter(subscription_id="nowhere").exists()
    assert sequential() != before


@pytest.mark.parametrize("function", ["domains_containing", "mailboxes_containing"])
def test_a_search_reads_a_few_blocks(customer: int, function: str) -> None:
    parameters = ["north00777", ["ACTIVE"], "", 0, 51]
    assert blocks_read(f"SELECT * FROM {function}(%s, %s, %s, %s, %s)", parameters) < 100


@pytest.mark.parametrize(("model", "column"), [(Domain, "name"), (Mailbox, "address")])
def test_the_same_asked_for_under_the_policy_reads_them_all(customer: int, model: Any, column: str) -> None:
    """Which is why there is a function: LIKE is not leakproof, so the index with the letters is not used."""
    query = model.objects.filter(customer_id=customer, **{f"{column}__contains": "north00777"}).order_by(column, "id")
    statement, parameters = query.values("id")[:51].query.sql_with_params()
    assert blocks_read(statement, list(parameters)) > 200
