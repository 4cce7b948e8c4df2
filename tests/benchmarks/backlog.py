"""P9 and P17d: what others notice while one customer orders 10,000 lines, and while a long queue is worked off."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import requests
from django.test import Client, override_settings

from accounts.tenancy import scope
from billing.models import QuoteLine
from billing.services.orders import PROCESS
from reseller_portal.operations.models import Operation
from reseller_portal.supervisor.environment import SANDBOX_KEY
from reseller_portal.supervisor.postgres import open_cluster
from tests.benchmarks.calls import PACE, a_shop, workers
from tests.benchmarks.goals import ROUNDS, Finding, Samples, goal
from tests.benchmarks.pages import visit
from tests.shop import Shop
from tests.stack import Stack

DOMAINS, PEOPLE = 500, 9
VISITS = 100
EVENTS = 30
QUEUED = 2_000
PAGES = ("/c/initech/", "/c/initech/mailboxes/", "/c/initech/orders/")
STARTED = (Operation.State.ACCEPTED, Operation.State.DONE)
# Questions of a customer of the demo, which the worker asks one by one.
BACKLOG = """
    INSERT INTO operations_operation SELECT r.* FROM operations_operation AS t, generate_series(1, %(count)s) AS n,
    LATERAL jsonb_populate_record(t, jsonb_build_object(
        'id', nextval('operations_operation_id_seq'), 'kind', 'domain.availability', 'key', 'queued' || n || '.com',
        'payload', jsonb_build_object('key', 'queued' || n || '.com'), 'state', 'waiting', 'answer', '{}'::jsonb,
        'priority', 4, 'due_at', now(), 'lease', '', 'attempts', 0, 'after_id', NULL)) AS r
    WHERE t.id = (SELECT min(id) FROM operations_operation)
"""
WAIT_OF_AN_EVENT = """
    SELECT EXTRACT(EPOCH FROM processed_at - received_at)::float FROM webhooks_event
    WHERE event_id = %s AND processed_at IS NOT NULL
"""


@goal("P9")
def while_another_orders_ten_thousand_lines(_stack: Stack) -> Iterator[Finding]:
    """Two quotes of 5,000 lines, at the pace of the key; B quotes, pays and has its order taken, again and again."""
    large = a_shop("backlog")
    small = Shop(
        replace(large.world, acme=large.world.initech, ada=large.world.ivy), large.sandbox, "start of the other"
    )
    browser, names = Client(HTTP_HOST="foundry.localhost"), iter(range(1_000_000))
    browser.force_login(large.world.ivy)
    pages = visit(browser, *PAGES)
    with override_settings(UPSTREAM_CALLS_PER_SECOND=PACE, MAX_OPEN_QUESTIONS=4 * DOMAINS), workers():
        _start_of_an_order(small, names)  # opens the account
        idle = Samples([_start_of_an_order(small, names) for _ in range(ROUNDS)])
        idle_pages = Samples([pages() for _ in range(VISITS)])
        for number in range(2):
            people = tuple((f"p{each}", "Pat", "Lee") for each in range(PEOPLE))
            large.ask_for_quote(*(f"large{number}x{each}.com" for each in range(DOMAINS)), names=people)
        busy = Samples([_start_of_an_order(small, names) for _ in range(ROUNDS)])
        busy_pages = Samples([pages() for _ in range(VISITS)])
        with scope(large.customer.pk):
            assert QuoteLine.objects.filter(state=QuoteLine.State.CHECKING).exists(), "nothing was left to disturb B"
    yield Finding("P9", "B's order start during 10,000 lines of A / idle", busy.p50, idle.p50, 1.5, "s")
    yield Finding("P9", "B's pages, p95, during 10,000 lines of A / idle", busy_pages.p95, idle_pages.p95, 1.3, "ms")


@goal("P17d")
def an_event_in_a_backlog(stack: Stack) -> Iterator[Finding]:
    cluster = open_cluster(stack.folder / "postgres")
    with psycopg.connect(cluster.superuser_url, dbname="portal", autocommit=True) as link:
        idle = Samples([_wait_of_an_event(stack, link, f"idle{number}") for number in range(EVENTS)])
        link.execute(BACKLOG, {"count": QUEUED})
        time.sleep(4)  # the sweep wakes the workers
        busy = Samples([_wait_of_an_event(stack, link, f"busy{number}") for number in range(EVENTS)])
        row = link.execute("SELECT count(*) FROM operations_operation WHERE key LIKE 'queued%' AND due_at <= now()")
        left = row.fetchone()
        assert left is not None
        assert left[0] > QUEUED / 2, "the backlog ran out, so nothing was measured"
        link.execute("DELETE FROM operations_operation WHERE key LIKE 'queued%'")
    yield Finding("P17d", "an event's wait in a backlog of calls / idle", busy.p50, idle.p50, 3.0, "s")
    yield Finding("P17d", "the same, p95", busy.p95, idle.p95, 3.0, "s")


def _start_of_an_order(shop: Shop, names: Iterator[int]) -> float:
    """Seconds from the asking for a price until the upstream has taken the order, paid without delay."""
    began = time.perf_counter()
    quote = shop.ask_for_quote(f"small{next(names)}.com")
    while True:
        with scope(shop.customer.pk):
            if not quote.lines.filter(state=QuoteLine.State.CHECKING).exists():
                break
        time.sleep(0.02)
    order = shop.confirm(quote)
    while True:
        with scope(shop.customer.pk):
            parts = list(order.parts.values_list("pk", flat=True))
            taken = Operation.objects.filter(kind=PROCESS, state__in=STARTED, payload__part__in=parts)
            if taken.exists():
                return time.perf_counter() - began
        time.sleep(0.02)


def _wait_of_an_event(stack: Stack, link: "psycopg.Connection[tuple[float]]", name: str) -> float:
    """Seconds from its arrival until it was worked on, by the database's clock."""
    body = json.dumps({"event": "bench.nothing", "eventId": f"bench-{name}", "data": {}}).encode()
    signed = hmac.new(SANDBOX_KEY.encode(), body, hashlib.sha256).hexdigest()
    headers = {"cmr-x-signature": signed, "cmr-x-timestamp": str(int(time.time())), "Content-Type": "application/json"}
    answer = requests.post(f"{stack.address}/webhooks/upstream/", data=body, headers=headers, timeout=10)
    assert answer.status_code == 200, answer.text
    end = time.monotonic() + 60
    while time.monotonic() < end:
        row = link.execute(WAIT_OF_AN_EVENT, [f"bench-{name}"]).fetchone()
        if row:
            time.sleep(0.2)
            return row[0]
        time.sleep(0.05)
    raise AssertionError("the event was not worked on within a minute")
