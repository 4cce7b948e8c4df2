"""A sandbox, a client and the books, which are compared after each step: what the machine is built on."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from reseller_portal.sandbox import models as kept
from reseller_portal.sandbox.control import Control
from reseller_portal.upstream.client import Client
from tests.client.test_users import DRAFT
from tests.model.books import GONE, START, Books
from tests.wire import sandbox_session

BEGIN = datetime(2026, 1, 31, 10, tzinfo=UTC)
BASE = "http://sandbox.invalid/api/v1/integration"
EYES = 10


class Compared(RuleBasedStateMachine):
    steps: ClassVar[Counter[str]] = Counter()
    reached: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.control = Control()
        self.control.reset()
        self.control.freeze()
        self.client = Client(BASE, "sandbox-key", session=sandbox_session())
        self.user = self.client.users.create(DRAFT).id
        # A day that many months do not have, whatever day it is today.
        kept.World.objects.update(sim_from=BEGIN)
        self.books = Books(now=BEGIN)

    @invariant()
    def the_sandbox_agrees(self) -> None:
        self.steps["all"] += 1
        movements = [amount for amount, _reason in self.control.movements()]
        assert START + sum(movements) == self.control.wallet_minor() == self.books.wallet >= 0
        assert movements == self.books.movements
        domains = kept.Domain.objects.exclude(status__in=GONE).values_list("name", "status", "expires_at", "auto_renew")
        assert sorted(domains, key=str) == sorted(self.our_domains(), key=str)
        boxes = kept.Mailbox.objects.exclude(status__in=GONE).values_list("email", "status", "subscription__period_end")
        assert sorted(boxes, key=str) == sorted(self.our_mailboxes(), key=str)
        fields = ("domain__name", "status", "auto_renew", "period_start", "period_end", "price_minor")
        assert sorted(kept.Subscription.objects.values_list(*fields)) == sorted(self.our_subscriptions())
        orders = dict(kept.Order.objects.values_list("id", "status"))
        assert all(orders[each.id] == each.status for each in self.books.orders)
        self.reached.update(f"domain {each.status}" for each in self.books.living())
        self.reached.update(f"subscription {each.status}" for each in self.books.subscriptions)
        self.reached.update(f"order {each.status}" for each in self.books.orders)

    def our_domains(self) -> list[tuple[Any, ...]]:
        return [(each.name, each.status, each.expires, each.auto_renew) for each in self.books.living()]

    def our_mailboxes(self) -> list[tuple[Any, ...]]:
        boxes = self.books.boxes()
        return [(each.address, each.status, each.subscription.end if each.subscription else None) for each in boxes]

    def our_subscriptions(self) -> list[tuple[Any, ...]]:
        return [
            (each.domain.name, each.status, each.auto_renew, each.start, each.end, each.price)
            for each in self.books.subscriptions
        ]

    @invariant()
    def the_client_agrees(self) -> None:
        if self.steps["all"] % EYES == 0:
            self.look()

    def teardown(self) -> None:
        self.look()

    def look(self) -> None:
        """At everything, by the client."""
        assert int(self.client.wallet.get().balance * 100) == self.books.wallet
        domains = [
            (each.name, each.status, each.expires_at, each.auto_renew) for each in self.client.domains.all(self.user)
        ]
        assert sorted(domains, key=str) == sorted(self.our_domains(), key=str)
        boxes = [(each.address, each.status, each.expires_at) for each in self.client.mailboxes.all(self.user)]
        assert sorted(boxes, key=str) == sorted(self.our_mailboxes(), key=str)
        subscriptions = list(self.client.subscriptions.all())
        assert sorted(
            (each.domain, each.status, each.auto_renew, each.period_started_at, each.period_ends_at,
             int(each.price_per_mailbox * 100)) for each in subscriptions
        ) == sorted(self.our_subscriptions())  # fmt: skip
        quantities = {each.id: each.mailbox_quantity for each in subscriptions}
        for subscription in self.books.subscriptions:
            if subscription.id:
                assert quantities[subscription.id] == len(self.books.paid_by(subscription))
        for order in self.books.orders[-3:]:
            assert self.client.orders.status(self.user, order.id).status == order.status
