"""The cards of the admin's first page: what needs attention, the newest orders, the provider, the lowest balances."""

from dataclasses import dataclass, replace

from django.db.models import Count, Q, Sum

from accounts.admin_site import Section
from billing.availability import PRICE
from billing.below_cost import sold_below_cost
from billing.models import Account, Order, OrderLine, OrderPart, Shortfall
from billing.selectors import lost_lines, lost_minor, with_progress
from billing.services.orders import DRAFT, END, PROCESS
from billing.services.wallet import newest_reading
from billing.short_wallet import waiting_for_money
from reseller_portal.jobs.attention import IS_LATE, NEEDS, ON_PURPOSE, Case, count_cases, find_cases
from reseller_portal.operations.models import Operation
from reseller_portal.operations.upstream_state import short_state
from reseller_portal.webhooks.models import Event

SHOWN = 8
ADD_MONEY = "Add money to the wallet; then it goes on by itself."
WORDS = {NEEDS: "Needs attention", IS_LATE: "Late", ON_PURPOSE: "Waits on purpose"}


@dataclass(frozen=True)
class Row:
    """A case with what its customer paid for what is open in it, in minor units; None for nothing."""

    case: Case
    what: str
    state: str
    word: str
    stake_minor: int | None


def needs_attention() -> Section:
    """What needs attention, what is late, what waits on purpose; the oldest of each first."""
    return Section(
        "billing/admin/attention.html", {"rows": attention_rows(SHOWN), "number": sum(count_cases().values())}
    )


def attention_rows(limit: int) -> list[Row]:
    cases = find_cases(limit)
    orders = _orders_of([each.subject for each in cases if isinstance(each.subject, Operation)])
    open_of = _open_of({*(each.pk for each in orders.values()), *_numbers_of_orders(cases)})
    return [_row(each, orders, open_of) for each in cases]


def newest_orders() -> Section:
    rows = with_progress(Order.objects.select_related("customer").order_by("-pk"))
    return Section("billing/admin/orders.html", {"orders": list(rows[:SHOWN])})


def provider() -> Section:
    """How busy the calls are, and whether answers and events come."""
    open_states = [Operation.State.WAITING, Operation.State.SENDING, Operation.State.ACCEPTED, Operation.State.UNKNOWN]
    counts = Operation.objects.filter(state__in=open_states).aggregate(
        waiting=Count("pk", filter=Q(state=Operation.State.WAITING)),
        sent=Count("pk", filter=Q(state__in=[Operation.State.SENDING, Operation.State.ACCEPTED])),
        unknown=Count("pk", filter=Q(state=Operation.State.UNKNOWN)),
        lost=Count("pk", filter=Q(state=Operation.State.WAITING, attempts__gt=1)),
    )
    stuck = Event.objects.filter(state=Event.State.FAILED).count()
    waits, short = short_state(), waiting_for_money().count()
    troubled = bool(waits or short or counts["unknown"] or counts["lost"] or stuck)
    newest, reading = Event.objects.order_by("-received_at").first(), newest_reading()
    content = {
        "state": "unknown" if troubled else "done",
        "word": waits[0] if waits else "Wallet too low" if short else "Check" if troubled else "Healthy",
        "lines": [
            ("Calls that wait", f"{counts['waiting']:,}"),
            ("Wait for money in the wallet", f"{short:,}"),
            ("Sent, not settled yet", f"{counts['sent']:,}"),
            ("Answer lost, being looked up", f"{counts['unknown']:,}"),
            ("Tried more than once", f"{counts['lost']:,}"),
            ("Events not understood", f"{stuck:,}"),
        ],
        "last_event_at": newest.received_at if newest else None,
        "wallet_read_at": reading.read_at if reading else None,
    }
    return Section("billing/admin/provider.html", content, is_aside=True)


def paid_not_delivered() -> Section:
    """What the upstream took money for and did not deliver: the newest, and the sum of all of it."""
    lines = list(lost_lines().select_related("order", "customer").order_by("-finished_at")[:SHOWN])
    return Section("billing/admin/losses.html", {"lines": lines, "total_minor": lost_minor()})


def below_cost() -> Section:
    return Section("billing/admin/below_cost.html", {"lines": list(sold_below_cost()[:SHOWN])})


def lowest_balances() -> Section:
    rows = Account.objects.filter(kind=Account.Kind.AVAILABLE).select_related("customer").order_by("balance_minor")
    return Section("billing/admin/balances.html", {"accounts": list(rows[:SHOWN])}, is_aside=True)


ALL = (needs_attention, newest_orders, paid_not_delivered, below_cost, provider, lowest_balances)


def _orders_of(operations: list[Operation]) -> dict[int, Order]:
    """The order behind each operation that buys."""
    parts = {each.pk: each.payload.get("part") for each in operations if each.kind in {DRAFT, PRICE, PROCESS, END}}
    known = {part.pk: part.order for part in OrderPart.objects.filter(pk__in=parts.values()).select_related("order")}
    return {number: known[part] for number, part in parts.items() if part in known}


def _numbers_of_orders(cases: list[Case]) -> set[int]:
    return {each.subject.pk for each in cases if isinstance(each.subject, Order)}


def _open_of(orders: set[int]) -> dict[int, int]:
    """What is on hold for the open lines of each order, in minor units: the rest was charged or given back."""
    lines = OrderLine.objects.filter(order__in=orders, state__in=(OrderLine.State.WAITING, OrderLine.State.WORKING))
    return dict(lines.values_list("order").annotate(total=Sum("price_minor")))


def _row(case: Case, orders: dict[int, Order], open_of: dict[int, int]) -> Row:
    subject, what, stake = case.subject, case.what, None
    order = (
        orders.get(subject.pk) if isinstance(subject, Operation) else subject if isinstance(subject, Order) else None
    )
    if isinstance(subject, Operation) and subject.on_purpose:
        case = replace(case, next_step=ADD_MONEY)
    if order:
        what, stake = f"Order {order.reference}", open_of.get(order.pk)
    elif isinstance(subject, Shortfall):
        stake = subject.amount_minor
    state = {NEEDS: "failed", IS_LATE: "needs_person"}.get(case.how, "waiting")
    return Row(case=case, what=what, state=state, word=WORDS[case.how], stake_minor=stake)
