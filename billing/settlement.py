"""The one place where order lines end: state, money and delivery in the caller's transaction.

What is known of many lines is settled as one set, with as many statements as for one line. A line ends once: whoever
comes second, an event or a look, in whatever order, changes nothing. There are two exceptions. A line whose money went
back and that is delivered all the same is charged again (`billing.late`); one that staff alone called delivered gives
its price back when the upstream tells that it failed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actors import portal_actor
from accounts.audit import record
from billing import failures, late, ledger, locks
from billing.deliveries import Delivery, hooks_of, tell_end
from billing.models import Item, Order, OrderLine, OrderPart
from billing.services.orders import PROCESS, place_ending, place_refund_watch
from reseller_portal.operations import engine
from reseller_portal.operations.models import Operation

State = OrderLine.State
OPEN = (State.WAITING, State.WORKING)
# Open, or delivered by the word of staff alone: what the upstream tells of it is heard.
MAY_FAIL = Q(state__in=OPEN) | Q(state=State.DELIVERED, is_said_by_staff=True)
# Lines that end in one transaction, so that nobody else waits long for the balance.
LINES_AT_ONCE = 200
# An order of which no event came for so long is looked at.
QUIET = timedelta(seconds=60)
NO_REASON, NOT_DELIVERED, VAGUE = failures.NO_REASON, failures.NOT_DELIVERED, failures.VAGUE
_waiting: ContextVar[list[Callable[[], None]] | None] = ContextVar("moves that come last", default=None)
COST_FIELDS = ("cost_minor", "cost_booked_minor", "costs_booked", "is_cost_taken", "cost_returned_at")
SETTLED_FIELDS = ("state", "finished_at", *COST_FIELDS, *failures.FIELDS)


@dataclass(frozen=True)
class News:
    """What became of one line: with a `delivery` it is there, with a `reason` it will not come.

    `cost_minor` is what the upstream took for it, when that is known; for a line that failed it was taken all the same.
    `is_cost_taken`: it was taken already, whatever becomes of the line; `is_cost_returned`: it was given back since.
    `is_said_by_staff`: the reason is for the customer as it stands.
    """

    delivery: Delivery | None = None
    reason: str = ""
    cost_minor: int | None = None
    is_cost_taken: bool = False
    is_cost_returned: bool = False
    is_said_by_staff: bool = False


def lock_part(upstream_order_id: str) -> OrderPart | None:
    """The part of an upstream order that an event tells of. While its events come, it need not be looked at."""
    part = OrderPart.objects.filter(upstream_order_id=upstream_order_id or "-").first()
    if part is None:
        return None
    locked = lock_again(part)
    soon = Operation.objects.filter(customer=part.customer, kind=PROCESS, key=str(part.pk), lease="")
    soon = soon.filter(state=Operation.State.ACCEPTED, due_at__lt=Now() + QUIET / 2)
    soon.update(due_at=Now() + QUIET)
    return locked


def lock_again(part: OrderPart) -> OrderPart:
    """A part, locked as the engine locks: its operation first (`billing.locks`)."""
    locks.lock_operations(Operation.objects.filter(customer=part.customer, kind=PROCESS, key=str(part.pk)))
    return locks.lock_part(part.pk)


def lines_of(part: OrderPart) -> QuerySet[OrderLine]:
    """The lines of a part, locked in one fixed order."""
    return part.lines.select_related("order", "part", "customer").select_for_update(of=("self",)).order_by("position")


def start_lines(part: OrderPart) -> None:
    """The upstream works on it: what is ordered becomes visible as being made."""
    lines = list(lines_of(part).filter(state=State.WAITING))
    if lines:
        OrderLine.objects.filter(pk__in=[line.pk for line in lines]).update(state=State.WORKING)
        for item in Item.values:
            hooks_of(item).started([line for line in lines if line.item == item])


def settle(part: OrderPart, news: Mapping[OrderLine, News]) -> None:
    """Write down what became of lines of this part, which the caller has locked: the part, then them by `lines_of`.

    A failed domain takes the mailboxes on it along: those beyond `LINES_AT_ONCE` right after, by `order.end`.
    """
    work = _Settlement(timezone.now())
    for line, each in news.items():
        work.take(line, each)
    known = {line.pk: line for line in news}
    mailboxes = _mailboxes_on(part, work.failed_domains)
    room = max(LINES_AT_ONCE - len(news), 0)
    for mailbox in mailboxes[:room]:
        reason = failures.reason_for_mailboxes(work.failed_domains[mailbox.domain_name])
        work.take(known.get(mailbox.pk, mailbox), News(reason=reason))
    work.write()
    if len(mailboxes) > room:
        _end_the_rest(part, "")
    if work.has_ended:
        _finish(part)
    _move(work.move_money)


@contextmanager
def money_last() -> Iterator[None]:
    """What several settlements of one transaction move is moved at the end, as accounts are locked last of all."""
    waiting: list[Callable[[], None]] = []
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    for move in waiting:
        _move(move)


def _move(move: Callable[[], None]) -> None:
    waiting = _waiting.get()
    if waiting is None:
        move()
    else:
        waiting.append(move)


def fail_part(part: OrderPart, reason: str, *, is_said_by_staff: bool = False) -> None:
    """Whatever is open will not come: the first lines at once, the rest of a large part by `order.end` right after."""
    why = reason or NO_REASON
    end_some(part, why, is_said_by_staff=is_said_by_staff)
    _end_the_rest(part, why, is_said_by_staff=is_said_by_staff)
    # Nothing is left to ask about.
    OrderPart.objects.filter(pk=part.pk).update(price_asked_at=None)


def end_some(part: OrderPart, reason: str, *, is_said_by_staff: bool = False) -> None:
    """Fail `LINES_AT_ONCE` open lines of a part; without a reason, mailboxes whose domain failed. The part is locked.

    Mailboxes first, so that no domain takes more lines along than that.
    """
    rows = lines_of(part).filter(state__in=OPEN).order_by("-item", "position")
    if reason:
        own = set(part.lines.filter(item=Item.DOMAIN).values_list("name", flat=True))
        reasons = {line: failures.reason_of(line, reason, own) for line in rows[:LINES_AT_ONCE]}
        settle(part, {line: News(reason=why, is_said_by_staff=is_said_by_staff) for line, why in reasons.items()})
        return
    failed = {line.domain_name: line for line in part.lines.filter(item=Item.DOMAIN, state=State.FAILED)}
    orphans = _mailboxes_on(part, failed)[:LINES_AT_ONCE]
    settle(part, {line: News(reason=failures.reason_for_mailboxes(failed[line.domain_name])) for line in orphans})


def count_doomed(part: OrderPart, reason: str) -> int:
    """How many lines `end_some` would still have to fail."""
    if reason:
        return part.lines.filter(state__in=OPEN).count()
    failed = part.lines.filter(item=Item.DOMAIN, state=State.FAILED).values("domain_name")
    return part.lines.filter(MAY_FAIL, item=Item.MAILBOX, domain_name__in=failed).count()


def _end_the_rest(part: OrderPart, reason: str, *, is_said_by_staff: bool = False) -> None:
    if count_doomed(part, reason):
        place_ending(part, reason, is_said_by_staff=is_said_by_staff)


def look_at(part: OrderPart) -> None:
    """Let the engine ask the upstream at once how the order of this part stands."""
    for operation in Operation.objects.filter(customer=part.customer, kind=PROCESS, key=str(part.pk)):
        engine.look_now(operation)


@dataclass
class _Settlement:
    """One set of lines on its way into the tables."""

    at: datetime
    changed: dict[int, OrderLine] = field(default_factory=dict)
    delivered: list[tuple[OrderLine, Delivery]] = field(default_factory=list)
    completed: list[tuple[OrderLine, Delivery]] = field(default_factory=list)
    failed: list[OrderLine] = field(default_factory=list)
    failed_domains: dict[str, OrderLine] = field(default_factory=dict)
    learned: list[OrderLine] = field(default_factory=list)
    charged: list[OrderLine] = field(default_factory=list)
    captured: dict[str, str] = field(default_factory=dict)
    released: dict[str, str] = field(default_factory=dict)
    moves: list[ledger.Move] = field(default_factory=list)
    came_late: list[OrderLine] = field(default_factory=list)
    taken_back: list[OrderLine] = field(default_factory=list)

    @property
    def has_ended(self) -> bool:
        return bool(self.captured or self.released or self.came_late or self.taken_back)

    def take(self, line: OrderLine, news: News) -> None:
        self._note_cost(line, news)
        if news.delivery is not None and line.state != State.DELIVERED:
            self._deliver(line, news.delivery)
        elif news.delivery is not None and line.is_said_by_staff and not news.delivery.is_unseen:
            self._confirm(line, news.delivery)
        elif news.delivery is not None and (news.delivery.expires_at or news.delivery.secrets):
            self.completed.append((line, news.delivery))
        elif news.reason and news.delivery is None:
            self._fail(line, news)
        is_loss = line.state == State.FAILED and (news.cost_minor is not None or line.is_cost_taken)
        if line.state == State.DELIVERED or is_loss:
            self._book(line)
        if is_loss and line.cost_booked_minor:
            self.charged.append(line)

    def _note_cost(self, line: OrderLine, news: News) -> None:
        """It is booked when the line ends; what was taken for one that fails afterwards is a loss."""
        if line.cost_returned_at is not None:
            return  # whatever is told of the cost is older than that
        line.cost_returned_at = self.at if news.is_cost_returned else None
        cost = line.cost_minor if news.cost_minor is None else news.cost_minor
        is_taken = line.is_cost_taken or news.is_cost_taken
        if (cost, is_taken) != (line.cost_minor, line.is_cost_taken):
            line.cost_minor, line.is_cost_taken = cost, is_taken
            self.changed[line.pk] = line

    def write(self) -> None:
        """All but the money."""
        if self.changed:
            OrderLine.objects.bulk_update(self.changed.values(), SETTLED_FIELDS)
        self._tell_mailboxes()
        for item in Item.values:
            hooks = hooks_of(item)
            hooks.delivered([(line, delivery) for line, delivery in self.delivered if line.item == item])
            hooks.failed([line for line in self.failed if line.item == item])
            hooks.completed([(line, delivery) for line, delivery in self.completed if line.item == item])

    def move_money(self) -> None:
        """Comes last: the balance is locked from there to the commit, and others wait for it."""
        if self.captured or self.released or self.moves:
            customer = next(iter(self.changed.values())).customer
            ledger.resolve(customer, captured=self.captured, released=self.released, moves=self.moves)
        for line in self.came_late:
            late.charge(line)

    def _tell_mailboxes(self) -> None:
        """What is learnt later of a domain that failed is true of the mailboxes that failed with it."""
        for line in self.charged:
            failures.note_charged(line)
        for part in {line.part for line in self.charged}:
            place_refund_watch(part)
        for line in self.learned:
            failures.settle_mailboxes(line)

    def _deliver(self, line: OrderLine, delivery: Delivery) -> None:
        if line.state == State.FAILED:
            self.came_late.append(line)
            line.problem, line.said, line.is_said_by_staff, line.may_help = "", "", False, True
        else:
            self.captured[line.money_reference] = f"{line.get_item_display()} {line.name}"
        line.is_said_by_staff = delivery.is_unseen
        self.delivered.append((line, delivery))
        self._end(line, State.DELIVERED)

    def _confirm(self, line: OrderLine, delivery: Delivery) -> None:
        """What staff had said is so; from now on the thing is shown as it came."""
        line.is_said_by_staff = False
        self.delivered.append((line, delivery))
        self.changed[line.pk] = line

    def _fail(self, line: OrderLine, news: News) -> None:
        if line.state == State.DELIVERED and line.is_said_by_staff:
            self._take_back(line, news)
        elif line.is_final:
            self._learn_reason(line, news.reason)
            return
        else:
            self.released[line.money_reference] = f"Not delivered: {line.name}"
        if line.state != State.WAITING:
            self.failed.append(line)
        failures.note_reason(line, news.reason, is_said_by_staff=news.is_said_by_staff)
        if line.item == Item.DOMAIN:
            self.failed_domains[line.domain_name] = line
        self._end(line, State.FAILED)

    def _take_back(self, line: OrderLine, news: News) -> None:
        """Staff called it delivered, and it was charged; the upstream tells that it did not come."""
        self.taken_back.append(line)
        self.moves.append(
            ledger.give_back(reference=line.money_reference, name=line.name, amount_minor=line.price_minor)
        )
        if not line.is_cost_taken and news.cost_minor is None:
            line.cost_minor = 0
            self._book(line)

    def _learn_reason(self, line: OrderLine, reason: str) -> None:
        """An event may come after the look that found the line failed, and know why."""
        if line.state == State.FAILED and line.said in VAGUE and reason not in VAGUE:
            failures.note_reason(line, reason)
            self.changed[line.pk] = line
            if line.item == Item.DOMAIN:
                self.learned.append(line)

    def _end(self, line: OrderLine, state: str) -> None:
        line.state, line.finished_at = state, self.at
        self.changed[line.pk] = line

    def _book(self, line: OrderLine) -> None:
        """Bring the cost account to the line's cost. Numbered, as a cost may go back to what it was before."""
        difference = line.cost_minor - line.cost_booked_minor
        if not difference:
            return
        line.costs_booked += 1
        line.cost_booked_minor = line.cost_minor
        reference = f"{line.money_reference}-cost-{line.costs_booked}"
        self.moves.append(ledger.cost(reference=reference, description=f"Cost of {line.name}", change_minor=difference))
        self.changed[line.pk] = line


