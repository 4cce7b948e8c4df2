"""A machine that does at random what customers, staff, the upstream and the machines do, to the portal itself.

Whatever happened in whatever order: when all has come to rest, the oracle is asked. A worker dies at any
named point, and another one goes on.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import ClassVar

from django.conf import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from accounts.actors import portal_actor
from accounts.tenancy import scope, staff_scope
from billing import ledger
from billing.models import Order, Quote
from reseller_portal.core.errors import DomainError
from reseller_portal.operations import budget, circuit, engine
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox.control import Letter
from tests import oracle
from tests.flow.killing import Killed, reaping
from tests.shop import Shop

NAMES = [*(f"name{number}.com" for number in range(12)), "unlucky.com", "conflict.com", "taken.com"]
USERS = (("ann", "Ann", "Ferro"), ("bob", "Bob", "Haas"))
OPERATIONS = ("create_user", "create_order", "process_order", "get_order", "get_wallet", "suggest_domains", "*")
KINDS = ("lose_answer", "error_before", "error_after", "throttle", "hang", "truncate", "html")
LEASE_OVER = 130
names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True)
which = st.integers(0, 1_000)


class PortalMachine(RuleBasedStateMachine):
    """`shop` is set by the test; each run begins in a world of its own."""

    make_shop: ClassVar[Callable[[], Shop]]
    steps: ClassVar[Counter[str]] = Counter()
    reached: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.shop = type(self).make_shop()
        self.quotes: list[Quote] = []
        self.letters: list[Letter] = []
        self.credits = 0

    def count(self, what: str) -> None:
        self.steps[what] += 1
        self.steps["all"] += 1

    # What customers and staff do

    @rule(wished=names)
    def ask_for_a_quote(self, wished: list[str]) -> None:
        self.count("quote")
        self.quotes.append(self.shop.ask_for_quote(*wished, names=USERS))

    @initialize(wished=names)
    def begin_with_an_order(self, wished: list[str]) -> None:
        self.buy(wished)

    @rule(wished=names)
    def buy(self, wished: list[str]) -> None:
        """A quote that is ready, and paid for at once: what most orders are like."""
        self.ask_for_a_quote(wished)
        self.shop.work()
        self.confirm(len(self.quotes) - 1)

    @precondition(lambda self: self.quotes)
    @rule(number=which)
    def confirm(self, number: int) -> None:
        """What a rule of the business refuses is refused; nothing else may be raised."""
        self.count("confirm")
        try:
            self.shop.confirm(self.quotes[number % len(self.quotes)])
        except DomainError as refused:
            self.reached.add(f"refused: {type(refused).__name__}")

    @rule(dollars=st.integers(1, 300))
    def top_up(self, dollars: int) -> None:
        self.count("top up")
        self.credits += 1
        customer = self.shop.customer
        with scope(customer.pk):
            ledger.credit(
                actor=portal_actor(customer), amount_minor=dollars * 100, reference=f"bank {self.credits}",
                description="Top-up",
            )  # fmt: skip

    @rule(dollars=st.integers(0, 200))
    def fill_the_wallet(self, dollars: int) -> None:
        self.count("wallet")
        self.shop.sandbox.add_to_wallet(dollars)

    # What goes wrong

    @rule(operation=st.sampled_from(OPERATIONS), kind=st.sampled_from(KINDS), times=st.integers(1, 2))
    def go_wrong(self, operation: str, kind: str, times: int) -> None:
        self.count(f"fault {kind}")
        self.shop.sandbox.fault(operation, kind, times=times)

    @rule(at=st.integers(1, 12))
    def a_worker_dies(self, at: int) -> None:
        self.count("killed")
        try:
            with reaping(at):
                self.shop.work()
        except Killed:
            self.reached.add("killed")

    # What the machines do

    @rule(calls=st.integers(1, 6))
    def work_a_little(self, calls: int) -> None:
        self.count("work")
        for _ in range(calls):
            with suppress(budget.NoneLeft, circuit.Open):
                engine.run_one()

    @rule(seconds=st.sampled_from([1, 5, 30, 600]))
    def let_time_pass(self, seconds: int) -> None:
        self.count("time")
        self.shop.sandbox.advance(seconds)
        self.shop.pass_time(seconds)

    @rule(seed=which, way=st.sampled_from(["in order", "shuffled", "doubled", "lost"]))
    def events_arrive(self, seed: int, way: str) -> None:
        self.count(f"events {way}")
        letters = self.shop.sandbox.pending_letters()
        if way == "shuffled":
            Random(seed).shuffle(letters)  # no secret
        if way == "doubled":
            letters = [*letters, *letters]
        if way == "lost":
            self.shop.sandbox.mark_delivered(letters)
            self.letters += letters
            return
        self.shop.deliver_events(letters)

    # What must hold

    @rule()
    def come_to_rest(self) -> None:
        """Faults end, the silence gets long, lost events are sent once more as the vendor's panel can."""
        self.count("rest")
        shop = self.shop
        shop.sandbox.heal()
        shop.sandbox.add_to_wallet(500)
        shop.pass_time(LEASE_OVER)
        for _ in range(3):
            shop.finish()
            shop.pass_time(settings.UPSTREAM_SILENCE_SECONDS + 1)
        shop.deliver_events(self.letters)
        shop.finish()
        oracle.ask(shop.sandbox)
        with staff_scope("test: look at the orders"):
            self.reached.update(f"order {each}" for each in Order.objects.values_list("state", flat=True))
            stuck = Operation.objects.exclude(state__in=["done", "failed", "needs_person"])
            assert not stuck.exists(), list(stuck.values_list("kind", "state", "last_error"))

    def teardown(self) -> None:
        self.come_to_rest()
