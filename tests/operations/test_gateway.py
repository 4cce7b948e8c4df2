"""The one gateway: no call within a transaction, no change without an operation, and nobody else calls."""

import ast
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from accounts.tenancy import scope, staff_scope
from reseller_portal.operations import budget
from reseller_portal.operations.gateway import (
    CallWithinTransaction,
    WriteWithoutOperation,
    client_for_one_call,
    client_for_reading,
)
from reseller_portal.sandbox.control import Control
from tests.world import World

APPS = ("accounts", "billing", "domains", "mailboxes", "mirror", "reseller_portal")
# Who may open each of the two, and who may make a client of another kind at all.
MAY = {
    "client_for_one_call": {"reseller_portal/operations/engine.py"},
    "client_for_reading": {"billing/services/wallet.py", "mirror/walking.py"},
    "client_of_somebody_else": {"mailboxes/demo_outside.py", "mailboxes/demo_past.py"},
    "Client": {"reseller_portal/operations/gateway.py", "reseller_portal/upstream/cli/run.py"},
}  # fmt: skip


def test_no_call_is_made_within_a_scope(world: World, sandbox: Control) -> None:
    for opened in (partial(client_for_one_call, budget.take()), client_for_reading):
        with scope(world.acme.pk), opened() as client, pytest.raises(CallWithinTransaction):
            client.wallet.get()
        with opened() as client, staff_scope("test"), pytest.raises(CallWithinTransaction):
            client.wallet.get()
    assert sandbox.calls() == []


def test_a_client_for_reading_changes_nothing(world: World, sandbox: Control) -> None:
    with client_for_reading() as client:
        client.wallet.get()
        with pytest.raises(WriteWithoutOperation):
            client.subscriptions.cancel("KPACMW5MWT6TB27M6HWXGDTP42KP")
    assert sandbox.calls() == [("get_wallet", 200)]


def sources() -> dict[str, str]:
    root = Path(settings.BASE_DIR)
    found = [path for app in APPS for path in (root / app).rglob("*.py")]
    return {str(path.relative_to(root)): path.read_text() for path in found if "sandbox" not in path.parts}


def callers_of(name: str, files: dict[str, str]) -> set[str]:
    return {
        path
        for path, text in files.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    }


@pytest.mark.parametrize("name", MAY)
def test_nobody_else_opens_a_client(name: str) -> None:
    assert callers_of(name, sources()) <= MAY[name]


def test_the_engine_and_the_readers_do() -> None:
    """Otherwise the names would be wrong, and the test above would find nothing for ever."""
    assert callers_of("client_for_one_call", sources()) == {"reseller_portal/operations/engine.py"}
    assert callers_of("client_for_reading", sources()) == {"billing/services/wallet.py", "mirror/walking.py"}


def test_a_client_that_is_opened_elsewhere_is_found() -> None:
    planted = {"domains/views/listing.py": "def page():\n    with client_for_one_call() as client:\n        pass\n"}
    assert callers_of("client_for_one_call", planted) == {"domains/views/listing.py"}
