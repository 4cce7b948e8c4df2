"""The client in front of the sandbox, in a world where a good answer to every operation is possible."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.serving import operation_names
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.domains import Domain
from reseller_portal.upstream.models.mailboxes import Mailbox
from reseller_portal.upstream.models.subscriptions import Subscription
from tests.sandbox.known import IVO, MAILBOXES, REACH, SUBSCRIPTIONS, make_known_world
from tests.wire import sandbox_session

BASE = "http://sandbox.invalid/api/v1/integration"
OPERATIONS = sorted(operation_names(), key=len, reverse=True)


@dataclass(frozen=True)
class Bench:
    """The client, the hand on the sandbox, and short ways to what the first customer owns there."""

    client: Client
    control: Control

    def domain(self, name: str = REACH) -> Domain:
        return self.client.domains.get(IVO, name)

    def mailbox(self, mailbox_id: str = MAILBOXES[0]) -> Mailbox:
        return self.client.mailboxes.get(mailbox_id)

    def subscription(self, subscription_id: str = SUBSCRIPTIONS[0]) -> Subscription:
        (found,) = self.client.subscriptions.list(subscription_id=subscription_id).items
        return found

    def spent_minor(self) -> int:
        return -sum(amount for amount, _reason in self.control.movements())

    def events(self) -> list[str]:
        return [letter.name for letter in self.control.all_letters()]


def operation_of(test: str) -> str:
    """The operation that a test is named after, or "" for one that is about something else."""
    named = re.sub(r"^test_|\[.*", "", test)
    return next((name for name in OPERATIONS if named == name or named.startswith(f"{name}_")), "")


@pytest.fixture
def bench(sandbox: Control, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A test named after an operation must have called it, and been told yes."""
    make_known_world()
    yield Bench(Client(BASE, "sandbox-key", session=sandbox_session()), sandbox)
    name = operation_of(request.node.name)
    assert not name or sandbox.count(name, effective=True), f"{name} was not called"


def changed(after: Any, before: Any) -> dict[str, Any]:
    """The fields in which two dataclasses differ, as they are after."""
    return {key: value for key, value in vars(after).items() if vars(before)[key] != value}