def _mailboxes_on(part: OrderPart, domains: Iterable[str]) -> list[OrderLine]:
    names = list(domains)
    rows = lines_of(part).filter(MAY_FAIL, item=Item.MAILBOX, domain_name__in=names)
    return list(rows) if names else []


def _finish(part: OrderPart) -> None:
    """End what has no open line any more: the operation of the part, then its order.

    The order is locked with each part of it, as two parts that end at once would each miss the other's half.
    """
    if part.lines.filter(state__in=OPEN).exists():
        return
    _close_processing(part)
    order = Order.objects.select_related("customer").get(pk=part.order_id)
    states = set(order.lines.values_list("state", flat=True).distinct())
    if states.isdisjoint(OPEN):
        _end_order(order, states)


def _end_order(order: Order, states: set[str]) -> None:
    outcome = Order.State.PARTLY
    if len(states) == 1:
        outcome = Order.State.DELIVERED if State.DELIVERED in states else Order.State.FAILED
    if order.state != outcome:
        order.state, order.finished_at = outcome, timezone.now()
        order.save(update_fields=["state", "finished_at"])
        record(actor=portal_actor(order.customer), action=f"order.{outcome}", subject=order)
        tell_end(order)


def _close_processing(part: OrderPart) -> None:
    open_ones = Operation.objects.filter(customer=part.customer, kind=PROCESS, key=str(part.pk))
    for operation in open_ones.exclude(state__in=[Operation.State.DONE, Operation.State.FAILED]):
        engine.close(operation, state=Operation.State.DONE)
