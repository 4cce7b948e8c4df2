"""What the contract says of money, orders, domains, mailboxes and subscriptions: a small world in plain Python.

It shares nothing with the sandbox. Amounts are cents; what happens by itself stands in `queue`, ordered by time.
"""

import calendar
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

START = 500_000
DOMAIN, RENEWAL, MAILBOX, LATER_MAILBOX = 1299, 1545, 300, 500
WINDOW, BY_ITSELF, GRACE, LAST_DAY = timedelta(days=45), timedelta(days=30), timedelta(days=7), timedelta(hours=24)
REGISTRY, WORKSPACE, STAGGER, WORK = 2.0, 1.5, 0.4, 5.0
RETRY, WAKE = timedelta(days=1), timedelta(seconds=60)
GONE = {"FAILED", "REMOVED"}
RUNNING = {"ACTIVE", "RENEWING", "PAST_DUE"}


@dataclass(eq=False)
class Domain:
    name: str
    years: int = 1
    status: str = "PENDING"
    before: str = ""
    expires: datetime | None = None
    auto_renew: bool = False


@dataclass(eq=False)
class Subscription:
    domain: Domain
    auto_renew: bool
    began: datetime
    start: datetime
    end: datetime
    price: int = MAILBOX
    status: str = "ACTIVE"
    id: str = ""


@dataclass(eq=False)
class Mailbox:
    address: str
    domain: Domain
    order: "Order"
    status: str = "IN_PROGRESS"
    subscription: Subscription | None = None


@dataclass(eq=False)
class Order:
    id: str
    wish: dict[str, tuple[str, ...]]
    years: int = 1
    auto_renew: bool = True
    owned: Domain | None = None
    status: str = "PENDING"
    is_processed: bool = False
    domains: list[Domain] = field(default_factory=list)
    mailboxes: list[Mailbox] = field(default_factory=list)

    @property
    def boxes(self) -> int:
        return sum(len(users) for users in self.wish.values())


