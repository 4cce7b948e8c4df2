"""P2, P4 and P5: lists and searches of 1,000,000 mailboxes against those of 1,000, in databases of their own."""

from collections.abc import Callable, Iterator
from functools import cache
from hashlib import md5
from typing import Any
from unittest.mock import patch

import psycopg
from django.db import connections
from django.db.models import QuerySet
from django.test import Client

from accounts.tenancy import scope
from domains.models import Domain
from mailboxes.models import Mailbox
from reseller_portal.core.pages import Search, Window, _pack, window
from tests import databases
from tests.benchmarks.goals import Finding, alternate, goal
from tests.benchmarks.pages import timed, visit
from tests.stack import Stack
from tests.world import World, make_world

LARGE, SMALL = "test_large", "test_small"
MAILBOXES = {LARGE: 1_000_000, SMALL: 1_000}
PER_DOMAIN = 3
ROUNDS = 30
# A role like the run-time role, on which row security has no hold.
FREE = "portal_free"
LIST = "/c/acme/mailboxes/"
# Names are as various as those of real domains; number 77,777 is acme's.
NEEDLES = {"few found": md5(b"77777").hexdigest()[:9], "500,000 found": "person", "none found": "nobody-has-this"}
CUSTOMERS = """
    INSERT INTO accounts_customer SELECT r.* FROM accounts_customer AS t, generate_series(1, %(count)s) AS n,
    LATERAL jsonb_populate_record(t, jsonb_build_object('id', 1000 + n, 'slug', 'c' || n)) AS r WHERE t.id = %(acme)s
"""
# Every second domain is acme's.
DOMAINS = """
    INSERT INTO domains_domain SELECT r.* FROM domains_domain AS t, generate_series(1, %(count)s) AS n,
    LATERAL jsonb_populate_record(t, jsonb_build_object(
        'id', 1000 + n, 'customer_id', CASE WHEN n %% 2 = 1 THEN t.customer_id ELSE 1001 + n %% %(others)s END,
        'name', left(md5(n::text), 9) || n %% 10 || '.com')) AS r
    WHERE t.id = %(template)s
"""
FILL = """
    INSERT INTO mailboxes_mailbox SELECT r.* FROM mailboxes_mailbox AS t, domains_domain AS d,
    generate_series(1, %(each)s) AS n, LATERAL jsonb_populate_record(t, jsonb_build_object(
        'id', d.id * %(each)s + n, 'customer_id', d.customer_id, 'domain_id', d.id,
        'address', 'person' || n || '@' || d.name, 'state', CASE WHEN d.id %% 100 = 0 THEN 'EXPIRED' ELSE 'ACTIVE' END
    )) AS r WHERE t.id = %(template)s AND d.id > 1000
"""
OURS = "SELECT * FROM mailboxes_containing(%s, NULL, '', 0, 51)"
PLAIN = """
    SELECT id FROM mailboxes_mailbox WHERE customer_id = %s AND address LIKE '%%' || %s || '%%' AND state <> 'REMOVED'
    ORDER BY address, id LIMIT 51
"""
WITHOUT_INDEX = "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off"


@cache
def prepare() -> tuple[World, dict[str, Client]]:
    """Both databases, and a browser that is signed in at each."""
    browsers: dict[str, Client] = {}
    cluster = databases.start()
    for name, count in MAILBOXES.items():
        databases.use(cluster, worker=name.removeprefix("test_"))
        world = make_world()
        with psycopg.connect(cluster.superuser_url, dbname=name, autocommit=True) as link:
            _fill(link, world, count)
        browsers[name] = Client()
        browsers[name].force_login(world.ada)
    return world, browsers


def _fill(link: "psycopg.Connection[tuple[Any, ...]]", world: World, mailboxes: int) -> None:
    """From one row of each table, past the triggers, which are not what is measured."""
    domains = mailboxes // PER_DOMAIN
    others = min(5000, domains // 4)
    with scope(world.acme.pk):
        domain = Domain.objects.create(customer=world.acme, name="template.example", state="ACTIVE")
        mailbox = Mailbox.objects.create(
            customer=world.acme, domain=domain, address="template@template.example", first_name="Maya",
            last_name="Ferro", state="ACTIVE", provider="GOOGLE",
        )  # fmt: skip
    link.execute("SET session_replication_role = replica")
    link.execute(CUSTOMERS, {"count": others, "acme": world.acme.pk})
    link.execute(DOMAINS, {"count": domains, "others": others, "template": domain.pk})
    row = link.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'mailboxes_by_letters'").fetchone()
    assert row
    link.execute("DROP INDEX mailboxes_by_letters")
    link.execute(FILL, {"each": PER_DOMAIN, "template": mailbox.pk})
    link.execute(row[0])  # made at once it takes a tenth of the time
    link.execute("VACUUM ANALYZE")
    if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [FREE]).fetchone():
        link.execute(f"CREATE ROLE {FREE} LOGIN BYPASSRLS PASSWORD '{FREE}' IN ROLE portal_app")


