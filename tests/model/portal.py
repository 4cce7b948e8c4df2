"""A machine that does at random what customers, staff, the upstream and two workers do, to the portal itself.

Whatever happened in whatever order, at the pace that the key allows: when all has come to rest, the oracle is asked,
and what has not ended stands in the list of staff with a button that ends it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from django.conf import settings
from django.core.cache import cache
from django.test import Client
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from accounts.actors import portal_actor
from accounts.tenancy import scope, staff_scope
from billing import ledger
from billing.models import Order, Quote
from billing.services.deciding import operations_of
from domains.models import Domain
from domains.services.refreshing import refresh_domain
from mirror import surveys, walking
from reseller_portal.core.errors import DomainError
from reseller_portal.operations import circuit, engine
from reseller_portal.operations.deciding import reopen, withdraw
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox.control import Letter
from reseller_portal.sandbox.models import Mailbox as SoldMailbox
from reseller_portal.sandbox.models import Subscription as SoldSubscription
from reseller_portal.webhooks.processing import process_due
from tests import oracle
from tests.mirror.account import Account
from tests.model import staff
from tests.model.clock import Clock
from tests.model.workers import Pair
from tests.operations.pace import paid
from tests.shop import Shop
from tests.world import World

NAMES = [*(f"name{number}.com" for number in range(12)), "unlucky.com", "conflict.com", "taken.com"]
USERS = (("ann", "Ann", "Ferro"), ("bob", "Bob", "Haas"))
OPERATIONS = (
    "create_user", "create_order", "process_order", "get_order", "get_wallet", "suggest_domains", "list_user_domains",
    "*",
)  # fmt: skip
KINDS = ("lose_answer", "error_before", "error_after", "throttle", "hang", "truncate", "html", "refuse")
FOR_EVER = 1_000_000
# What either worker may be about; calls most of all.
JOBS: tuple[Callable[[], object], ...] = (
    engine.run_one, engine.run_one, engine.run_one, lambda: process_due(1), walking.step,
)  # fmt: skip
QUIET = 180.0
names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True)
which = st.integers(0, 1_000)


@dataclass(frozen=True)
class Stage:
    """Made by the test for each run: a world with two customers, and a browser of somebody of the admin group."""

    world: World
    shop: Shop
    browser: Client

    @property
    def other_shop(self) -> Shop:
        """Of the other company, at the same upstream and for the same names."""
        world = replace(self.world, acme=self.world.initech, initech=self.world.acme, ada=self.world.ivy)
        return Shop(world, self.shop.sandbox, reference="start of the other")


class PortalMachine(RuleBasedStateMachine):
    """In half of the runs nobody outside the portal and none of its staff touch a thing: then all must fit exactly."""

    set_up: ClassVar[Callable[[], Stage]]
    steps: ClassVar[Counter[str]] = Counter()
    reached: ClassVar[set[str]] = set()
    claims: ClassVar[list[int]] = []

    def __init__(self) -> None:
        super().__init__()
        stage = type(self).set_up()
        self.browser, self.sandbox = stage.browser, stage.shop.sandbox
        self.shops = [stage.shop, stage.other_shop]
        self.clock = Clock(stage.shop)
        self.pair = Pair(self.clock.wait)
        self.quotes: list[tuple[Shop, Quote]] = []
        self.letters: list[Letter] = []
        self.credits = self.deaths = 0
        self.is_touched = False
        self.claims.clear()

    def count(self, what: str) -> None:
        self.steps[what] += 1
        self.steps["all"] += 1

    # What customers do

    @initialize(wished=names, is_touched=st.booleans(), seed=which)
    def begin_with_an_order(self, wished: list[str], is_touched: bool, seed: int) -> None:
        """In which one of two workers dies."""
        self.is_touched = is_touched
        self.buy(0, wished)
        self.ask_for_a_quote(1, NAMES[:3])
        self.two_workers(seed, 24)
        self.a_worker_dies(seed)

    @rule(who=which, wished=names)
    def ask_for_a_quote(self, who: int, wished: list[str]) -> None:
        self.count("quote")
        shop = self.shops[who % 2]
        with self.refusals():
            self.quotes.append((shop, shop.ask_for_quote(*wished, names=USERS)))

    @rule(who=which, wished=names)
    def buy(self, who: int, wished: list[str]) -> None:
        """A quote that is ready, and paid for at once: what most orders are like."""
        self.ask_for_a_quote(who, wished)
        self.work(30.0)
        self.confirm(len(self.quotes) - 1)

    @precondition(lambda self: self.quotes)
    @rule(number=which)
    def confirm(self, number: int) -> None:
        self.count("confirm")
        shop, quote = self.quotes[number % len(self.quotes)]
        with self.refusals():
            shop.confirm(quote)

    @rule(who=which, dollars=st.integers(1, 300))
    def top_up(self, who: int, dollars: int) -> None:
        self.count("top up")
        self.credits += 1
        customer, reference = self.shops[who % 2].customer, f"bank {self.credits}"
        with scope(customer.pk):
            ledger.credit(
                actor=portal_actor(customer), amount_minor=dollars * 100, reference=reference, description="Top-up"
            )

    @rule(number=which)
    def refresh(self, number: int) -> None:
        with staff_scope("test: domains"):
            found = list(Domain.objects.order_by("pk"))
        if not found:
            return
        self.count("refresh")
        domain = found[number % len(found)]
        cache.clear()
        for shop in self.shops:
            if shop.customer.pk == domain.customer_id:
                with scope(shop.customer.pk):
                    refresh_domain(actor=shop.actor, domain=domain)

    @rule(number=which)
    def withdraw(self, number: int) -> None:
        """An operation that still waits is taken back."""
        with staff_scope("test: operations"):
            waiting = list(Operation.objects.filter(state="waiting", lease="").order_by("pk"))
        if waiting and number % 5 == 0:
            self.count("withdraw")
            operation = waiting[number % len(waiting)]
            with scope(operation.customer_id):
                withdraw(operation)

    # What goes wrong

    @rule(
        operation=st.sampled_from(OPERATIONS), kind=st.sampled_from(KINDS), times=st.integers(1, 2),
        seconds=st.sampled_from([1, 30, 1800]),
    )  # fmt: skip
    def go_wrong(self, operation: str, kind: str, times: int, seconds: int) -> None:
        if kind == "refuse" and operation == "*":
            return
        self.count(f"fault {kind}")
        more = {"retry_after": seconds} if kind == "throttle" else {}
        self.sandbox.fault(operation, kind, times=times, **more)

    @rule(seconds=st.sampled_from([20, 600]))
    def the_key_is_revoked(self, seconds: int) -> None:
        """For so long; meanwhile everybody works on."""
        self.count("key revoked")
        self.sandbox.fault("*", "refuse", times=FOR_EVER, status=401, words="Invalid API Key")
        self.work(20.0)
        self.clock.wait(seconds)
        self.work(20.0)
        if circuit.current() is not None:
            self.reached.add("circuit open")
        self.sandbox.heal()

    @rule(dollars=st.integers(-150, 200))
    def move_the_wallet(self, dollars: int) -> None:
        self.count("wallet")
        left = self.sandbox.wallet_minor() // 100
        self.sandbox.set_wallet(max(0, min(left, 200 + dollars) if dollars < 0 else left + dollars))

    @precondition(lambda self: self.is_touched)
    @rule(number=which, is_whole=st.booleans())
    def vendor_removes(self, number: int, is_whole: bool) -> None:
        """In the vendor's own panel, at any moment of an order; no event tells."""
        if is_whole:
            found = SoldSubscription.objects.exclude(status__in=["CANCELLED", "EXPIRED"])
            if domains := sorted(found.values_list("domain__name", flat=True)):
                self.count("subscription cancelled at the vendor")
                self.sandbox.cancel_subscription(domains[number % len(domains)])
            return
        boxes = sorted(SoldMailbox.objects.exclude(status__in=["FAILED", "REMOVED"]).values_list("email", flat=True))
        if boxes:
            self.count("mailbox removed at the vendor")
            self.sandbox.remove_mailbox(boxes[number % len(boxes)])

    @rule(number=which)
    def a_worker_dies(self, number: int) -> None:
        worker = next((each for each in self.pair.workers[number % 2 :] if each.stands), self.pair.workers[0])
        if worker.stands:
            self.reached.add("killed")
            self.count("killed")
            self.reached.add(f"killed {worker.stands}")
            self.deaths += 1
            worker.die()

    # What staff do

    @precondition(lambda self: self.is_touched)
    @rule(number=which)
    def staff_decide(self, number: int) -> None:
        """The first button or the last, of whatever stands in their list."""
        if not (found := staff.cases()):
            return
        url = found[number % len(found)].url
        if verbs := staff.buttons(self.browser, url):
            verb = verbs[number % len(verbs)]
            self.count(f"staff: {verb}")
            staff.press(self.browser, url, verb)

    @precondition(lambda self: self.is_touched)
    @rule(is_dry=st.booleans(), name=st.sampled_from(["maya", "noor"]))
    def import_the_account(self, is_dry: bool, name: str) -> None:
        """With a user in it whom the portal has never heard of."""
        self.count("import")
        account = Account(self.sandbox)
        if not SoldMailbox.objects.filter(domain__name=f"{name}-own.com").exists():
            with suppress(AssertionError):  # a fault that waits for any call may strike this one
                account.user(name)
                account.buys(name, f"{name}-own.com")
        with self.refusals(), staff_scope("test: import"):
            surveys.begin_adoption(user=None, is_dry=is_dry)

    @rule()
    def sweep(self) -> None:
        self.count("sweep")
        with staff_scope("test: what is due"):
            surveys.begin_what_is_due()

    # What the workers do

    @rule(seed=which, turns=st.integers(5, 40))
    def two_workers(self, seed: int, turns: int) -> None:
        """In any order from point to point; where they stand afterwards they stand while others act."""
        self.count("two workers")
        random = Random(seed)  # no secret
        for _ in range(turns):
            self.pair.turn(random.randrange(2), random.choice(JOBS))
            if all(each.stands for each in self.pair.workers):
                self.reached.add("two at once")
        self.pair.leave_transactions()

    @rule(seconds=st.sampled_from([5.0, 30.0, 200.0]))
    def work(self, seconds: float) -> None:
        """One worker for so long, as the tasks do it."""
        self.count("work")
        self.clock.work(seconds)

    @rule(seconds=st.sampled_from([1, 5, 30, 600]))
    def let_time_pass(self, seconds: int) -> None:
        self.count("time")
        self.clock.wait(seconds)

    @rule(seed=which, way=st.sampled_from(["in order", "shuffled", "doubled", "lost", "later"]))
    def events_arrive(self, seed: int, way: str) -> None:
        self.count(f"events {way}")
        letters = self.sandbox.pending_letters()
        if way == "shuffled":
            Random(seed).shuffle(letters)  # no secret
        if way == "doubled":
            letters = [*letters, *letters]
        if way == "later":
            letters = letters[seed % 3 :]
        if way == "lost":
            self.sandbox.mark_delivered(letters)
            self.letters += letters
            return
        self.shops[0].deliver_events(letters)

    # What must hold

    def come_to_rest(self) -> None:
        """Faults end, the silence gets long, lost events are sent once more as the vendor's panel can."""
        self.count("rest")
        self.pair.finish()
        self.sandbox.heal()
        self.sandbox.add_to_wallet(1000)
        self.open_accounts_again()
        self.clock.wait(QUIET)
        for _ in range(3):
            self.let_all_happen()
            self.clock.wait(settings.UPSTREAM_SILENCE_SECONDS + 1)
        self.shops[0].deliver_events(self.letters)
        self.let_all_happen()
        self.ask_the_oracle()
        self.count_calls()

    def let_all_happen(self) -> None:
        for _ in range(4):
            self.work(QUIET)
            while walking.step():
                self.clock.wait(1.0)
            self.shops[0].deliver_events()

    def open_accounts_again(self) -> None:
        """What the upstream refused to open, once the contact record is corrected."""
        with staff_scope("test: refused accounts"):
            refused = list(Operation.objects.filter(kind="account.open", state="failed"))
        for operation in refused:
            with scope(operation.customer_id):
                reopen(operation)

    def ask_the_oracle(self) -> None:
        if self.is_touched:
            oracle.ask_in_between()
        else:
            oracle.ask(self.sandbox)
        with staff_scope("test: look at the orders"):
            orders = list(Order.objects.order_by("pk"))
            spins = Operation.objects.exclude(state__in=["done", "failed", "needs_person"]).filter(due_at__isnull=False)
            assert self.is_touched or not spins.exists(), list(spins.values_list("kind", "state", "last_error"))
        self.reached.update(f"order {each.state}" for each in orders)
        self.end_what_is_open([each for each in orders if not each.is_final])

    def end_what_is_open(self, orders: list[Order]) -> None:
        """Each order that has not ended is behind something in the list of staff, and has a button that ends it."""
        listed = {case.subject.pk for case in staff.cases() if isinstance(case.subject, Operation)}
        for order in orders:
            self.reached.add("order ended by staff")
            with staff_scope("test: what an order waits for"):
                behind = {each.pk for each in operations_of(order)}
                is_asked = order.parts.filter(price_asked_at__isnull=False).exists()
            assert behind & listed or is_asked, f"{order} waits, and nobody is told"
            staff.press(self.browser, staff.page_of(order), "failed")
            with staff_scope("test: an order that staff ended"):
                assert Order.objects.get(pk=order.pk).is_final, order
        oracle.ask_in_between()

    def count_calls(self) -> None:
        """A second holds no more calls than the upstream allows, and none is paid for that is not made."""
        made = len(self.clock.calls)
        assert self.clock.most_calls_within(1.0) <= 5 + len(self.pair.workers)
        assert made <= settings.UPSTREAM_CALLS_PER_SECOND * self.clock.seconds + 5
        assert paid() <= 1.1 * made + 2 * self.deaths + 2, (paid(), made, self.deaths)
        assert len(self.claims) <= 2 * made + 3 * self.deaths + 20, (len(self.claims), made)

    def teardown(self) -> None:
        try:
            self.come_to_rest()
        finally:
            self.pair.leave()

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """What a rule of the business refuses is refused; nothing else may be raised."""
        try:
            yield
        except DomainError as refused:
            self.reached.add(f"refused: {type(refused).__name__}")
