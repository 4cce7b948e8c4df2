"""P17a to P17c: what calls cost that are handed out, and how long a quote waits while others search."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import psycopg
from django.db import connection, connections, transaction
from django.db.models.functions import Now
from django.test import override_settings

from accounts.tenancy import scope, staff_scope
from billing.availability import AVAILABILITY
from billing.models import Quote, QuoteLine
from reseller_portal.operations import budget, engine
from reseller_portal.operations.claiming import claim_next
from reseller_portal.operations.models import Budget, Operation
from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.models import Journal
from tests import databases
from tests.benchmarks.goals import ROUNDS, Finding, Samples, alternate, goal
from tests.shop import Shop
from tests.stack import Stack
from tests.world import make_world

MANY, FEW, CUSTOMERS = 1_000_000, 100, 5_000
WORKERS = 8
PACE = 4
SECONDS = 10.0
PICKS = 200
SEARCHES = 5_000
NAMES = 5
# Copies of one customer and one operation: the first fifth of the customers has most of the rows.
COPIED_CUSTOMERS = """
    INSERT INTO accounts_customer SELECT r.* FROM accounts_customer AS t, generate_series(1, %(count)s) AS n,
    LATERAL jsonb_populate_record(t, jsonb_build_object('id', 1000 + n, 'slug', 'c' || n)) AS r WHERE t.id = %(acme)s
"""
COPIED_ROWS = """
    INSERT INTO operations_operation SELECT r.* FROM operations_operation AS t, generate_series(1, %(count)s) AS n,
    LATERAL jsonb_populate_record(t, jsonb_build_object(
        'id', 1000 + n, 'key', 'k' || n, 'customer_id', 1001 + n / 35 %% %(customers)s, 'priority', n %% 5,
        'kind', 'bench.' || n %% 7, 'due_at', now() - n * interval '1 millisecond')) AS r
    WHERE t.id = %(template)s
