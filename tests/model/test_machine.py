"""Client and sandbox against the books: whatever happens in whatever order, the three never disagree."""

import os
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from reseller_portal.sandbox import catalogue
from reseller_portal.sandbox.control import Control
from tests.model.machine import Machine
from tests.shop import Shop

PARTS = 4
STEPS = int(os.environ.get("STEPS", "2000"))
RUN = 50


# What the first part alone must have seen at least, else it proved little.
MUST_REACH = {
    *(f"domain {state}" for state in ("PENDING", "ACTIVE", "RENEWING", "GRACE_PERIOD", "EXPIRED")),
    *(f"subscription {state}" for state in ("ACTIVE", "RENEWING", "PAST_DUE", "EXPIRED", "CANCELLED")),
    *(f"order {state}" for state in ("PENDING", "PAID", "FAILED", "PARTIAL_REFUND")),
}


def run(part: int, steps: int) -> None:
    """So many steps at least, the same ones each time. Hypothesis cuts some runs short; others take their place."""
    Machine.steps.clear()
    Machine.reached.clear()
    for again in count():
        missing = steps - Machine.steps["all"]
        if missing <= 0:
            return
        options = settings(
            max_examples=-(-missing // RUN), stateful_step_count=RUN, deadline=None, database=None,
            phases=[Phase.generate], report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        machine = type(f"Machine{part}", (Machine,), {})
        run_state_machine_as_test(seed(part + again * PARTS)(machine), settings=options)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(PARTS))
def test_the_books_the_client_and_the_sandbox_never_disagree(committed: Shop, part: int) -> None:
    """Committed: in one long transaction every row that was ever written would slow each look."""
    run(part, STEPS // PARTS)
    assert Machine.steps["all"] >= STEPS // PARTS
    assert part > 0 or Machine.reached >= MUST_REACH


@pytest.mark.timeout(600)
def test_a_sandbox_that_charges_otherwise_is_noticed(sandbox: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MAILBOX_PRICE_MINOR", 301)
    with pytest.raises(AssertionError):
        run(0, 100)
