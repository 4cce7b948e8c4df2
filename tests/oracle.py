"""What must hold after anything that happened: one charge, one purchase, books that agree, nothing forgotten."""

from django.db.models import Sum
from django.utils import timezone

from accounts.models import Mail
from accounts.tenancy import staff_scope
from billing.models import Account, Entry, Hold, OrderLine, Shortfall, Transaction
from mailboxes.models import Mailbox
from reseller_portal.jobs.attention import find_cases
from reseller_portal.jobs.models import Job
from reseller_portal.jobs.rules import LATE
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.models import Domain as SoldDomain
from reseller_portal.sandbox.models import Mailbox as SoldMailbox
from reseller_portal.webhooks.models import Event

State = OrderLine.State


def ask(sandbox: Control) -> None:
    """What holds when all news has arrived. Raises AssertionError with the first thing that does not."""
    ask_in_between()
    with staff_scope("test: the oracle"):
        _wallet_equals_our_cost(sandbox)
        _deliveries_equal_purchases()


def ask_in_between() -> None:
    """What holds at every moment, however much news is still on its way."""
    with staff_scope("test: the oracle"):
        _every_transaction_sums_to_zero()
        _holds_equal_open_lines()
        _nothing_is_forgotten()


def _every_transaction_sums_to_zero() -> None:
    for moved in Transaction.objects.annotate(total=Sum("entries__amount_minor")):
        assert moved.total == 0, moved
    for account in Account.objects.annotate(total=Sum("entries__amount_minor")):
        assert account.balance_minor == (account.total or 0), account


def _holds_equal_open_lines() -> None:
    held = Account.objects.filter(kind="held").aggregate(total=Sum("balance_minor"))["total"] or 0
    still_open = OrderLine.objects.filter(state__in=[State.WAITING, State.WORKING])
    holds = dict(Hold.objects.filter(state=Hold.State.OPEN).values_list("reference", "amount_minor"))
    assert held == sum(holds.values())
    of_orders = {key: amount for key, amount in holds.items() if key.startswith("order-line-")}
    assert of_orders == {line.money_reference: line.price_minor for line in still_open}
    revenue = Account.objects.filter(kind="revenue").aggregate(total=Sum("balance_minor"))["total"] or 0
    delivered = OrderLine.objects.filter(state=State.DELIVERED).aggregate(total=Sum("price_minor"))["total"] or 0
    unpaid = Shortfall.objects.exclude(state=Shortfall.State.CHARGED).aggregate(total=Sum("amount_minor"))["total"] or 0
    assert revenue == delivered - unpaid


def _wallet_equals_our_cost(sandbox: Control) -> None:
    spent = -sum(amount for amount, _reason in sandbox.movements() if amount < 0)
    booked = Entry.objects.filter(account__kind="cost").aggregate(total=Sum("amount_minor"))["total"] or 0
    assert booked == spent


def _deliveries_equal_purchases() -> None:
    ours = sorted(OrderLine.objects.filter(state=State.DELIVERED).values_list("name", flat=True))
    theirs = [*SoldDomain.objects.filter(status="ACTIVE").values_list("name", flat=True)]
    theirs += SoldMailbox.objects.filter(status="ACTIVE").values_list("email", flat=True)
    assert ours == sorted(theirs)
    active = sorted(Mailbox.objects.filter(state="ACTIVE").values_list("address", flat=True))
    assert active == sorted(SoldMailbox.objects.filter(status="ACTIVE").values_list("email", flat=True))


def _nothing_is_forgotten() -> None:
    """What is not final is due soon or is being worked on, stands before staff, or is parked behind what does."""
    shown = {(type(case.subject), case.subject.pk) for case in find_cases(1000)}
    late = timezone.now() - LATE
    rows: list[tuple[Job, bool]] = [(each, each.is_final) for each in Operation.objects.all()]
    rows += [(each, each.state in {Event.State.DONE, Event.State.IGNORED}) for each in Event.objects.all()]
    rows += [(each, each.state in {Mail.State.SENT, Mail.State.DROPPED}) for each in Mail.objects.all()]
    for row, is_final in rows:
        is_due = row.due_at is not None and row.due_at > late
        is_parked = isinstance(row, Operation) and row.is_parked
        assert is_final or is_due or is_parked or (type(row), row.pk) in shown, row
