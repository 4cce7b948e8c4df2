"""A machine that does at random what a portal does, to the sandbox by the client and to the books, and compares."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from reseller_portal.upstream.errors import Refused, Unreachable
from reseller_portal.upstream.models import domains as sold
from reseller_portal.upstream.models.orders import DomainDraft, MailboxDraft, MailboxOrderDraft, OrderDraft
from tests.model.books import GONE, GRACE, RUNNING, Domain, Mailbox, Order, Subscription
from tests.model.compared import BEGIN, Compared

# From then on time passes by days only: each year of a dozen unpaid subscriptions is ten thousand tries to renew them.
OLD = BEGIN + timedelta(days=500)
NAMES = [*(f"name{number}.com" for number in range(12)), "unlucky.com", "conflict.com"]
USERS = ("ann", "bob", "cyd", "dee")
Found = TypeVar("Found")

names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True)
users = st.lists(st.sampled_from(USERS), min_size=1, max_size=3, unique=True)
which = st.integers(0, 1_000)
faults = st.sampled_from(["", "", "", "", "lose_answer", "error_before", "error_after"])


def boxes(chosen: Sequence[str]) -> list[MailboxDraft]:
    return [MailboxDraft(user, user.title(), "Ferro") for user in chosen]


class Machine(Compared):
    # What a call does, and what can be found out when nothing was answered

    def attempt(self, operation: str, fault: str, call: Callable[[], Any], *, refusal: int = 0) -> bool | None:
        """True when it took effect, False when it was refused, None when the answer was lost and only a look tells."""
        self.steps[f"{operation} {fault}".strip()] += 1
        if fault:
            self.control.fault(operation, fault)
        try:
            call()
        except Unreachable:
            assert fault
            return None
        except Refused as refused:
            if refused.status != refusal:
                raise
            return False
        assert not fault
        assert not refusal, f"{operation} should have been refused with {refusal}"
        return True

    def carry_out(
        self, operation: str, fault: str, call: Callable[[], Any], effect: Callable[[], Any],
        look: Callable[[], bool], *, refusal: int = 0,
    ) -> None:  # fmt: skip
        """After a lost answer the look that the contract names must tell the truth."""
        outcome = self.attempt(operation, fault, call, refusal=refusal)
        happened = not refusal and fault != "error_before"
        if outcome is None:
            assert look() == happened, f"the look after {operation} and {fault} does not tell"
        if happened:
            effect()

    def single_domains(self) -> list[Domain]:
        """Two orders of one name under way have twins for seconds, and a call that says the name could mean either."""
        living = self.books.living()
        names = Counter(each.name for each in living)
        return [each for each in living if names[each.name] == 1]

    def pick(self, number: int, found: Sequence[Found]) -> Found:
        return found[number % len(found)]

    def sold_domain(self, name: str) -> sold.Domain | None:
        return next((each for each in self.client.domains.all(self.user, contains=name) if each.name == name), None)

    def known(self, subscription: Subscription) -> Subscription:
        """The same with its id, which the upstream made."""
        if not subscription.id:
            found = self.client.subscriptions.all(domain=subscription.domain.name)
            (subscription.id,) = (
                each.id for each in found
                if (each.period_ends_at, each.status) == (subscription.end, subscription.status)
            )  # fmt: skip
        return subscription

    def subscription(self, subscription: Subscription) -> Any:
        (found,) = self.client.subscriptions.list(subscription_id=subscription.id).items
        return found

    # Orders

    @initialize(wished=names, chosen=users, auto_renew=st.booleans())
    def begin_with_something(self, wished: list[str], chosen: list[str], auto_renew: bool) -> None:
        self.buy(wished, chosen, auto_renew)
        self.buy(["name0.com"], ["ann"], auto_renew=True)

    @rule(wished=names, chosen=users, auto_renew=st.booleans())
    def buy(self, wished: list[str], chosen: list[str], auto_renew: bool) -> None:
        """All the way, with money enough: what most orders are like."""
        before = len(self.books.orders)
        self.top_up(100)
        self.draft(wished, chosen, 1, auto_renew, "")
        if len(self.books.orders) > before:
            self.process_one(self.books.orders[-1], "")
            self.pass_time(timedelta(minutes=1))

    @rule(wished=names, chosen=users, years=st.integers(1, 2), auto_renew=st.booleans(), fault=faults)
    def draft(self, wished: list[str], chosen: list[str], years: int, auto_renew: bool, fault: str) -> None:
        wished = [each for each in wished if each not in self.run_out_names()]
        if not wished:
            return
        drafts = [DomainDraft(each, years) for each in wished]
        wish = OrderDraft(drafts, {each: boxes(chosen) for each in wished}, "GOOGLE", auto_renew=auto_renew)
        made: list[Any] = []
        if self.attempt("create_order", fault, lambda: made.append(self.client.orders.create(self.user, wish))) is None:
            made.append(self.client.orders.create(self.user, wish))
        free = [each for each in wished if not self.books.is_taken(each)]
        assert sorted(made[0].unavailable) == sorted(set(wished) - set(free))
        if free:
            lines = {each: tuple(chosen) for each in free}
            self.books.orders.append(Order(made[0].order_id, lines, years, auto_renew))

    def run_out_names(self) -> set[str]:
        """Whose second life would make two domains of one name."""
        return {each.name for each in self.books.living() if each.status == "EXPIRED"}

    @precondition(lambda self: self.single_domains())
    @rule(number=which, chosen=users)
    def draft_more(self, number: int, chosen: list[str]) -> None:
        domain = self.pick(number, self.single_domains())
        running = [each for each in self.books.subscriptions if each.domain is domain and each.status in RUNNING]
        known = self.sold_domain(domain.name)
        assert known is not None
        order = Order("", {domain.name: tuple(chosen)}, owned=domain)
        is_there = any(each.address in self.books.addresses(order) for each in self.books.boxes())
        lines = {domain.name: boxes(chosen)}
        if running:
            wish = MailboxOrderDraft(lines, "GOOGLE", subscription_id=self.known(running[0]).id)
        else:
            wish = MailboxOrderDraft(lines, "GOOGLE", domain_id=known.id)

        def call() -> None:
            order.id = self.client.orders.create_mailboxes(self.user, wish).order_id

        refusal = 422 if domain.status != "ACTIVE" or is_there else 0
        if self.attempt("create_mailbox_order", "", call, refusal=refusal):
            self.books.orders.append(order)

    @precondition(lambda self: self.books.orders)
    @rule(number=which, fault=faults)
    def process(self, number: int, fault: str) -> None:
        waiting = [each for each in self.books.orders if not each.is_processed]
        self.process_one(self.pick(number, waiting if waiting and number % 7 else self.books.orders), fault)

    def process_one(self, order: Order, fault: str) -> None:
        if set(order.wish) & self.run_out_names() or (order.owned and order.owned.status in GONE):
            return
        refusal = self.books.refuses_processing(order)
        placed: list[Any] = []

        def call() -> None:
            placed.append(self.client.orders.process(self.user, order.id))

        def look() -> bool:
            found = self.client.orders.get(self.user, order.id)
            return bool(found.domains or found.mailboxes)

        if refusal == 409:
            if self.attempt("process_order", fault, call):
                assert placed[0].was_placed_before
            return
        self.carry_out("process_order", fault, call, lambda: self.books.process(order), look, refusal=refusal)

    # Domains

    @precondition(lambda self: self.single_domains())
    @rule(number=which, years=st.integers(1, 2), fault=faults)
    def renew_domain(self, number: int, years: int, fault: str) -> None:
        ripe = [each for each in self.single_domains() if self.books.may_renew(each)]
        domain = self.pick(number, ripe if ripe and number % 3 else self.single_domains())
        may = self.books.may_renew(domain)
        made: list[Any] = []

        def look() -> bool:
            found = self.sold_domain(domain.name)
            return found is not None and found.status == "RENEWING" and domain.status != "RENEWING"

        outcome = self.attempt(
            "renew_domains", fault,
            lambda: made.append(self.client.domains.renew(self.user, [domain.name], years=years)),
        )  # fmt: skip
        happened = may and fault != "error_before"
        if outcome:
            assert (len(made[0].done), len(made[0].failed)) == ((1, 0) if may else (0, 1))
        else:
            assert look() == happened
        if happened:
            self.books.renew(domain, years)

    @precondition(lambda self: self.single_domains())
    @rule(number=which, is_on=st.booleans(), fault=faults)
    def set_domain_auto_renew(self, number: int, is_on: bool, fault: str) -> None:
        domain = self.pick(number, self.single_domains())
        is_heard = not (is_on and domain.status == "EXPIRED")
        before = domain.auto_renew

        def look() -> bool:
            found = self.sold_domain(domain.name)
            return found is not None and found.auto_renew != before

        outcome = self.attempt(
            "set_domain_auto_renew", fault,
            lambda: self.client.domains.set_auto_renew(self.user, [domain.name], is_on=is_on),
        )  # fmt: skip
        happened = is_heard and fault != "error_before"
        if outcome is None:
            assert look() == (happened and is_on != before)
        if happened:
            self.books.set_domain_auto_renew(domain, is_on)

    @precondition(lambda self: self.single_domains())
    @rule(number=which, fault=faults)
    def remove_domain(self, number: int, fault: str) -> None:
        empty = [each for each in self.single_domains() if not self.books.boxes(each)]
        domain: Domain = self.pick(number, empty if empty and number % 3 else self.single_domains())
        known = self.sold_domain(domain.name)
        assert known is not None
        self.carry_out(
            "remove_domains", fault, lambda: self.client.domains.remove(self.user, [known.id]),
            lambda: setattr(domain, "status", "REMOVED"), lambda: self.sold_domain(domain.name) is None,
            refusal=409 if self.books.boxes(domain) else 0,
        )  # fmt: skip

    # Mailboxes and subscriptions

    @precondition(lambda self: self.books.boxes())
    @rule(number=which, fault=faults)
    def remove_mailbox(self, number: int, fault: str) -> None:
        mailbox: Mailbox = self.pick(number, self.books.boxes())
        if mailbox.domain not in self.single_domains():
            return
        (known,) = self.client.mailboxes.list(self.user, contains=mailbox.address).items

        def look() -> bool:
            try:
                self.client.mailboxes.get(known.id)
            except Refused as refused:
                return refused.status == 404
            return False

        self.carry_out(
            "remove_mailbox", fault, lambda: self.client.mailboxes.remove(self.user, known.id),
            lambda: self.books.remove(mailbox), look, refusal=self.books.refuses_removal(mailbox),
        )  # fmt: skip

    @precondition(lambda self: self.books.subscriptions)
    @rule(number=which, fault=faults)
    def renew_subscription(self, number: int, fault: str) -> None:
        chosen = self.known(self.pick(number, self.books.subscriptions))
        self.carry_out(
            "renew_subscriptions", fault, lambda: self.client.subscriptions.renew([chosen.id]),
            lambda: self.books.renew_subscription(chosen),
            lambda: chosen.status != "RENEWING" and self.subscription(chosen).status == "RENEWING",
            refusal=0 if chosen.status in {"ACTIVE", "PAST_DUE"} else 422,
        )  # fmt: skip

    @precondition(lambda self: self.books.subscriptions)
    @rule(number=which, is_on=st.booleans(), fault=faults)
    def set_subscription_auto_renew(self, number: int, is_on: bool, fault: str) -> None:
        chosen, refusal = self.known(self.pick(number, self.books.subscriptions)), 0
        if chosen.status in {"CANCELLED", "EXPIRED"}:
            refusal = 422
        happened = not refusal and fault != "error_before"
        outcome = self.attempt(
            "set_subscription_auto_renew", fault,
            lambda: self.client.subscriptions.set_auto_renew(chosen.id, is_on=is_on), refusal=refusal,
        )  # fmt: skip
        if outcome is None:
            assert self.subscription(chosen).auto_renew == (is_on if happened else chosen.auto_renew)
        if happened:
            self.books.set_auto_renew(chosen, is_on)

    @precondition(lambda self: self.books.subscriptions)
    @rule(number=which, fault=faults)
    def cancel(self, number: int, fault: str) -> None:
        if number % 3:
            return
        chosen = self.known(self.pick(number // 3, self.books.subscriptions))
        before = chosen.status
        self.carry_out(
            "cancel_subscription", fault, lambda: self.client.subscriptions.cancel(chosen.id),
            lambda: self.books.cancel(chosen),
            lambda: before != "CANCELLED" and self.subscription(chosen).status == "CANCELLED",
            refusal=422 if chosen.status in {"CANCELLED", "EXPIRED"} else 0,
        )  # fmt: skip

    # Money and time

    @rule(dollars=st.integers(1, 900))
    def top_up(self, dollars: int) -> None:
        self.control.add_to_wallet(dollars)
        self.books.top_up(dollars * 100)

    @rule(left=st.integers(0, 160))
    def spend_elsewhere(self, left: int) -> None:
        """Other customers of the partner empty the wallet, too."""
        dollars = self.books.wallet // 100 - left
        if dollars > 0 and left % 4 == 0:
            self.control.add_to_wallet(-dollars)
            self.books.top_up(-dollars * 100)

    @rule(hours=st.integers(1, 30))
    def pass_hours(self, hours: int) -> None:
        self.pass_time(timedelta(hours=hours))

    @rule(days=st.integers(1, 12))
    def pass_days(self, days: int) -> None:
        self.pass_time(timedelta(days=days))

    @precondition(lambda self: self.books.now < OLD)
    @rule(weeks=st.integers(2, 16))
    def pass_weeks(self, weeks: int) -> None:
        self.pass_time(timedelta(weeks=weeks))

    @precondition(lambda self: self.books.now < OLD and any(each.expires for each in self.books.living()))
    @rule(number=which, step=st.sampled_from([timedelta(days=-40), timedelta(hours=1), GRACE]))
    def come_near_an_expiry(self, number: int, step: timedelta) -> None:
        """Into the window of renewal, into the grace, or to its last day."""
        dates = [each.expires + step for each in self.books.living() if each.expires]
        coming = [each for each in dates if each > self.books.now]
        if coming:
            self.pass_time(self.pick(number, coming) - self.books.now)

    def pass_time(self, step: timedelta) -> None:
        self.steps["time"] += 1
        self.control.advance(step)
        self.books.run(self.books.now + step)

    # What must hold after every step: in the sandbox's own tables each time, by the client's eyes now and then
