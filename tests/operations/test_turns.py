"""Whose turn it is, at the real pace: no class and no customer waits for ever, and only calls made are paid."""

from collections import Counter
from typing import ClassVar

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.models import Customer
from accounts.tenancy import scope, staff_scope
from reseller_portal.operations import budget, claiming, registry, turns
from reseller_portal.operations.models import Budget, Operation
from reseller_portal.operations.registry import Happened, NotHappened, Seen, Sent, Wait
from reseller_portal.sandbox.control import Control
from reseller_portal.upstream.client import Client
from tests.operations.pace import Pace, paid
from tests.world import World, make_customer

Priority = Operation.Priority
ALL = (Priority.QUOTE, Priority.PURCHASE, Priority.SEARCH, Priority.EDIT, Priority.SYNC)


class Call:
    """One call each; notes of whom and of which class. `waits` says how it is not ready yet."""

    repeatable: ClassVar[bool] = False
    group: ClassVar[str] = ""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []
        self.waits: dict[str, float] = {}

    def send(self, operation: Operation, client: Client) -> Sent:
        if operation.key in self.waits:
            raise Wait(self.waits[operation.key], "not yet")
        client.wallet.get()
        self.made.append((operation.customer.slug, Priority(operation.priority).name))
        return Happened()

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def settle(self, operation: Operation) -> None:
        """Nothing beside the row."""

    @property
    def classes(self) -> list[str]:
        return [name for _, name in self.made]


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch, settings: Settings, sandbox: Control) -> Pace:
    settings.UPSTREAM_CALLS_PER_SECOND = 4
    Budget.objects.update(next_at=Now(), calls=0, unused=0)
    clock = Pace()
    clock.install(monkeypatch)
    return clock


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    handler = Call()
    for kind in ("test.call", "test.other"):
        monkeypatch.setitem(registry._handlers, kind, handler)
    return handler


def want(customer: Customer, count: int, priority: int, *, kind: str = "test.call", name: str = "") -> None:
    label = name or Priority(priority).name
    with scope(customer.pk):
        Operation.objects.bulk_create(
            Operation(customer=customer, kind=kind, key=f"{label} {number}", priority=priority)
            for number in range(count)
        )


def third_company(world: World) -> Customer:
    with staff_scope("test"):
        return make_customer(brand=world.acme.brand, slug="umbrella")


def count_due(customer: Customer, priority: int) -> int:
    with scope(customer.pk):
        return Operation.objects.filter(priority=priority, due_at__isnull=False).count()


def test_every_class_gets_its_turns_in_each_round_while_all_are_full(world: World, pace: Pace, call: Call) -> None:
    for priority in ALL:
        want(world.acme, 40, priority)
    pace.work(len(turns.ROUND) / 4)
    expected = Counter(Priority(each).name for each in turns.ROUND if each != turns.BACKGROUND)
    expected["PURCHASE"] += 1  # the turn that no reader in the background wants
    assert Counter(call.classes[: len(turns.ROUND)]) == expected
    assert set(expected) == {each.name for each in ALL}


@pytest.mark.parametrize("flooded", ALL)
def test_whatever_floods_the_first_call_of_any_other_class_comes_within_one_round(
    world: World, pace: Pace, call: Call, flooded: Priority
) -> None:
    want(world.acme, 60, flooded)
    for priority in ALL:
        if priority != flooded:
            want(world.initech, 1, priority)
    pace.work((len(turns.ROUND) + 1) / 4)
    assert {name for slug, name in call.made if slug == "initech"} == {each.name for each in ALL if each != flooded}


def test_a_turn_of_which_nobody_has_need_is_not_lost(world: World, pace: Pace, call: Call) -> None:
    want(world.acme, 20, Priority.SYNC)
    pace.work(5)
    assert len(call.made) >= 20


def test_a_quote_waits_little_behind_searches_of_anybody(world: World, pace: Pace, call: Call) -> None:
    want(world.acme, 400, Priority.SEARCH)
    want(world.initech, 10, Priority.QUOTE)
    pace.work(60, until=lambda: call.classes.count("QUOTE") == 10)
    assert pace.seconds <= 2 * 10 / 4


def test_customers_have_turns_in_a_circle_however_much_one_of_them_wants(world: World, pace: Pace, call: Call) -> None:
    want(world.acme, 30, Priority.EDIT)
    want(world.acme, 30, Priority.EDIT, kind="test.other")
    want(world.initech, 6, Priority.EDIT)
    pace.work(3)
    assert [slug for slug, _ in call.made[:12]].count("initech") == 6


def test_a_customer_whose_rows_are_not_due_is_passed_over(world: World, pace: Pace, call: Call) -> None:
    want(world.acme, 3, Priority.EDIT)
    with scope(world.acme.pk):
        Operation.objects.update(due_at="2999-01-01T00:00:00Z")
    want(world.initech, 3, Priority.EDIT)
    pace.work(1)
    assert call.made == [("initech", "EDIT")] * 3


