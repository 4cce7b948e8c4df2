"""What must hold after anything that happened: one charge, one purchase, books that agree, nothing forgotten."""

from django.db.models import Sum
from django.utils import timezone

from accounts.models import Mail
from accounts.tenancy import staff_scope
from billing.models import Entry, OrderLine
from mailboxes.models import Mailbox
from mirror import books
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
    found = books.differences()
    assert found == [], found
    with staff_scope("test: the oracle"):
        _nothing_is_forgotten()


def _wallet_equals_our_cost(sandbox: Control) -> None:
    moved = sandbox.movements()
    spent = -sum(amount for amount, reason in moved if amount < 0 or reason.startswith("Refund of "))
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
