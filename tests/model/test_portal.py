"""The portal, whatever happens to it in whatever order, ends with books that agree."""

import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from reseller_portal.sandbox import events
from reseller_portal.sandbox.control import Control
from tests.model.portal import PortalMachine
from tests.shop import Shop
from tests.world import make_world

RUNS = int(os.environ.get("PORTAL_RUNS", "6"))
STEPS = 25
SEED = int(os.environ.get("SEED", "1"))
MUST_REACH = {"killed", "order delivered"}


class Undo(Exception):
    """Ends a run: nothing of it stays."""


def fresh_shop() -> Shop:
    control = Control()
    control.reset()
    control.freeze()
    return Shop(make_world(), control)


@pytest.fixture
def machine() -> type[PortalMachine]:
    class Machine(PortalMachine):
        """Each run in a savepoint of its own."""

        def __init__(self) -> None:
            self.blocks = [transaction.atomic(), transaction.atomic(using="sandbox")]
            for block in self.blocks:
                block.__enter__()
            super().__init__()

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                for block in reversed(self.blocks):
                    block.__exit__(Undo, Undo(), None)

    Machine.make_shop = staticmethod(fresh_shop)
    return Machine


def run(machine: type[PortalMachine], runs: int) -> None:
    PortalMachine.steps.clear()
    PortalMachine.reached.clear()
    options = settings(
        max_examples=runs, stateful_step_count=STEPS, deadline=None, database=None, phases=[Phase.generate],
        report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(seed(SEED)(machine), settings=options)


@pytest.mark.timeout(7200)
@pytest.mark.django_db(databases=["default", "sandbox"])
def test_whatever_happens_the_portal_ends_with_books_that_agree(machine: type[PortalMachine]) -> None:
    run(machine, RUNS)
    assert PortalMachine.steps["rest"] >= RUNS, "every run comes to rest, and the oracle is asked"
    assert PortalMachine.reached >= MUST_REACH, (PortalMachine.reached, PortalMachine.steps)


@pytest.mark.timeout(600)
@pytest.mark.django_db(databases=["default", "sandbox"])
def test_a_price_that_is_told_otherwise_than_it_was_paid_is_noticed(
    machine: type[PortalMachine], monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = events.domain_facts
    monkeypatch.setattr(events, "domain_facts", lambda domain: {**paid(domain), "price": 1.0})
    with pytest.raises(AssertionError):
        run(machine, 3)