@dataclass
class Books:
    now: datetime
    wallet: int = START
    topped_up: int = 0
    movements: list[int] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    domains: list[Domain] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    mailboxes: list[Mailbox] = field(default_factory=list)
    queue: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    made: int = 0

    def at(self, moment: datetime, what: Callable[[], None]) -> None:
        self.made += 1
        heapq.heappush(self.queue, (moment, self.made, what))

    def after(self, step: timedelta | float, what: Callable[[], None]) -> None:
        self.at(self.now + (step if isinstance(step, timedelta) else timedelta(seconds=step)), what)

    def run(self, target: datetime) -> None:
        """Everything that is due until then, in order."""
        while self.queue and self.queue[0][0] <= target:
            moment, _number, what = heapq.heappop(self.queue)
            self.now = max(self.now, moment)
            what()
        self.now = target

    def pay(self, amount: int) -> bool:
        if amount > self.wallet:
            return False
        self.wallet -= amount
        self.movements.append(-amount)
        return True

    def top_up(self, amount: int) -> None:
        self.wallet += amount
        self.movements.append(amount)

    # What is there

    def living(self) -> list[Domain]:
        return [each for each in self.domains if each.status not in GONE]

    def boxes(self, domain: Domain | None = None) -> list[Mailbox]:
        found = [each for each in self.mailboxes if each.status not in GONE]
        return found if domain is None else [each for each in found if each.domain is domain]

    def paid_by(self, subscription: Subscription) -> list[Mailbox]:
        return [each for each in self.boxes() if each.subscription is subscription]

    def is_taken(self, name: str, but: Domain | None = None) -> bool:
        living = {"PENDING", "ACTIVE", "RENEWING", "GRACE_PERIOD"}
        return any(each.name == name and each.status in living and each is not but for each in self.domains)

    # Orders

    def refuses_processing(self, order: Order) -> int:
        if order.is_processed:
            return 409
        if order.owned and any(each.address in self.addresses(order) for each in self.boxes()):
            return 422
        return 422 if self.wallet < self.price(order) else 0

    def price(self, order: Order) -> int:
        if order.owned is None:
            return DOMAIN * order.years * len(order.wish) + MAILBOX * order.boxes
        return self.mailbox_price(order.owned) * order.boxes

    def running_on(self, domain: Domain) -> Subscription | None:
        return next((each for each in self.subscriptions if each.domain is domain and each.status in RUNNING), None)

    def mailbox_price(self, domain: Domain) -> int:
        """Of one more there: what its subscription asks for each of those it has."""
        running = self.running_on(domain)
        return running.price if running else MAILBOX

    def addresses(self, order: Order) -> set[str]:
        return {f"{user}@{name}" for name, users in order.wish.items() for user in users}

    def process(self, order: Order) -> None:
        order.is_processed = True
        for number, name in enumerate(sorted(order.wish)):
            domain = order.owned or Domain(name, order.years)
            order.mailboxes += [Mailbox(f"{user}@{name}", domain, order) for user in order.wish[name]]
            if order.owned:
                self.after(WORKSPACE, partial(self.open_workspace, domain, order))
            else:
                order.domains.append(domain)
                self.after(REGISTRY + number * STAGGER, partial(self.register, domain, order))
        self.domains += order.domains
        self.mailboxes += order.mailboxes

    def register(self, domain: Domain, order: Order) -> None:
        if domain.status != "PENDING":
            return
        is_refused = "unlucky" in domain.name or any(
            each.name == domain.name and each.status in {"ACTIVE", "RENEWING", "GRACE_PERIOD"} for each in self.domains
        )
        if is_refused or not self.pay(DOMAIN * domain.years):
            self.fail(domain, order)
            return
        mine = [each for each in order.mailboxes if each.domain is domain and each.status not in GONE]
        if "conflict" in domain.name and mine:
            self.fail(domain, order)
            return
        domain.status = "ACTIVE"
        domain.expires = months_on(self.now, 12 * domain.years)
        self.watch(domain)
        if mine:
            self.after(WORKSPACE, lambda: self.open_workspace(domain, order))
        self.close(order)

    def fail(self, domain: Domain, order: Order) -> None:
        domain.status = "FAILED"
        for each in order.mailboxes:
            if each.domain is domain:
                each.status = "FAILED"
        self.close(order)

    def open_workspace(self, domain: Domain, order: Order) -> None:
        wanted = [each for each in order.mailboxes if each.domain is domain and each.status == "IN_PROGRESS"]
        price = self.mailbox_price(domain) * len(wanted)
        if wanted and (domain.status not in {"ACTIVE", "RENEWING"} or not self.pay(price)):
            for each in wanted:
                each.status = "FAILED"
        elif wanted:
            subscription = self.running_on(domain) or self.subscribe(domain, order)
            for each in wanted:
                each.subscription = subscription
            last = WORKSPACE + (len(wanted) - 1) * STAGGER + 1.0
            self.after(last, lambda: self.activate(wanted, order))
        self.close(order)

    def subscribe(self, domain: Domain, order: Order) -> Subscription:
        end = months_on(self.now, 1)
        made = Subscription(domain, order.auto_renew, self.now, self.now, end)
        self.subscriptions.append(made)
        self.at(end, lambda: self.end_period(made))
        return made

    def activate(self, mailboxes: list[Mailbox], order: Order) -> None:
        for each in mailboxes:
            if each.status == "IN_PROGRESS":
                each.status = "ACTIVE"
        self.close(order)

    def close(self, order: Order) -> None:
        states = {each.status for each in order.domains} | {each.status for each in order.mailboxes}
        if states & {"PENDING", "IN_PROGRESS"}:
            return
        order.status = "FAILED" if states == {"FAILED"} else "PARTIAL_REFUND" if "FAILED" in states else "PAID"

    # Domains

    def watch(self, domain: Domain) -> None:
        assert domain.expires
        self.at(domain.expires - BY_ITSELF, lambda: self.renew_by_itself(domain))
        self.at(domain.expires, lambda: self.expire(domain))

    def may_renew(self, domain: Domain) -> bool:
        if domain.status == "GRACE_PERIOD":
            return True
        return domain.status == "ACTIVE" and domain.expires is not None and domain.expires - self.now <= WINDOW

    def renew(self, domain: Domain, years: int = 1) -> None:
        domain.before, domain.status = domain.status, "RENEWING"
        self.after(WORK, lambda: self.finish_renewal(domain, years))

    def renew_by_itself(self, domain: Domain) -> None:
        if domain.auto_renew and self.may_renew(domain):
            self.renew(domain)

    def finish_renewal(self, domain: Domain, years: int) -> None:
        if domain.status != "RENEWING" or domain.expires is None:
            return
        if self.pay(RENEWAL * years):
            domain.status = "ACTIVE"
            domain.expires = months_on(domain.expires, 12 * years)
            self.watch(domain)
            return
        domain.status = domain.before
        if domain.auto_renew:
            self.after(RETRY, lambda: self.renew_by_itself(domain))
        self.expire(domain)
        self.end_grace(domain)

    def set_domain_auto_renew(self, domain: Domain, is_on: bool) -> None:
        domain.auto_renew = is_on
        if is_on and domain.expires and domain.expires - self.now < BY_ITSELF:
            self.after(WAKE, lambda: self.renew_by_itself(domain))

    def expire(self, domain: Domain) -> None:
        if domain.status == "ACTIVE" and domain.expires and domain.expires <= self.now:
            domain.status = "GRACE_PERIOD"
            self.at(grace_end(domain.expires) + timedelta(seconds=1), lambda: self.end_grace(domain))

    def end_grace(self, domain: Domain) -> None:
        if domain.status == "GRACE_PERIOD" and domain.expires and self.now > grace_end(domain.expires):
            domain.status = "EXPIRED"

    # Subscriptions

    def end_period(self, subscription: Subscription) -> None:
        if subscription.status == "ACTIVE" and subscription.end <= self.now:
            if subscription.auto_renew:
                self.renew_subscription(subscription)
            else:
                self.fall_past_due(subscription)

    def renew_subscription(self, subscription: Subscription) -> None:
        subscription.status = "RENEWING"
        self.after(WORK, lambda: self.finish_subscription(subscription))

    def finish_subscription(self, subscription: Subscription) -> None:
        if subscription.status != "RENEWING":
            return
        is_blocked = subscription.domain.status in {"GRACE_PERIOD", "EXPIRED"}
        is_later = subscription.end >= months_on(subscription.began, 12)
        price = LATER_MAILBOX if is_later else subscription.price
        if not is_blocked and self.pay(price * len(self.paid_by(subscription))):
            subscription.price, subscription.status = price, "ACTIVE"
            subscription.start, subscription.end = subscription.end, months_on(subscription.end, 1)
            self.at(subscription.end, lambda: self.end_period(subscription))
        elif subscription.end > self.now:
            subscription.status = "ACTIVE"
        else:
            self.fall_past_due(subscription)

    def fall_past_due(self, subscription: Subscription) -> None:
        subscription.status = "PAST_DUE"
        self.at(max(subscription.end + GRACE, self.now), lambda: self.run_out(subscription))
        if subscription.auto_renew:
            self.after(RETRY, lambda: self.retry(subscription))

    def retry(self, subscription: Subscription) -> None:
        if subscription.status == "PAST_DUE" and subscription.auto_renew:
            self.renew_subscription(subscription)

    def run_out(self, subscription: Subscription) -> None:
        is_over = self.now >= subscription.end + GRACE
        if subscription.status == "PAST_DUE" and not subscription.auto_renew and is_over:
            subscription.status = "EXPIRED"
            for each in self.paid_by(subscription):
                each.status = "EXPIRED"

    def set_auto_renew(self, subscription: Subscription, is_on: bool) -> None:
        subscription.auto_renew = is_on
        if subscription.status == "PAST_DUE":
            what = self.retry if is_on else self.run_out
            self.after(WAKE, lambda: what(subscription))

    def cancel(self, subscription: Subscription) -> None:
        subscription.status, subscription.auto_renew = "CANCELLED", False
        for each in self.paid_by(subscription):
            each.status, each.subscription = "REMOVED", None

    def refuses_removal(self, mailbox: Mailbox) -> int:
        subscription = mailbox.subscription
        return 422 if subscription and subscription.end - self.now <= LAST_DAY else 0

    def remove(self, mailbox: Mailbox) -> None:
        subscription = mailbox.subscription
        mailbox.status, mailbox.subscription = "REMOVED", None
        if subscription and not self.paid_by(subscription):
            subscription.status = "CANCELLED"


def grace_end(expires: datetime) -> datetime:
    """The last second of the UTC day seven days after."""
    return (expires + GRACE).replace(hour=23, minute=59, second=59, microsecond=0)


def months_on(moment: datetime, months: int) -> datetime:
    """The same day of a later month, or its last one."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))
