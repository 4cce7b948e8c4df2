"""P1, P3 and P8: list pages against a minimal view, queries per page, and pages while the upstream hangs."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import requests
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, path
from requests.adapters import BaseAdapter

from accounts.actors import portal_actor
from accounts.tenancy import scope, staff_scope
from billing import ledger
from domains.models import Domain
from mailboxes.models import Mailbox
from reseller_portal.operations import engine, lookups
from reseller_portal.urls import urlpatterns as portal_urls
from tests import databases
from tests.benchmarks.goals import Finding, alternate, goal
from tests.stack import Stack
from tests.world import World, make_world

ROUNDS = 40
# The 95th of a hundred is one of few: so many that a collection of garbage does not decide it.
PAIRS = 400
LIST = "/c/acme/mailboxes/"
OVERVIEW = "/c/acme/"
HANGING, LET_GO = threading.Semaphore(0), threading.Event()
ROWS = "<tr><td>{}</td><td>{} {}</td><td>{}</td><td>{}</td></tr>"


def minimal(request: HttpRequest) -> HttpResponse:
    """The same 50 rows with the same session and tenant setting, by hand."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    membership = request.user.memberships
    with staff_scope("benchmark"):
        customer = membership.get().customer_id
    with scope(customer):
        rows = Mailbox.objects.filter(customer=customer).exclude(state="REMOVED").order_by("address", "id")[:51]
        cells = rows.values_list("address", "first_name", "last_name", "state", "expires_at")
        body = "".join(ROWS.format(*row) for row in list(cells)[:50])
    return HttpResponse(f"<table>{body}</table>")


urlpatterns: list[URLPattern | URLResolver] = [path("minimal/", minimal), *portal_urls]


def prepare() -> tuple[World, Client]:
    """A customer with a hundred mailboxes in a database of its own, and a browser that is signed in there."""
    world, browser, place = _made()
    # Other goals look at other databases, as other roles.
    connection.close()
    connection.settings_dict.update(place)
    return world, browser


@cache
def _made() -> tuple[World, Client, dict[str, Any]]:
    databases.use(databases.start(), worker="bench")
    world = make_world()
    with scope(world.acme.pk):
        ledger.credit(actor=portal_actor(world.acme), amount_minor=10_000, reference="b", description="Credit")
    add_mailboxes(world, 100)
    browser = Client()
    browser.force_login(world.ada)
    place = {key: connection.settings_dict[key] for key in ("NAME", "USER", "PASSWORD", "CONN_MAX_AGE")}
    return world, browser, place


def timed(call: Callable[[], object]) -> Callable[[], float]:
    """The same call, answering with the milliseconds that it took."""

    def run() -> float:
        start = time.perf_counter()
        call()
        return 1000 * (time.perf_counter() - start)

    return run


def add_mailboxes(world: World, count: int) -> None:
    with scope(world.acme.pk):
        start = Mailbox.objects.count()
        domain, _ = Domain.objects.get_or_create(customer=world.acme, name="bench.example", state="ACTIVE")
        Mailbox.objects.bulk_create(
            Mailbox(
                customer=world.acme, domain=domain, address=f"person{start + number:05}@bench.example",
                first_name="Maya", last_name="Ferro", state="ACTIVE", provider="GOOGLE",
            )
            for number in range(count)
        )  # fmt: skip


def visit(browser: Client, *pages: str) -> Callable[[], float]:
    """A timed look at these pages. One that does not answer 200 ends the measuring: it would look fast."""

    def look() -> None:
        for page in pages:
            status = browser.get(page).status_code
            assert status == 200, f"{page} answered {status}"

    return timed(look)


@goal("P1")
def list_page(_stack: Stack) -> Iterator[Finding]:
    _world, browser = prepare()
    with override_settings(ROOT_URLCONF="tests.benchmarks.pages"):
        ours, theirs = alternate(visit(browser, LIST), visit(browser, "/minimal/"), rounds=PAIRS)
    yield Finding("P1", "list page / minimal view of the same rows", ours.p50, theirs.p50, 1.5, "ms")
    yield Finding("P1", "the same, p95", ours.p95, theirs.p95, 1.5, "ms")


@goal("P3")
def queries(_stack: Stack) -> Iterator[Finding]:
    """Reads of tables; what opens and closes a scope is no query."""
    world, browser = prepare()
    hundred, overview = _reads(browser, LIST), _reads(browser, OVERVIEW)
    with scope(world.acme.pk):
        kept = list(Mailbox.objects.order_by("pk").values_list("pk", flat=True)[10:])
        Mailbox.objects.filter(pk__in=kept).update(state="REMOVED")
    ten = _reads(browser, LIST)
    with scope(world.acme.pk):
        Mailbox.objects.filter(pk__in=kept).update(state="ACTIVE")
    yield Finding("P3", "queries with 100 rows / with 10 rows", hundred, ten, 1.0, "")
    yield Finding("P3", "queries of a list page", hundred, 8, 1.0, "")
    yield Finding("P3", "queries of the overview", overview, 12, 1.0, "")


@goal("P8")
def while_the_upstream_hangs(_stack: Stack) -> Iterator[Finding]:
    """Four workers hang in calls; pages go on, because none of them calls."""
    world, browser = prepare()
    pages = visit(browser, LIST, OVERVIEW, "/c/acme/domains/find/")
    healthy, _ = alternate(pages, pages, rounds=ROUNDS)
    with override_settings(UPSTREAM_SESSION="tests.benchmarks.pages.hanging_session"), hanging_workers(world, 4):
        hanging, _ = alternate(pages, pages, rounds=ROUNDS)
    yield Finding("P8", "p95 while the upstream hangs / healthy", hanging.p95, healthy.p95, 1.10, "ms")


@contextmanager
def hanging_workers(world: World, count: int) -> Iterator[None]:
    """So many workers, each waiting for an answer until the end of the block."""
    with scope(world.acme.pk):
        lookups.ask(customer=world.acme, kind="domain.availability", keys=[f"hang{n}.com" for n in range(count)])
    workers = [threading.Thread(target=_work) for _ in range(count)]
    for worker in workers:
        worker.start()
    try:
        assert all(HANGING.acquire(timeout=10) for _ in workers), "no call hangs, so nothing would be measured"
        yield
    finally:
        LET_GO.set()
        for worker in workers:
            worker.join()


class Hanging(BaseAdapter):
    """An upstream that says nothing until it is let go."""

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        HANGING.release()
        LET_GO.wait(30)
        raise requests.ReadTimeout(request=request)

    def close(self) -> None:
        """Nothing is open."""


def hanging_session() -> requests.Session:
    session = requests.Session()
    session.mount("http://", Hanging())
    return session


def _work() -> None:
    engine.run_one()
    connection.close()


def _reads(browser: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(page).status_code == 200
    return sum(each["sql"].startswith("SELECT") and "set_config" not in each["sql"] for each in seen.captured_queries)
