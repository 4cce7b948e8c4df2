"""While the upstream serves nobody staff read one line for it; what was late before, and what makes no call, stays."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Customer
from accounts.tenancy import scope, staff_scope
from billing.availability import AVAILABILITY, SUGGESTIONS
from mirror import books
from reseller_portal.jobs import attention
from reseller_portal.jobs.attention import IS_LATE, NEEDS, Case, count_cases, find_cases
from reseller_portal.jobs.models import Job
from reseller_portal.operations import circuit
from reseller_portal.operations.models import Circuit, Operation
from reseller_portal.operations.placing import place
from reseller_portal.upstream.errors import Unreachable
from tests.accounts.staff import browser_of, make_admin
from tests.world import World

HOUR = timedelta(hours=1)


def due(customer: Customer, kind: str, key: str, since: timedelta, *, without_call: bool = False) -> Operation:
    with scope(customer.pk):
        row = place(customer=customer, kind=kind, key=key, priority=Operation.Priority.EDIT)
        Operation.objects.filter(pk=row.pk).update(due_at=timezone.now() - since, without_call=without_call)
    return row


def out_for(time: timedelta) -> None:
    circuit.open_because(Unreachable("get_wallet", "Nobody answers."))
    Circuit.objects.update(opened_at=timezone.now() - time, next_try_at=timezone.now() + HOUR)


def cases() -> list[Case]:
    with staff_scope("test"):
        return find_cases(100)


def told_late() -> set[str]:
    return {each.subject.key for each in cases() if each.how == IS_LATE and isinstance(each.subject, Operation)}


@pytest.mark.parametrize("number", [1, 30])
def test_what_waits_for_the_upstream_is_one_line_however_much_it_is(world: World, number: int) -> None:
    out_for(3 * HOUR)
    for key in range(number):
        due(world.acme, AVAILABILITY, f"{key}.com", 2 * HOUR)
    (case,) = cases()
    assert (case.how, isinstance(case.subject, Circuit)) == (NEEDS, True)
    assert f"wait for it: {number}." in case.reason
    with staff_scope("test"):
        assert count_cases()[NEEDS] == 1
        assert count_cases()[IS_LATE] == 0


def test_what_was_late_before_and_what_needs_no_call_stands_by_itself(world: World) -> None:
    out_for(3 * HOUR)
    due(world.acme, AVAILABILITY, "late-before.com", 5 * HOUR)
    due(world.acme, AVAILABILITY, "late-since.com", 3 * HOUR)
    due(world.acme, SUGGESTIONS, "without-call", 2 * HOUR, without_call=True)
    assert told_late() == {"late-before.com", "without-call"}


def test_what_nobody_takes_once_the_upstream_serves_again_is_late(world: World) -> None:
    out_for(3 * HOUR)
    due(world.acme, AVAILABILITY, "late-since.com", 2 * HOUR)
    Circuit.objects.update(opened_at=None, next_try_at=None)
    assert told_late() == {"late-since.com"}
    assert not [each for each in cases() if isinstance(each.subject, Circuit)]


def test_the_books_call_nothing_unseen_that_the_line_stands_for(world: World) -> None:
    due(world.acme, AVAILABILITY, "late-since.com", 2 * HOUR)
    out_for(3 * HOUR)
    assert books.SEEN not in {each.rule for each in books.differences()}
    with staff_scope("test"):
        assert Operation in Job.__subclasses__()
        assert not attention.unseen(attention.overdue(Operation.objects.all())).exists()


def test_the_line_leads_staff_to_what_waits(world: World) -> None:
    out_for(3 * HOUR)
    due(world.acme, AVAILABILITY, "late-since.com", 2 * HOUR)
    rex = browser_of(make_admin())
    (case,) = cases()
    assert case.what in rex.get(reverse("admin:billing_attention")).content.decode()
    assert rex.get(case.url).status_code == 200