def test_where_very_many_have_nothing_due_what_waited_longest_is_taken(
    world: World, pace: Pace, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "FURTHEST", 1)
    first, last = sorted((world.acme, world.initech), key=lambda customer: customer.pk)
    want(first, 1, Priority.EDIT)
    with scope(first.pk):
        Operation.objects.update(due_at="2999-01-01T00:00:00Z")
    want(last, 2, Priority.EDIT)
    pace.work(1)
    assert call.made == [(last.slug, "EDIT")] * 2


def test_what_waits_makes_no_call_and_pays_for_none(world: World, pace: Pace, call: Call, sandbox: Control) -> None:
    """Thirteen orders that wait once took 3.8 of 4 calls a second."""
    want(world.acme, 13, Priority.PURCHASE, name="stuck")
    call.waits = {f"stuck {number}": 2.0 for number in range(13)}
    want(world.initech, 200, Priority.QUOTE)
    pace.work(30)
    assert len(call.made) >= 30 * 4 - 2, "all calls are there for those who make them"
    assert paid() == sandbox.count("get_wallet") == len(call.made)


def test_nothing_is_claimed_without_a_call(world: World, pace: Pace, call: Call) -> None:
    want(world.acme, 100, Priority.QUOTE)
    for _ in range(50):
        try:
            claiming.claim_next()
        except budget.NoneLeft:
            continue
    with staff_scope("test"):
        claimed = Operation.objects.exclude(lease="").count()
    # One, and one more for each quarter of a second that a busy machine took for the fifty tries.
    assert 1 <= claimed == paid() < 50


def test_when_nothing_is_due_nothing_is_paid(world: World, pace: Pace, call: Call) -> None:
    pace.work(10)
    assert paid() == 0


def test_a_reader_in_the_background_gets_its_turn_while_everything_is_full(
    world: World, pace: Pace, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it waits for a call, the engine goes on, as another process does."""
    for priority in ALL:
        want(world.acme, 40, priority)

    def engine_goes_on(seconds: float) -> None:
        pace.work(seconds)

    monkeypatch.setattr(budget, "sleep", engine_goes_on)
    budget.take_in_the_background()
    assert turns.is_turn_of_the_background(Budget.objects.get().calls)
    assert len(call.made) >= len(turns.ROUND) - 2
    assert pace.seconds <= len(turns.ROUND) / 4 + 1


def test_a_reader_in_the_background_that_went_away_stops_nobody(world: World, pace: Pace, call: Call) -> None:
    want(world.acme, 40, Priority.QUOTE)
    Budget.objects.update(background_at=Now())
    pace.work(12)
    assert len(call.made) == 40


def test_a_purchase_that_has_begun_gets_its_next_call_before_anything_new_is_claimed(
    world: World, pace: Pace, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    want(world.acme, 40, Priority.QUOTE)
    budget.take()
    others: list[int] = []

    def others_go_on(seconds: float) -> None:
        pace.wait(seconds)
        for _ in range(8):
            try:
                claiming.claim_next()
            except budget.NoneLeft:
                continue
            others.append(1)

    monkeypatch.setattr(budget, "sleep", others_go_on)
    budget.take_patiently(goes_first=True)
    assert others == []
    pace.wait(1)
    claiming.claim_next()


def test_one_that_went_away_halfway_stops_nobody_for_long(world: World, pace: Pace, call: Call) -> None:
    want(world.acme, 10, Priority.QUOTE)
    Budget.objects.update(halfway_at=Now())
    pace.work(5)
    assert len(call.made) == 10


def test_who_wants_few_calls_waits_for_little_more_than_those_behind_a_long_list(
    world: World, pace: Pace, call: Call
) -> None:
    want(world.acme, 200, Priority.QUOTE)
    pace.work(5)
    call.made.clear()
    want(world.initech, 4, Priority.QUOTE)
    want(world.initech, 2, Priority.PURCHASE)
    pace.work(60, until=lambda: [slug for slug, _ in call.made].count("initech") == 6)
    assert len(call.made) <= 6 + 3


@pytest.mark.parametrize("flooded", turns.FEW_FIRST)
def test_a_long_list_goes_on_whatever_those_want_who_want_few_calls(
    world: World, pace: Pace, call: Call, flooded: Priority
) -> None:
    """Two companies that want two calls of both classes at every moment."""
    others = [world.initech, third_company(world)]
    want(world.acme, 100, flooded)
    for number in range(72):
        for customer in others:
            for priority in turns.FEW_FIRST:
                if count_due(customer, priority) < 2:
                    want(customer, 1, priority, name=f"{priority} at {number}")
        pace.work(0.25)
    served = Counter(slug for slug, _ in call.made)
    assert served["acme"] >= 2
    assert served["initech"] + served["umbrella"] >= 50


def test_many_long_lists_share_what_those_leave_who_want_few_calls(world: World, pace: Pace, call: Call) -> None:
    """The circle of long lists goes on where it was, whoever had a turn in between."""
    third = third_company(world)
    for customer in (world.acme, third):
        want(customer, 60, Priority.QUOTE)
    for number in range(60):
        want(world.initech, 1, Priority.QUOTE, name=f"small {number}")
        pace.work(0.25)
    served = Counter(slug for slug, _ in call.made)
    assert abs(served["acme"] - served["umbrella"]) <= 1
    assert served["acme"] >= 5
