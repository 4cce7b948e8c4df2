"""Client and sandbox against the books: whatever happens in whatever order, the three never disagree."""

import os
from collections.abc import Set
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from reseller_portal.sandbox import catalogue
from reseller_portal.sandbox.control import Control
from tests.model.machine import Machine
from tests.shop import Shop

PARTS = 4
STEPS = int(os.environ.get("STEPS", "500"))
# Other numbers make other stories: `SEED=7 STEPS=2000`.
SEED = int(os.environ.get("SEED", "0"))
RUN = 50
MORE = 20
# The first run of a seed is always the simplest one, so more of them are asked for.
FRESH = 4


# What the first part alone must have seen at least, else it proved little.
MUST_REACH = {
    *(f"domain {state}" for state in ("PENDING", "ACTIVE", "RENEWING", "GRACE_PERIOD", "EXPIRED")),
    *(f"subscription {state}" for state in ("ACTIVE", "RENEWING", "PAST_DUE", "EXPIRED", "CANCELLED")),
    *(f"order {state}" for state in ("PENDING", "PAID", "FAILED", "PARTIAL_REFUND")),
}


def run(part: int, steps: int, must_reach: Set[str] = frozenset()) -> None:
    """So many steps at least. Hypothesis cuts some runs short, and others take their place.

    What it draws depends on its seed and on the constants of the modules that are loaded, so a state that is seen today
    may want some more runs tomorrow: `MORE` of them, and no more.
    """
    Machine.steps.clear()
    Machine.reached.clear()
    for again in count():
        missing = steps - Machine.steps["all"]
        if missing <= 0 and (Machine.reached >= must_reach or Machine.steps["all"] >= MORE * steps):
            return
        options = settings(
            max_examples=max(-(-missing // RUN), FRESH), stateful_step_count=RUN, deadline=None, database=None,
            phases=[Phase.generate], report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        machine = type(f"Machine{part}", (Machine,), {})
        run_state_machine_as_test(seed(SEED * 1000 + part + again * PARTS)(machine), settings=options)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(PARTS))
def test_the_books_the_client_and_the_sandbox_never_disagree(committed: Shop, part: int) -> None:
    """Committed: in one long transaction every row that was ever written would slow each look."""
    must_reach = MUST_REACH if part == 0 else set()
    run(part, STEPS // PARTS, must_reach)
    assert Machine.steps["all"] >= STEPS // PARTS
    assert Machine.reached >= must_reach


@pytest.mark.timeout(600)
def test_a_sandbox_that_charges_otherwise_is_noticed(sandbox: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MAILBOX_PRICE_MINOR", 301)
    with pytest.raises(AssertionError):
        run(0, 100)
