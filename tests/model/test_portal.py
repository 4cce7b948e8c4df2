"""The portal, whatever happens to it in whatever order, ends with books that agree."""

import os
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from kombu.transport.memory import Channel
from pytest_django import Settings

from reseller_portal.operations import budget, circuit, engine, gateway
from reseller_portal.operations.claiming import Claim, claim_next, claim_without_call
from reseller_portal.sandbox import events
from reseller_portal.sandbox.control import Control
from tests import databases
from tests.accounts.staff import browser_of, make_admin
from tests.conftest import KEPT_TABLES
from tests.model.clock import Clock
from tests.model.portal import PortalMachine, Stage
from tests.shop import Shop
from tests.world import make_world

RUNS = int(os.environ.get("PORTAL_RUNS", "3"))
STEPS = 25
SEED = int(os.environ.get("SEED", "1"))
MUST_REACH = {"two at once", "killed", "order delivered"}


def fresh_stage() -> Stage:
    """Committed, so that two workers see the same."""
    databases.clear(keep=KEPT_TABLES)
    cache.clear()
    Channel.queues.clear()
    control = Control()
    control.reset()
    control.freeze()
    world = make_world()
    return Stage(world, Shop(world, control), browser_of(make_admin()))


@pytest.fixture
def machine(committed: Shop, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[PortalMachine]]:
    """Whoever would sleep waits in the machine's own time; every claim and every call is noted."""

    class Machine(PortalMachine):
        set_up = staticmethod(fresh_stage)

        def __init__(self) -> None:
            super().__init__()
            monkeypatch.setattr(budget, "sleep", self.pair.sleep)

    def noted(found: Claim | None) -> Claim | None:
        if found is not None:
            Machine.claims.append(found.operation.pk)
        return found

    settings.UPSTREAM_CALLS_PER_SECOND = 4
    settings.UPSTREAM_SESSION = "tests.model.clock.counted_session"
    monkeypatch.delattr(gateway._kept, "session", raising=False)
    monkeypatch.setattr(circuit._proof, "answered_at", float("-inf"))
    monkeypatch.setattr(engine, "claim_next", lambda: noted(claim_next()))
    monkeypatch.setattr(engine, "claim_without_call", lambda: noted(claim_without_call()))
    yield Machine
    Clock.current = None


def run(machine: type[PortalMachine], runs: int) -> None:
    PortalMachine.steps.clear()
    PortalMachine.reached.clear()
    options = settings(
        max_examples=runs, stateful_step_count=STEPS, deadline=None, database=None, phases=[Phase.generate],
        report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(seed(SEED)(machine), settings=options)


@pytest.mark.timeout(7200)
def test_whatever_happens_the_portal_ends_with_books_that_agree(machine: type[PortalMachine]) -> None:
    run(machine, RUNS)
    assert PortalMachine.steps["rest"] >= RUNS, "every run comes to rest, and the oracle is asked"
    assert PortalMachine.reached >= MUST_REACH, (PortalMachine.reached, PortalMachine.steps)


@pytest.mark.timeout(600)
def test_a_price_that_is_told_otherwise_than_it_was_paid_is_noticed(
    machine: type[PortalMachine], monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = events.domain_facts
    monkeypatch.setattr(events, "domain_facts", lambda domain: {**paid(domain), "price": 1.0})
    story = machine()
    story.begin_with_an_order(wished=["name0.com"], is_touched=False, seed=1)
    with pytest.raises(AssertionError):
        story.teardown()