def at(name: str, call: Callable[[], float], *, role: str = "portal_app") -> Callable[[], float]:
    """The same, in that database as that role, once the connection is warm."""

    def run() -> float:
        connection = connections["default"]
        connection.close()
        connection.settings_dict.update({"NAME": name, "USER": role, "PASSWORD": role, "CONN_MAX_AGE": None})
        call()
        return min(call(), call())

    return run


def page(name: str, address: str, *, role: str = "portal_app") -> Callable[[], float]:
    return at(name, visit(prepare()[1][name], address), role=role)


def statement(text: str, values: list[Any], *, first: str = "", role: str = "portal_app") -> Callable[[], float]:
    """One statement in the large database, in the scope of acme."""
    acme = prepare()[0].acme.pk

    def ask() -> None:
        with scope(acme), connections["default"].cursor() as cursor:
            if first:
                cursor.execute(first)
            cursor.execute(text, values)
            cursor.fetchall()

    return at(LARGE, timed(ask), role=role)


def deep(name: str) -> str:
    """The page that begins in the middle of acme's list."""
    connection = connections["default"]
    connection.close()
    connection.settings_dict["NAME"] = name
    with scope(prepare()[0].acme.pk):
        found = Mailbox.objects.order_by("address", "id").values_list("address", "id")[MAILBOXES[name] // 4]
    return f"{LIST}?after={_pack(list(found))}"


@goal("P2")
def large_and_small(_stack: Stack) -> Iterator[Finding]:
    prepare()
    for what, large, small in (
        ("list", LIST, LIST),
        ("filter", f"{LIST}?state=active", f"{LIST}?state=active"),
        ("deep page", deep(LARGE), deep(SMALL)),
        ("list of domains", "/c/acme/domains/", "/c/acme/domains/"),
    ):
        ours, theirs = alternate(page(LARGE, large), page(SMALL, small), rounds=ROUNDS)
        yield Finding("P2", f"{what} at 1,000,000 / at 1,000", ours.p50, theirs.p50, 1.10, "ms")
        yield Finding("P2", "the same, p95", ours.p95, theirs.p95, 1.3, "ms")


@goal("P4")
def with_and_without_row_security(_stack: Stack) -> Iterator[Finding]:
    ours, theirs = alternate(page(LARGE, LIST), page(LARGE, LIST, role=FREE), rounds=ROUNDS)
    yield Finding("P4", "list with row security / without", ours.p50, theirs.p50, 1.10, "ms")
    found = f"{LIST}?contains={NEEDLES['few found']}"
    ours, theirs = alternate(page(LARGE, found), plainly(page(LARGE, found, role=FREE)), rounds=ROUNDS)
    yield Finding("P4", "search with row security / without", ours.p50, theirs.p50, 1.5, "ms")


def plainly(look: Callable[[], float]) -> Callable[[], float]:
    """The same page as it would search without the rules: by LIKE in its own query."""

    def search(rows: QuerySet[Mailbox], search: Search, *, order: tuple[str, str], after: str = "") -> Window[Mailbox]:
        return window(rows.filter(address__contains=search.needle), order=order, after=after)

    def run() -> float:
        with patch("mailboxes.selectors.window_containing", search):
            return look()

    return run


@goal("P5")
def searching(_stack: Stack) -> Iterator[Finding]:
    world, _ = prepare()
    for what, needle in NEEDLES.items():
        ours, theirs = alternate(page(LARGE, f"{LIST}?contains={needle}"), page(LARGE, LIST), rounds=ROUNDS)
        yield Finding("P5", f"search, {what} / first page of the list", ours.p50, theirs.p50, 2.0, "ms")
    needle = NEEDLES["few found"]
    scan = statement(PLAIN, [world.acme.pk, needle], first=WITHOUT_INDEX, role=FREE)
    ours, theirs = alternate(statement(OURS, [needle]), scan, rounds=7)
    yield Finding("P5", "search / sequential scan", ours.p50, theirs.p50, 0.01, "ms")
