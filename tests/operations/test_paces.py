"""A quota of one group of operations teaches a pace of this group alone, for an hour, and never a crawl."""

from typing import ClassVar

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.tenancy import scope, staff_scope
from billing.availability import AVAILABILITY
from reseller_portal.operations import paces, pauses, registry, upstream_state
from reseller_portal.operations.gateway import client_for_reading
from reseller_portal.operations.models import Budget, GroupPace, Operation
from reseller_portal.operations.placing import place
from reseller_portal.operations.registry import Happened, Lookup, NotHappened, Seen, Sent
from reseller_portal.sandbox.control import Control
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Throttled
from tests.concurrency.together import together
from tests.operations.pace import Pace, ask, at_the_real_pace
from tests.shop import Shop
from tests.world import World

State = Operation.State
CHECK, WALLET = "check_domain_availability", "get_wallet"
ASK_WALLET, TWO_CALLS = "test.wallet", "test.two"
HOUR = 3600


class AskWallet(Lookup):
    group: ClassVar[str] = "wallet"

    def send(self, operation: Operation, client: Client) -> Sent:
        return Happened({"balance": str(client.wallet.get().balance)})


class TwoCalls:
    """Of the second one nobody knows beforehand."""

    repeatable: ClassVar[bool] = True

    def send(self, operation: Operation, client: Client) -> Sent:
        client.users.list(limit=1)
        client.wallet.get()
        return Happened()

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def settle(self, operation: Operation) -> None:
        """Nothing beside the row."""


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch, settings: Settings, sandbox: Control) -> Pace:
    monkeypatch.setitem(registry._handlers, ASK_WALLET, AskWallet())
    monkeypatch.setitem(registry._handlers, TWO_CALLS, TwoCalls())
    settings.MAX_OPEN_QUESTIONS = 10_000
    return at_the_real_pace(monkeypatch, settings)


def names(count: int, prefix: str = "name") -> list[str]:
    return [f"{prefix}{number}.com" for number in range(count)]


def called(group: str, count: int) -> None:
    """So often in the last seconds."""
    GroupPace.objects.create(group=group, calls_of_minute=count)


def test_a_throttled_group_keeps_to_what_it_was_called_and_the_others_to_theirs(
    world: World, sandbox: Control, pace: Pace
) -> None:
    ask(world.acme, AVAILABILITY, *names(400))
    pace.work(60, until=lambda: sandbox.count(CHECK) == 21)
    sandbox.fault(CHECK, "throttle", retry_after=20)
    pace.work(20, until=lambda: bool(pauses.current()))
    pace.work(21)
    before = sandbox.count(CHECK)
    ask(world.initech, ASK_WALLET, *(str(number) for number in range(100)))
    pace.work(60)
    # A slow machine takes some seconds more than those that were waited; at the pace of the key they would be 140.
    assert 15 <= sandbox.count(CHECK) - before <= 50
    assert sandbox.count(WALLET) == 100
    assert Budget.objects.get().learnt_per_minute is None


def test_the_full_pace_is_tried_again_after_an_hour(world: World, sandbox: Control, pace: Pace) -> None:
    called("search", 21)
    pauses.note_throttled(Throttled(CHECK, 30))
    pace.wait(HOUR - 60)
    ask(world.acme, AVAILABILITY, *names(100))
    pace.work(30)
    assert sandbox.count(CHECK) <= 12
    pace.work(31)
    before = sandbox.count(CHECK)
    pace.work(10)
    assert sandbox.count(CHECK) - before >= 35


@pytest.mark.parametrize(("calls", "learnt"), [(0, None), (6, None), (7, 6), (200, 199)])
def test_no_group_learns_to_crawl(db: None, calls: int, learnt: int | None) -> None:
    called("search", calls)
    pauses.note_throttled(Throttled(CHECK, 30))
    assert GroupPace.objects.get().learnt_per_minute == learnt


def test_a_quota_that_strikes_again_and_again_teaches_no_less_each_time(
    world: World, sandbox: Control, pace: Pace
) -> None:
    called("search", 41)
    sandbox.fault(CHECK, "throttle", times=3, retry_after=5)
    ask(world.acme, AVAILABILITY, *names(10))
    pauses.note_throttled(Throttled(CHECK, 5))
    pace.work(50)
    assert GroupPace.objects.get().learnt_per_minute == 40


def test_a_short_wait_teaches_nothing(db: None) -> None:
    called("search", 200)
    pauses.note_throttled(Throttled(CHECK, 2))
    assert GroupPace.objects.get().learnt_per_minute is None


def test_what_was_the_keys_is_no_pace_of_its_groups(db: None) -> None:
    called("search", 100)
    called("reads", 100)
    pauses.note_throttled(Throttled(CHECK, 30))
    pauses.note_throttled(Throttled("get_order", 29))
    assert paces.learnt() == []
    assert Budget.objects.get().learnt_per_minute is not None


def test_staff_read_the_pace_and_until_when(db: None) -> None:
    called("search", 21)
    pauses.note_throttled(Throttled(CHECK, 30))
    (learnt,) = paces.learnt()
    assert (learnt.group, learnt.per_minute) == ("search", 20)
    told = [row.why for row in upstream_state.paused_calls().content["rows"]]
    assert any("20 calls a minute" in why for why in told)


def test_a_reader_waits_for_the_pace_of_its_group(world: World, sandbox: Control, pace: Pace) -> None:
    called("wallet", 11)
    pauses.note_throttled(Throttled(WALLET, 5))
    pace.wait(61)
    with client_for_reading() as client:
        for _ in range(5):
            client.wallet.get()
    assert 20 < pace.seconds - 61 < 35


@pytest.mark.parametrize("retry_after", [1, 2, 30])
def test_a_throttled_second_call_is_no_try_and_the_first_is_not_made_for_ever(
    world: World, sandbox: Control, pace: Pace, retry_after: int
) -> None:
    sandbox.fault(WALLET, "throttle", times=1000, retry_after=retry_after)
    with scope(world.acme.pk):
        row = place(customer=world.acme, kind=TWO_CALLS, key="one", priority=Operation.Priority.EDIT)
    for _minute in range(60):
        pace.work(60)
    with staff_scope("test"):
        row.refresh_from_db()
    assert (row.state, row.attempts) == (State.WAITING, 0)
    assert sandbox.count("list_users") < 30
    sandbox.heal()
    pace.work(600)
    with staff_scope("test"):
        row.refresh_from_db()
    assert row.state == State.DONE


def test_many_workers_share_the_pace_of_a_group(committed: Shop) -> None:
    called("search", 21)
    paces.learn("search")
    GroupPace.objects.update(next_at=Now())
    outcomes = together(lambda _number: paces.take("search"), times=6)
    assert [each == 0.0 for each in outcomes].count(True) == 1
