"""The reseller's figures on the admin's first page. Each is read inside the admin's staff scope."""

from datetime import timedelta

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from accounts.admin_site import Panel
from accounts.models import Customer
from billing.models import Account, Entry, Order, Shortfall
from billing.selectors import lost_minor
from billing.services.wallet import newest_reading
from billing.short_wallet import waiting_for_money
from reseller_portal.core.templatetags.portal import money
from reseller_portal.jobs.attention import IS_LATE, NEEDS, ON_PURPOSE, count_cases
from reseller_portal.operations.models import Operation
from reseller_portal.operations.upstream_state import short_state
from reseller_portal.webhooks.models import Event

STALE = timedelta(minutes=5)


def wallet() -> Panel:
    """The wallet as last read; how long ago says whether to believe it."""
    reading = newest_reading()
    if reading is None:
        return Panel("Wallet", "Unknown", "Not read yet", "unknown")
    if number := waiting_for_money().count():
        note = f"Too low: {number:,} wait for money. Add to it."
        url = reverse("admin:billing_attention")
        return Panel("Wallet", money(reading.balance_minor), note, "needs_person", url)
    age = timezone.now() - reading.read_at
    minutes = int(age.total_seconds() // 60)
    if age > STALE:
        return Panel("Wallet", money(reading.balance_minor), f"Read {minutes} min ago", "unknown")
    return Panel("Wallet", money(reading.balance_minor), "Read just now" if minutes < 1 else f"Read {minutes} min ago")


def customers() -> Panel:
    held = Account.objects.filter(kind=Account.Kind.AVAILABLE).aggregate(total=Sum("balance_minor"))["total"]
    url = reverse("admin:accounts_customer_changelist")
    return Panel("Customers", f"{Customer.objects.count():,}", f"{money(held)} on their balances", url=url)


def margin() -> Panel:
    """What customers paid this month, in the viewer's zone, less what the upstream took for it."""
    start = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = Entry.objects.filter(transaction__at__gte=start)
    sold = rows.filter(account__kind=Account.Kind.REVENUE).aggregate(total=Sum("amount_minor"))["total"] or 0
    cost = rows.filter(account__kind=Account.Kind.COST).aggregate(total=Sum("amount_minor"))["total"] or 0
    return Panel("Margin this month", money(sold - cost), f"{money(sold)} sold, {money(cost)} cost")


def losses() -> Panel:
    """What was delivered and not charged, and what the upstream took for what it did not deliver."""
    unpaid = Shortfall.objects.filter(state=Shortfall.State.OPEN).aggregate(total=Sum("amount_minor"))["total"] or 0
    url = reverse("admin:billing_shortfall_changelist") + "?state__exact=open"
    note = f"{money(lost_minor())} paid upstream, not delivered"
    return Panel("Delivered, not charged", money(unpaid), note, "needs_person" if unpaid else "", url=url)


def orders() -> Panel:
    working = Order.objects.filter(state=Order.State.WORKING).count()
    url = reverse("admin:billing_order_changelist") + "?state__exact=working"
    return Panel("Orders in progress", f"{working:,}", "Being delivered" if working else "Nothing waits", url=url)


def needs_attention() -> Panel:
    """What nobody but a person can decide, what is late, and what waits on purpose; of every queue."""
    counts = count_cases()
    asked, purpose = counts[NEEDS] + counts[IS_LATE], counts[ON_PURPOSE]
    url = reverse("admin:billing_attention")
    if not asked:
        return Panel("Needs attention", "0", f"{purpose:,} wait on purpose" if purpose else "All clear", "done", url)
    return Panel(
        "Needs attention", f"{asked:,}", f"{counts[IS_LATE]:,} late, {purpose:,} wait on purpose", "needs_person", url
    )


def upstream() -> Panel:
    """Whether the upstream takes our calls, then whether answers were lost."""
    if state := short_state():
        return Panel("Upstream", *state, "unknown")
    if number := waiting_for_money().count():
        return Panel("Upstream", "Sells nothing", f"The wallet is too low; {number:,} wait for money", "needs_person")
    unknown = Operation.objects.filter(state=Operation.State.UNKNOWN).count()
    lost = Operation.objects.filter(state=Operation.State.WAITING, attempts__gt=1).count()
    stuck = Event.objects.filter(state=Event.State.FAILED).count()
    if unknown or lost or stuck:
        return Panel("Upstream", "Check", f"{unknown} unknown, {lost} repeated, {stuck} events stuck", "unknown")
    return Panel("Upstream", "Healthy", "Every call was answered", "done")


ALL = (wallet, customers, margin, losses, orders, needs_attention, upstream)