"""


@goal("P17a")
def paid_and_made(_stack: Stack) -> Iterator[Finding]:
    """Orders while calls are throttled, lost, refused and waited for; what was paid for against what came there."""
    shop = a_shop("calls")
    sandbox = shop.sandbox
    before = Budget.objects.get().paid
    for number in range(12):
        sandbox.fault("process_order", "lose_answer")
        sandbox.fault("check_domain_availability", "throttle", times=2, retry_after=30)
        sandbox.fault("create_order", "error_after")
        sandbox.fault("*", "html", times=2)
        quote = shop.ask_for_quote(f"campaign{number}.com", f"other{number}.com")
        for _ in range(4):
            shop.work()
            shop.pass_time(60)
        with scope(shop.customer.pk):
            is_ready = not quote.lines.filter(state=QuoteLine.State.CHECKING).exists()
        if is_ready:
            shop.confirm(quote)
        shop.finish()
    paid, made = Budget.objects.get().paid - before, Journal.objects.count()
    yield Finding("P17a", "calls paid for / calls made", paid, made, 1.1, "")


@goal("P17b")
def many_and_few_due_rows(_stack: Stack) -> Iterator[Finding]:
    """At the pace of the key, by eight workers; and what the pick itself costs."""
    _fill("calls_many", MANY)
    _fill("calls_few", FEW)
    with override_settings(UPSTREAM_CALLS_PER_SECOND=PACE):
        ours, theirs = alternate(
            lambda: _in("calls_many", _seconds_per_call), lambda: _in("calls_few", _seconds_per_call), rounds=3
        )
    yield Finding("P17b", "a call handed out at 1,000,000 due rows / at 100", ours.p50, theirs.p50, 1 / 0.95, "s")
    ours, theirs = alternate(lambda: _in("calls_many", _pick), lambda: _in("calls_few", _pick), rounds=ROUNDS)
    yield Finding("P17b", "the pick and its claim, one worker", ours.p50, theirs.p50, 1.5, "ms")


@goal("P17c")
def a_quote_behind_searches(_stack: Stack) -> Iterator[Finding]:
    shop = a_shop("calls_quotes")
    names = iter(range(1_000_000))
    with override_settings(UPSTREAM_CALLS_PER_SECOND=PACE), workers():
        idle = Samples([_wait_of_a_quote(shop, names) for _ in range(ROUNDS)])
        _search(shop)
        behind = Samples([_wait_of_a_quote(shop, names) for _ in range(ROUNDS)])
    with staff_scope("benchmark"):
        left = Operation.objects.filter(priority=Operation.Priority.SEARCH, due_at__isnull=False).count()
    assert left > SEARCHES / 2, "the searches ran out, so nothing was measured"
    yield Finding("P17c", "a quote's wait behind 5,000 searches of another / idle", behind.p50, idle.p50, 2.0, "s")
    yield Finding("P17c", "the same, p95", behind.p95, idle.p95, 2.0, "s")


def a_shop(name: str) -> Shop:
    databases.use(databases.start(), worker=name)
    control = Control()
    control.reset()
    control.freeze()
    return Shop(make_world(), control)


@cache
def _fill(name: str, count: int) -> None:
    """So many due rows of all classes and seven kinds, of 5,000 customers."""
    cluster = databases.start()
    databases.use(cluster, worker=name)
    world = make_world()
    with scope(world.acme.pk):
        row = Operation.objects.create(customer=world.acme, kind="bench.0", key="template")
    with psycopg.connect(cluster.superuser_url, dbname=f"test_{name}", autocommit=True) as link:
        link.execute("SET session_replication_role = replica")
        link.execute(COPIED_CUSTOMERS, {"count": CUSTOMERS, "acme": world.acme.pk})
        link.execute(COPIED_ROWS, {"count": count, "customers": CUSTOMERS, "template": row.pk})
        link.execute("VACUUM ANALYZE")


def _in(name: str, measure: Callable[[], float]) -> float:
    connection.close()
    connections["default"].settings_dict["NAME"] = f"test_{name}"
    try:
        return measure()
    finally:
        connection.close()


def _seconds_per_call() -> float:
    """Eight workers claim for ten seconds; a lease of two minutes keeps each row out of the way."""
    _fresh_budget()
    with staff_scope("benchmark"):
        Operation.objects.exclude(lease="").update(lease="", state=Operation.State.WAITING, due_at=Now())
    claims: list[object] = []
    end = time.monotonic() + SECONDS

    def claim() -> None:
        while time.monotonic() < end:
            try:
                claims.append(claim_next())
            except budget.NoneLeft as none_left:
                time.sleep(max(none_left.seconds, 0.001))
        connections.close_all()

    workers = [threading.Thread(target=claim) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(claims), "the rows ran out"
    return SECONDS / len(claims)


def _pick() -> float:
    """Milliseconds of one claim, the median of many; each is undone, so that both sides keep their rows."""
    times = []
    claim_next()
    for _ in range(PICKS):
        with transaction.atomic():
            _fresh_budget()
            began = time.perf_counter()
            assert claim_next()
            times.append(1000 * (time.perf_counter() - began))
            transaction.set_rollback(True)
    return Samples(times).p50


def _fresh_budget() -> None:
    Budget.objects.update(next_at=Now())


@contextmanager
def workers() -> Iterator[None]:
    """So many threads that do what a worker does."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            try:
                if not engine.run_one():
                    over.wait(0.02)
            except budget.NoneLeft as none_left:
                over.wait(max(none_left.seconds, 0.001))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _search(shop: Shop) -> None:
    """Of another customer, as many as ten lists would put; more than one customer may at a time."""
    with scope(shop.world.initech.pk):
        Operation.objects.bulk_create(
            Operation(
                customer=shop.world.initech, kind=AVAILABILITY, key=f"search{number}.com",
                payload={"key": f"search{number}.com"}, priority=Operation.Priority.SEARCH,
            )
            for number in range(SEARCHES)
        )  # fmt: skip


def _wait_of_a_quote(shop: Shop, names: Iterator[int]) -> float:
    """Seconds until every line of a quote of new names has its price."""
    quote: Quote = shop.ask_for_quote(*(f"quoted{next(names)}.com" for _ in range(NAMES)))
    began = time.perf_counter()
    while True:
        with scope(shop.customer.pk):
            if not quote.lines.filter(state=QuoteLine.State.CHECKING).exists():
                return time.perf_counter() - began
        time.sleep(0.02)
