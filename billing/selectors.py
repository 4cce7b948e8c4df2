"""Reading quotes, orders and statements."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Customer
from billing.models import Account, Entry, Order, OrderLine, Quote, QuoteLine, Subscription
from reseller_portal.core.pages import Window, window


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
    def percent(self) -> int:
        return 100 * (self.delivered + self.failed) // self.total if self.total else 0


def list_orders(*, customer: Customer, state: str = "", after: str = "") -> Window[Order]:
    """The newest first."""
    rows = with_progress(Order.objects.filter(customer=customer))
    rows = rows.filter(state=state) if state in Order.State.values else rows
    return window(rows.select_related("placed_by"), order=("-id",), after=after)


def get_order(*, customer: Customer, reference: str) -> Order | None:
    rows = with_progress(Order.objects.filter(customer=customer, reference=reference))
    return rows.select_related("placed_by", "quote").first()


def open_orders(*, customer: Customer) -> list[Order]:
    rows = with_progress(Order.objects.filter(customer=customer, state=Order.State.WORKING))
    return list(rows.order_by("-placed_at")[:5])


def orders_with_failures(*, customer: Customer) -> list[Order]:
    """Orders whose failed lines nobody has tried again yet."""
    unhappy = Q(state__in=[Order.State.PARTLY, Order.State.FAILED])
    rows = Order.objects.filter(unhappy, customer=customer).filter(retries__order__isnull=True)
    return list(with_progress(rows.distinct()).order_by("-placed_at")[:5])


def with_progress(rows: QuerySet[Order]) -> QuerySet[Order]:
    return rows.annotate(
        line_count=Count("lines", distinct=True),
        delivered_count=Count("lines", filter=Q(lines__state=OrderLine.State.DELIVERED), distinct=True),
        failed_count=Count("lines", filter=Q(lines__state=OrderLine.State.FAILED), distinct=True),
    )


def progress_of(order: Order) -> Progress:
    """Of an order read through `with_progress`."""
    return Progress(order.line_count, order.delivered_count, order.failed_count)  # type: ignore[attr-defined]  # annotated


def get_quote(*, customer: Customer, reference: str) -> Quote | None:
    return Quote.objects.select_related("order").filter(customer=customer, reference=reference).first()


@dataclass(frozen=True)
class QuoteSums:
    """Lines by state, and the sum of those that can be ordered, in minor units."""

    ready: int
    problems: int
    checking: int
    total_minor: int


def sums_of(quote: Quote) -> QuoteSums:
    ready = Q(state=QuoteLine.State.READY)
    found = quote.lines.aggregate(
        ready=Count("id", filter=ready),
        problems=Count("id", filter=Q(state=QuoteLine.State.PROBLEM)),
        checking=Count("id", filter=Q(state=QuoteLine.State.CHECKING)),
        total_minor=Sum("price_minor", filter=ready),
    )
    return QuoteSums(found["ready"], found["problems"], found["checking"], found["total_minor"] or 0)


def subscription_of_name(*, customer: Customer, domain_name: str) -> Subscription | None:
    """The living subscription of a domain."""
    rows = Subscription.objects.filter(customer=customer, domain_name=domain_name)
    return rows.exclude(state__in=Subscription.GONE).order_by("-period_end").first()


def statement(*, customer: Customer, after: str = "") -> Window[Entry]:
    """What moved the available balance, and what was charged from holds, the newest first."""
    shown = Q(account__kind=Account.Kind.AVAILABLE) | Q(account__kind=Account.Kind.REVENUE)
    rows = Entry.objects.filter(shown, customer=customer).select_related("transaction", "account")
    return window(rows, order=("-id",), after=after)
