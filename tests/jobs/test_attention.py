"""Staff see every row that does not move: asked of them, late, or waiting on purpose, each with its reason and end."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.mails import queue_mail
from accounts.models import Mail
from accounts.tenancy import scope, staff_scope
from mirror import surveys
from mirror.models import Survey
from reseller_portal.jobs.attention import IS_LATE, NEEDS, ON_PURPOSE, Case, count_cases, find_cases
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import place
from reseller_portal.webhooks.intake import keep
from reseller_portal.webhooks.models import Event
from tests.accounts.staff import browser_of, make_admin, make_support
from tests.shop import Shop
from tests.webhooks.deliveries import body_of
from tests.world import World

HOUR = timedelta(hours=1)


def cases() -> list[Case]:
    with staff_scope("test"):
        return find_cases(100)


def told() -> list[tuple[str, str, str]]:
    return [(each.how, type(each.subject).__name__, each.reason) for each in cases()]


def a_row_of_each_queue(world: World) -> None:
    with scope(world.acme.pk):
        place(customer=world.acme, kind="account.open", key="1", priority=Operation.Priority.PURCHASE)
    keep(body_of())
    queue_mail(to="ada@example.com", subject="Hello", template="emails/owner_notice", purpose="test")
    with staff_scope("test"):
        surveys.begin(Survey.Kind.CUSTOMER, customer=world.acme)


def change(**values: Any) -> None:
    with staff_scope("test"):
        for model in (Operation, Event, Survey, Mail):
            model.objects.update(**values)


def test_what_goes_on_is_not_shown(world: World) -> None:
    a_row_of_each_queue(world)
    assert cases() == []


def test_what_was_given_up_is_shown_with_its_reason(world: World) -> None:
    a_row_of_each_queue(world)
    with staff_scope("test"):
        for model, state in (
            (Operation, "needs_person"),
            (Event, "failed"),
            (Survey, "failed"),
            (Mail, "needs_person"),
        ):
            model.objects.update(state=state, due_at=None, last_error="It broke.")
        assert count_cases() == {NEEDS: 4, IS_LATE: 0, ON_PURPOSE: 0}
    assert sorted(told()) == [(NEEDS, name, "It broke.") for name in ("Event", "Mail", "Operation", "Survey")]
    assert all(each.next_step and each.url for each in cases())


def test_what_nobody_took_for_an_hour_is_late(world: World) -> None:
    a_row_of_each_queue(world)
    change(due_at=timezone.now() - HOUR + timedelta(minutes=2))
    assert cases() == []
    change(due_at=F("due_at") - timedelta(minutes=3))
    assert sorted(told()) == [
        (IS_LATE, name, "It is due, and no worker has taken it.") for name in ("Event", "Mail", "Operation", "Survey")
    ]


def test_what_is_worked_on_for_an_hour_beyond_the_normal_is_late(world: World) -> None:
    a_row_of_each_queue(world)
    change(due_at=timezone.now() + HOUR, begun_at=timezone.now() - 3 * HOUR, last_error="Silence.")
    assert sorted(told()) == [(IS_LATE, name, "Silence.") for name in ("Event", "Mail", "Operation", "Survey")]


def test_a_purchase_may_take_its_hours(world: World) -> None:
    with scope(world.acme.pk):
        row = place(customer=world.acme, kind="order.process", key="1", priority=Operation.Priority.PURCHASE)
        at = {"state": "accepted", "due_at": timezone.now() + HOUR}
        Operation.objects.filter(pk=row.pk).update(**at, begun_at=timezone.now() - 3 * HOUR)
    assert cases() == []
    with scope(world.acme.pk):
        Operation.objects.filter(pk=row.pk).update(begun_at=timezone.now() - 6 * HOUR)
    assert [each.how for each in cases()] == [IS_LATE]


def test_an_order_that_waits_for_money_is_one_line_with_its_end(shop: Shop) -> None:
    shop.order("first.com")
    shop.sandbox.set_wallet(1)
    shop.finish()
    (case,) = cases()
    assert (case.how, case.customer) == (ON_PURPOSE, "Acme")
    assert "wallet" in case.reason
    assert case.until is not None
    assert timedelta(hours=71) < case.until - timezone.now() < timedelta(hours=72)


def test_a_purchase_whose_answer_was_lost_is_one_line_with_its_end(shop: Shop) -> None:
    shop.order("first.com")
    shop.sandbox.fault("process_order", "error_before")
    shop.work()
    (case,) = cases()
    assert (case.how, isinstance(case.subject, Operation)) == (ON_PURPOSE, True)
    assert case.until is not None


def test_what_is_parked_behind_a_failure_stands_with_it(shop: Shop) -> None:
    shop.sandbox.fault("create_user", "refuse", words="Phone number is not valid", status=422)
    shop.order("first.com")
    shop.finish()
    (case,) = cases()
    assert case.how == NEEDS
    assert "Phone number is not valid" in case.reason
    assert "1 more wait for it" in case.reason


def test_a_survey_that_was_followed_by_another_is_not_shown(world: World) -> None:
    with staff_scope("test"):
        first = surveys.begin(Survey.Kind.CUSTOMER, customer=world.acme)
        Survey.objects.filter(pk=first.pk).update(state="failed", due_at=None)
        other = surveys.begin(Survey.Kind.CUSTOMER, customer=world.initech)
    assert [each.subject for each in cases()] == [first]
    with staff_scope("test"):
        Survey.objects.filter(pk=other.pk).update(state="done", due_at=None)
        surveys.begin(Survey.Kind.CUSTOMER, customer=world.acme)
    assert cases() == []


def test_staff_read_it_on_the_first_page_and_send_a_mail_again(world: World) -> None:
    a_row_of_each_queue(world)
    with staff_scope("test"):
        Mail.objects.update(state="needs_person", due_at=None, last_error="Connection refused", attempts=20)
        mail = Mail.objects.get()
    rex = browser_of(make_admin())
    page = rex.get("/admin/").content.decode()
    assert "Connection refused" in page
    assert "Mend the mail server and try it again" in page
    assert rex.get(f"/admin/accounts/mail/{mail.pk}/change/").status_code == 200
    press = {"action": "try_again", "_selected_action": [mail.pk], "reason": "The server is back"}
    browser_of(make_support()).post("/admin/accounts/mail/", press)
    with staff_scope("test"):
        assert Mail.objects.get().state == "needs_person"
    rex.post("/admin/accounts/mail/", {**press, "reason": ""})
    with staff_scope("test"):
        assert Mail.objects.get().state == "needs_person"
    rex.post("/admin/accounts/mail/", press)
    with staff_scope("test"):
        assert (Mail.objects.get().state, Mail.objects.get().attempts) == ("waiting", 0)


@pytest.mark.parametrize("number", [3, 30])
def test_the_list_costs_the_same_however_many_rows_there_are(
    world: World, number: int, django_assert_max_num_queries: Any
) -> None:
    with scope(world.acme.pk):
        for key in range(number):
            place(customer=world.acme, kind="account.open", key=str(key), priority=Operation.Priority.EDIT)
        Operation.objects.update(state="needs_person", due_at=None)
    with staff_scope("test"), django_assert_max_num_queries(15):
        assert len(find_cases(8)) == min(number, 8)
