"""A limit belongs to what it limits: a throttled search stops searches, and nothing else."""

from contextlib import suppress

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.tenancy import staff_scope
from billing.availability import AVAILABILITY, SUGGESTIONS
from billing.services.wallet import read_wallet
from reseller_portal.operations import budget, gateway, pauses, registry
from reseller_portal.operations.gateway import client_for_reading
from reseller_portal.operations.models import Budget, Operation, Pause
from reseller_portal.operations.registry import Happened, Lookup, Sent
from reseller_portal.sandbox.control import Control
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Throttled
from tests.operations.pace import Pace, ask, at_the_real_pace, paid
from tests.world import World

State = Operation.State
WALLET = "test.wallet"


class AskWallet(Lookup):
    def send(self, operation: Operation, client: Client) -> Sent:
        return Happened({"balance": str(client.wallet.get().balance)})


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch, settings: Settings, sandbox: Control) -> Pace:
    monkeypatch.setitem(registry._handlers, WALLET, AskWallet())
    return at_the_real_pace(monkeypatch, settings)


def states(kind: str) -> set[str]:
    with staff_scope("test"):
        return set(Operation.objects.filter(kind=kind).values_list("state", flat=True))


def test_a_throttled_search_stops_nothing_else_of_anybody(world: World, sandbox: Control, pace: Pace) -> None:
    sandbox.fault("suggest_domains", "throttle", retry_after=1800)
    ask(world.acme, SUGGESTIONS, "coffee")
    pace.work(1)
    ask(world.initech, WALLET, "one")
    pace.work(1)
    assert states(WALLET) == {State.DONE}
    assert states(SUGGESTIONS) == {State.WAITING}


def test_it_is_tried_again_within_a_minute_whatever_the_upstream_says(
    world: World, sandbox: Control, pace: Pace
) -> None:
    sandbox.fault("suggest_domains", "throttle", retry_after=3600)
    ask(world.acme, SUGGESTIONS, "coffee")
    pace.work(50)
    assert sandbox.count("suggest_domains") == 1
    pace.work(20)
    assert states(SUGGESTIONS) == {State.DONE}


def test_many_throttled_questions_make_one_call_a_minute_and_one_claim_each_at_most(
    world: World, sandbox: Control, pace: Pace
) -> None:
    sandbox.fault("check_domain_availability", "throttle", times=1000, retry_after=1800)
    ask(world.acme, AVAILABILITY, *(f"name{number}.com" for number in range(100)))
    pace.work(600)
    assert sandbox.count("check_domain_availability") <= 13
    assert len(pace.claims) <= 13
    assert paid() == sandbox.count("check_domain_availability")


def test_a_throttled_call_is_no_try(world: World, sandbox: Control, pace: Pace) -> None:
    sandbox.fault("suggest_domains", "throttle", times=25, retry_after=30)
    ask(world.acme, SUGGESTIONS, "coffee")
    pace.work(1000)
    assert states(SUGGESTIONS) == {State.DONE}


def test_a_short_wait_of_one_group_is_short_and_nobody_elses(world: World, sandbox: Control, pace: Pace) -> None:
    sandbox.fault("suggest_domains", "throttle", retry_after=2)
    ask(world.acme, SUGGESTIONS, "coffee")
    pace.work(0.1)
    ask(world.initech, WALLET, "one")
    pace.work(1.5)
    assert (states(WALLET), states(SUGGESTIONS)) == ({State.DONE}, {State.WAITING})
    pace.work(2)
    assert states(SUGGESTIONS) == {State.DONE}


def test_short_waits_of_two_groups_are_everybodys(world: World, db: None) -> None:
    pauses.note_throttled(Throttled("suggest_domains", 2))
    assert budget.take(), "it may be a limit of searches"
    pauses.note_throttled(Throttled("get_order", 2))
    with pytest.raises(budget.NoneLeft) as none_left:
        budget.take()
    assert 1 < none_left.value.seconds <= 2


def test_a_pause_of_another_nature_makes_no_limit_the_keys(db: None) -> None:
    """A route that the upstream does not know is shown as paused for an hour."""
    pauses.pause("get_order", "get_order", "It is not known.", seconds=3600)
    Budget.objects.update(calls_of_minute=200, minute_at=Now())
    pauses.note_throttled(Throttled("suggest_domains", 20))
    assert Budget.objects.get().learnt_per_minute is None


def test_a_quota_that_strikes_two_groups_is_the_keys_and_is_learnt(db: None) -> None:
    Budget.objects.update(calls_of_minute=200, minute_at=Now())
    pauses.note_throttled(Throttled("suggest_domains", 20))
    assert Budget.objects.get().learnt_per_minute is None, "a search may have a quota of its own"
    pauses.note_throttled(Throttled("get_order", 19))
    assert Budget.objects.get().learnt_per_minute in range(195, 201)


def test_staff_can_read_what_waits_why_and_until_when(db: None) -> None:
    pauses.note_throttled(Throttled("suggest_domains", 1800))
    (pause,) = pauses.current()
    assert (pause.group, pause.operation, pause.said_seconds) == ("search", "suggest_domains", 1800)
    assert 50 < pause.seconds <= 60


def test_a_call_that_waits_for_a_pause_gives_its_place_back(world: World, sandbox: Control, pace: Pace) -> None:
    """The group of the kind is not known beforehand, so it is claimed; the call is not made, and not paid."""
    pauses.note_throttled(Throttled("get_wallet", 30))
    ask(world.acme, WALLET, "one")
    pace.work(20)
    assert (paid(), sandbox.count("get_wallet")) == (0, 0)
    pace.work(40)
    assert states(WALLET) == {State.DONE}
    assert paid() == 1


def test_readers_outside_the_engine_keep_to_pauses(db: None) -> None:
    pauses.note_throttled(Throttled("get_wallet", 30))
    with pytest.raises(budget.NoneLeft):
        pauses.check("get_wallet")
    pauses.check("suggest_domains")


def test_whoever_is_throttled_it_is_noted_for_all(db: None, sandbox: Control) -> None:
    """The reading of the wallet, and the call that tells whether the upstream serves us."""
    for call in (read_wallet, gateway.probe):
        Pause.objects.all().delete()
        sandbox.fault("get_wallet", "throttle", retry_after=1800)
        with suppress(budget.NoneLeft):
            call()
        assert [pause.group for pause in pauses.current()] == ["wallet"]
        made = sandbox.count("get_wallet")
        with client_for_reading() as client, pytest.raises(pauses.Paused):
            client.wallet.get()
        assert sandbox.count("get_wallet") == made
