"""All at once: the key revoked, an account refused, a search throttled, a mailbox removed, workers killed.

It ends with every order delivered, or in the list of staff with a button that ends it. The clock only moves when
somebody waits, so calls and claims are counted as they would be in service.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.tenancy import scope, staff_scope
from billing import ledger
from billing.availability import SUGGESTIONS
from billing.models import Order, OrderLine
from billing.services.deciding import operations_of
from reseller_portal.operations import budget, circuit, engine, gateway, lookups
from reseller_portal.operations.claiming import Claim, claim_next, claim_without_call
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox.models import Mailbox as SoldMailbox
from tests import oracle
from tests.accounts.post import posted
from tests.accounts.staff import browser_of, make_admin
from tests.flow.killing import Killed, reaping
from tests.model import staff
from tests.model.clock import Clock
from tests.operations.pace import paid
from tests.shop import Shop

FOR_EVER = 1_000_000
LEASE_OVER = 130
# Seconds.
MINUTE = 60


@pytest.fixture
def other(committed: Shop) -> Shop:
    """The other company, which has no account at the upstream yet."""
    world = committed.world
    swapped = replace(world, acme=world.initech, initech=world.acme, ada=world.ivy)
    return Shop(swapped, committed.sandbox, reference="start of the other")


@pytest.fixture
def claims(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made: list[str] = []

    def noted(found: Claim | None) -> Claim | None:
        if found is not None:
            made.append(found.operation.kind)
        return found

    monkeypatch.setattr(engine, "claim_next", lambda: noted(claim_next()))
    monkeypatch.setattr(engine, "claim_without_call", lambda: noted(claim_without_call()))
    return made


@pytest.fixture
def clock(committed: Shop, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    settings.UPSTREAM_CALLS_PER_SECOND = 4
    settings.UPSTREAM_SESSION = "tests.model.clock.counted_session"
    settings.STAFF_ALERT_EMAILS = ["duty@reseller.example"]
    monkeypatch.delattr(gateway._kept, "session", raising=False)
    monkeypatch.setattr(circuit._proof, "answered_at", float("-inf"))
    made = Clock(committed)
    monkeypatch.setattr(budget, "sleep", made.wait)
    yield made
    Clock.current = None
    monkeypatch.delattr(gateway._kept, "session", raising=False)


def fresh(order: Order) -> Order:
    with staff_scope("test"):
        return Order.objects.get(pk=order.pk)


def calls_within(clock: Clock, seconds: float) -> int:
    """What comes in while a worker has so much time."""
    before = len(clock.calls)
    clock.work(seconds, events=True)
    return len(clock.calls) - before


def work_until_bought(clock: Clock, address: str) -> None:
    """Second by second, so that it is still under way."""
    for _ in range(2 * MINUTE):
        if SoldMailbox.objects.filter(email=address).exists():
            return
        clock.work(1)
    raise AssertionError(f"{address} is not bought")


def killed_at(clock: Clock, point: int, seconds: float) -> None:
    """The worker dies at that named point; another one finds the row when its lease is over."""
    with reaping(point), pytest.raises(Killed):
        clock.work(seconds, events=True)
    clock.wait(LEASE_OVER)


def test_whatever_comes_together_every_order_ends_or_stands_before_staff(
    committed: Shop, other: Shop, clock: Clock, claims: list[str]
) -> None:
    """Committed: in one long transaction every row that was ever written would slow each look."""
    shop, browser, sandbox = committed, browser_of(make_admin()), committed.sandbox
    earlier = shop.order("west.com")
    clock.work(5 * MINUTE, events=True)
    assert fresh(earlier).state == "delivered"
    quotes = [(shop, shop.ask_for_quote("north.com")), (shop, shop.ask_for_quote("south.com"))]
    quotes.append((other, other.ask_for_quote("east.com")))
    clock.work(MINUTE)

    # The key is revoked for ten minutes: all wait, a try now and then.
    sandbox.fault("*", "refuse", times=FOR_EVER, status=401, words="Invalid API Key")
    orders = [whose.confirm(quote) for whose, quote in quotes]
    claimed = len(claims)
    assert calls_within(clock, 10 * MINUTE) <= 20
    assert len(claims) - claimed <= 2
    assert {fresh(each).state for each in orders} == {"working"}
    assert [each.to for each in posted()].count(["duty@reseller.example"]) == 1
    sandbox.heal()

    # An account is refused, a search is throttled for half an hour, and two workers are killed in the purchases.
    sandbox.fault("create_user", "refuse", status=422, words="Phone number is not valid")
    sandbox.fault("check_domain_availability", "throttle", times=FOR_EVER, retry_after=1800)
    sandbox.fault("suggest_domains", "throttle", times=FOR_EVER, retry_after=1800)
    with scope(shop.customer.pk):
        lookups.ask(customer=shop.customer, kind=SUGGESTIONS, keys=["harbour"])
    killed_at(clock, 4, 2 * MINUTE)
    killed_at(clock, 5, 2 * MINUTE)
    throttled = sandbox.count("suggest_domains") + sandbox.count("check_domain_availability")
    assert calls_within(clock, 30 * MINUTE) <= 200
    asked = sandbox.count("suggest_domains") + sandbox.count("check_domain_availability") - throttled
    assert asked <= 2 * 30 + 2, "once a minute for each kind, and no more"
    sandbox.heal()

    # A mailbox is removed at the vendor while its order is under way.
    work_until_bought(clock, "maya@north.com")
    sandbox.remove_mailbox("maya@north.com")
    clock.work(80 * MINUTE, events=True)

    assert [fresh(each).state for each in orders][1] == "delivered"
    for order in orders:
        assert_ended_or_before_staff(order, browser)
    assert_calls_are_spent_well(clock, claims)
    oracle.ask_in_between()


def assert_ended_or_before_staff(order: Order, browser: Client) -> None:
    if fresh(order).is_final:
        return
    listed = {case.subject.pk for case in staff.cases() if isinstance(case.subject, Operation)}
    with staff_scope("test"):
        assert {each.pk for each in operations_of(order)} & listed, f"nobody is told of {order}"
    assert "failed" in staff.buttons(browser, staff.page_of(order))
    staff.press(browser, staff.page_of(order), "failed")
    assert fresh(order).is_final
    with scope(order.customer_id):
        assert not OrderLine.objects.filter(order=order, state__in=["waiting", "working"]).exists()
        assert ledger.balance_of(order.customer, kind="held") == 0


def assert_calls_are_spent_well(clock: Clock, claims: list[str]) -> None:
    """Reading prices comes by each half minute while its questions are throttled; nothing else claims without need."""
    made, by_kind = len(clock.calls), Counter(claims)
    assert clock.most_calls_within(10.0) <= 10 * 4 + 5
    assert paid() <= 1.1 * made + 2 * 2
    assert by_kind["order.price"] <= 2 * 2 * 30 + 12, "two orders, twice a minute for half an hour"
    assert len(claims) - by_kind["order.price"] <= 2 * made
