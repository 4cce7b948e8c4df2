"""Reading quotes, orders and statements."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Customer
from billing.models import (
    PROVIDER_WORDS,
    Account,
    Entry,
    Item,
    Order,
    OrderLine,
    OrderPart,
    Quote,
    QuoteLine,
    Subscription,
)
from reseller_portal.core.pages import Window, window
from reseller_portal.operations.models import Operation

SHOWN_LINES = 200


@dataclass(frozen=True)
class Progress:
    """How far an order is, in lines."""

    total: int
    delivered: int
    failed: int

    @property
    def is_over(self) -> bool:
        return self.delivered + self.failed == self.total

    @property
    def open(self) -> int:
        return self.total - self.delivered - self.failed

    @property
    def shares(self) -> list[tuple[str, float, float]]:
        """(tone, where it starts, how wide it is) of each part of the bar that has ended, in percent."""
        found, start = [], 0.0
        for tone, number in (("done", self.delivered), ("failed", self.failed)):
            width = 100 * number / self.total if self.total else 0.0
            if number:
                found.append((tone, round(start, 2), round(width, 2)))
            start += width
        return found


def list_orders(*, customer: Customer, state: str = "", after: str = "") -> Window[Order]:
    """The newest first."""
    rows = with_progress(Order.objects.filter(customer=customer))
    rows = rows.filter(state=state) if state in Order.State.values else rows
    return window(rows.select_related("placed_by"), order=("-id",), after=after)


def get_order(*, customer: Customer, reference: str) -> Order | None:
    rows = with_progress(Order.objects.filter(customer=customer, reference=reference))
    return rows.select_related("placed_by", "quote").first()


def open_orders(*, customer: Customer) -> list[tuple[Order, Progress]]:
    rows = with_progress(Order.objects.filter(customer=customer, state=Order.State.WORKING))
    return [(order, progress_of(order)) for order in rows.order_by("-placed_at")[:5]]


def orders_with_failures(*, customer: Customer) -> list[Order]:
    """Orders whose failed lines nobody has ordered again yet."""
    unhappy = Q(state__in=[Order.State.PARTLY, Order.State.FAILED])
    tried_again = Exists(Order.objects.filter(quote__retry_of=OuterRef("pk"), customer=customer))
    rows = Order.objects.filter(unhappy, ~tried_again, customer=customer)
    return list(with_progress(rows).order_by("-placed_at")[:5])


def orders_asking(*, customer: Customer) -> list[Order]:
    """Orders that wait for the customer's answer to a new price."""
    asked = Exists(OrderPart.objects.filter(order=OuterRef("pk"), customer=customer, price_asked_at__isnull=False))
    return list(Order.objects.filter(asked, customer=customer, state=Order.State.WORKING).order_by("-placed_at")[:5])


def with_progress(rows: QuerySet[Order]) -> QuerySet[Order]:
    return rows.annotate(
        line_count=Count("lines", distinct=True),
        delivered_count=Count("lines", filter=Q(lines__state=OrderLine.State.DELIVERED), distinct=True),
        charged_minor=Coalesce(Sum("lines__price_minor", filter=Q(lines__state=OrderLine.State.DELIVERED)), 0),
        failed_count=Count("lines", filter=Q(lines__state=OrderLine.State.FAILED), distinct=True),
    )


def progress_of(order: Order) -> Progress:
    """Of an order read through `with_progress`."""
    return Progress(order.line_count, order.delivered_count, order.failed_count)  # type: ignore[attr-defined]  # annotated


@dataclass(frozen=True)
class Lines:
    """Lines of one kind on a page; `hidden` are left out of it until all are asked for."""

    title: str
    rows: list[Any]
    hidden: int


def lines_of(title: str, rows: QuerySet[Any], *, everything: bool) -> Lines:
    """The first few hundred in their order, as a page of thousands helps nobody, least of all every second."""
    ordered = rows.order_by("position")
    if everything:
        return Lines(title, list(ordered), 0)
    shown = list(ordered[:SHOWN_LINES])
    return Lines(title, shown, rows.count() - len(shown) if len(shown) == SHOWN_LINES else 0)


def quote_lines(quote: Quote, sums: "QuoteSums", *, everything: bool) -> list[Lines]:
    """While lines are being checked they stay in their order; then those that are ready, below what needs a change."""
    if sums.checking or not sums.problems:
        return [lines_of("", quote.lines.all(), everything=everything)]
    ready = quote.lines.filter(state=QuoteLine.State.READY)
    return [lines_of(f"Ready, {sums.ready:,}", ready, everything=everything)] if sums.ready else []


@dataclass(frozen=True)
class OrderMoney:
    """What an order came to, in minor units: `ordered` is the sum of the three others."""

    ordered: int
    charged: int
    returned: int
    reserved: int


def money_of(order: Order) -> OrderMoney:
    of_state = {row["state"]: row["sum"] for row in order.lines.values("state").annotate(sum=Sum("price_minor"))}
    charged, returned = of_state.get(OrderLine.State.DELIVERED, 0), of_state.get(OrderLine.State.FAILED, 0)
    ordered = sum(of_state.values())
    return OrderMoney(ordered, charged, returned, ordered - charged - returned)


def orders_elsewhere(quote: Quote) -> list[tuple[str, str, int]]:
    """(provider, its name, lines) of lines that can be ordered at another provider than the quote's."""
    rows = quote.lines.exclude(order_at="").values_list("order_at").annotate(count=Count("id")).order_by("order_at")
    return [(provider, PROVIDER_WORDS[provider], count) for provider, count in rows]


def get_quote(*, customer: Customer, reference: str) -> Quote | None:
    return Quote.objects.select_related("order").filter(customer=customer, reference=reference).first()


@dataclass(frozen=True)
class QuoteSums:
    """Lines by state, and the sum of those that can be ordered, in minor units."""

    ready: int
    problems: int
    checking: int
    total_minor: int

    @property
    def lines(self) -> int:
        return self.ready + self.problems + self.checking


def sums_of(quote: Quote) -> QuoteSums:
    ready = Q(state=QuoteLine.State.READY)
    found = quote.lines.aggregate(
        ready=Count("id", filter=ready),
        problems=Count("id", filter=Q(state=QuoteLine.State.PROBLEM)),
        checking=Count("id", filter=Q(state=QuoteLine.State.CHECKING)),
        total_minor=Sum("price_minor", filter=ready),
    )
    return QuoteSums(found["ready"], found["problems"], found["checking"], found["total_minor"] or 0)


@dataclass(frozen=True)
class Renewals:
    """What the ready lines cost after what is paid now, in minor units; None where it is not known or there is none."""

    monthly_minor: int | None
    yearly_minor: int | None
    month_on: date
    year_on: date


def renewals_of(quote: Quote) -> Renewals:
    ready = quote.lines.filter(state=QuoteLine.State.READY)
    found = ready.values("item").annotate(
        total=Sum("renewal_minor"), unknown=Count("id", filter=Q(renewal_minor__isnull=True))
    )
    known = {row["item"]: row["total"] for row in found if not row["unknown"]}
    today = timezone.localdate()
    return Renewals(known.get(Item.MAILBOX), known.get(Item.DOMAIN), _months_later(today, 1), _months_later(today, 12))


def _months_later(day: date, months: int) -> date:
    """The same day of the month, or its last one."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def subscription_of_name(*, customer: Customer, domain_name: str) -> Subscription | None:
    """The living subscription of a domain."""
    rows = Subscription.objects.filter(customer=customer, domain_name=domain_name)
    return rows.exclude(state__in=Subscription.GONE).order_by("-period_end").first()


def statement(*, customer: Customer, after: str = "") -> Window[Entry]:
    """What moved the available balance, and what was charged from holds, the newest first. Each move once."""
    from_holds = Q(account__kind=Account.Kind.REVENUE, transaction__kind="capture")
    shown = Q(account__kind=Account.Kind.AVAILABLE) | from_holds
    rows = Entry.objects.filter(shown, customer=customer).select_related("transaction", "account")
    return window(rows, order=("-id",), after=after)


def is_being_looked_at(order: Order) -> bool:
    """Whether something of an open order, or the account that it waits for, is before staff."""
    if order.is_final:
        return False
    parts = list(order.parts.values_list("pk", flat=True))
    mine = Operation.objects.filter(customer=order.customer_id, payload__part__in=parts)
    stuck = [Operation.State.FAILED, Operation.State.NEEDS_PERSON]
    behind = Q(state=Operation.State.WAITING, after__state__in=stuck)
    return mine.filter(Q(state=Operation.State.NEEDS_PERSON) | behind).exists()


def lost_lines() -> QuerySet[OrderLine]:
    """What the upstream took money for and did not deliver. In a staff scope."""
    return OrderLine.objects.filter(state=OrderLine.State.FAILED, cost_booked_minor__gt=0)


def lost_minor() -> int:
    """The sum of all that was lost so. In a staff scope."""
    return lost_lines().aggregate(total=Sum("cost_booked_minor"))["total"] or 0
