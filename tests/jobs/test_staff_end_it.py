"""Whatever needs attention has a page with a button that ends it, for staff who may, with a reason that is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts.mails import queue_mail
from accounts.models import Mail
from accounts.tenancy import scope, staff_scope
from mirror import surveys
from mirror.models import Survey
from reseller_portal.jobs.attention import NEEDS, find_cases
from reseller_portal.jobs.models import Job
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import place
from reseller_portal.webhooks.intake import keep
from reseller_portal.webhooks.models import Event
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_support
from tests.shop import Shop
from tests.webhooks.deliveries import body_of
from tests.world import World

REASON = {"reason": "Agreed with Ada"}
QUEUES = pytest.mark.parametrize(
    ("model", "given_up", "due", "put_away"),
    [
        (Event, "failed", "due", "put_away"),
        (Survey, "failed", "running", "stopped"),
        (Mail, "needs_person", "waiting", "dropped"),
    ],
)


@pytest.fixture(autouse=True)
def rows(world: World) -> None:
    """One of each queue, given up."""
    keep(body_of())
    queue_mail(to="ada@example.com", subject="Hello", template="emails/owner_notice", purpose="test")
    with scope(world.acme.pk):
        place(
            customer=world.acme,
            kind="order.process",
            key="1",
            priority=Operation.Priority.PURCHASE,
            payload={"part": 0},
        )
    with staff_scope("test"):
        surveys.begin(Survey.Kind.CUSTOMER, customer=world.acme)
        gone = {"due_at": None, "attempts": 20, "begun_at": timezone.now(), "last_error": "It broke."}
        for model, state in (
            (Operation, "needs_person"),
            (Event, "failed"),
            (Survey, "failed"),
            (Mail, "needs_person"),
        ):
            model.objects.update(state=state, **gone)


@pytest.fixture
def rex(world: World) -> Client:
    return browser_of(make_admin())


def row_of(model: type[Job]) -> Any:
    with staff_scope("test"):
        return model._default_manager.get()


def page_of(row: Model, verb: str = "") -> str:
    base = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/"
    return f"{base}decide/{verb}/" if verb else f"{base}change/"


def test_every_row_that_needs_attention_leads_to_a_page_with_a_button(rex: Client) -> None:
    with staff_scope("test"):
        cases = find_cases(100)
    assert {type(each.subject) for each in cases} == {Operation, Event, Survey, Mail}
    for case in cases:
        assert case.how == NEEDS
        text = rex.get(case.url).content.decode()
        assert f"{case.url.removesuffix('change/')}decide/" in text, case.what


@QUEUES
def test_what_is_tried_again_is_due_with_all_its_tries(
    rex: Client, model: type[Job], given_up: str, due: str, put_away: str
) -> None:
    row = row_of(model)
    asked = rex.get(page_of(row, "again")).content.decode()
    assert "It broke." in asked
    assert row_of(model).state == given_up
    assert rex.post(page_of(row, "again"), REASON).status_code == 302
    row = row_of(model)
    assert (row.state, row.attempts, row.begun_at, row.last_error) == (due, 0, None, "")
    assert row.due_at is not None


@QUEUES
def test_what_is_put_away_is_due_never_and_asked_about_no_more(
    rex: Client, model: type[Job], given_up: str, due: str, put_away: str
) -> None:
    row = row_of(model)
    rex.post(page_of(row, "away"), REASON)
    assert (row_of(model).state, row_of(model).due_at) == (put_away, None)
    (entry,) = audit_rows(f"{model._meta.verbose_name}.put_away")
    assert (entry.actor_label, entry.before["state"], entry.after["reason"]) == ("Rex", given_up, "Agreed with Ada")
    with staff_scope("test"):
        assert model not in {type(each.subject) for each in find_cases(100)}
    assert "decide/" not in rex.get(page_of(row)).content.decode()
    again = rex.post(page_of(row, "again"), REASON, follow=True).content.decode()
    assert "needs no such decision any more" in again
    assert row_of(model).state == put_away


def test_many_are_ended_at_once_with_one_reason_and_what_could_not_be_is_said(rex: Client, world: World) -> None:
    queue_mail(to="ivy@example.com", subject="Hello", template="emails/owner_notice", purpose="test")
    with staff_scope("test"):
        Mail.objects.filter(to="ivy@example.com").update(state="sent", due_at=None)
        ticked = list(Mail.objects.values_list("pk", flat=True))
    press = {"action": "put_away", "_selected_action": ticked, **REASON}
    text = rex.post("/admin/accounts/mail/", press, follow=True).content.decode()
    assert "Done with 1 of 2." in text
    assert "needs no such decision any more" in text
    with staff_scope("test"):
        assert dict(Mail.objects.values_list("to", "state")) == {
            "ada@example.com": "dropped",
            "ivy@example.com": "sent",
        }


@QUEUES
def test_nothing_of_a_queue_happens_without_reason_or_right(
    rex: Client, model: type[Job], given_up: str, due: str, put_away: str
) -> None:
    row, sam = row_of(model), browser_of(make_support())
    for verb in ("again", "away"):
        assert rex.post(page_of(row, verb), {"reason": " "}).status_code == 422
        assert sam.get(page_of(row, verb)).status_code == sam.post(page_of(row, verb), REASON).status_code == 403
    assert "decide/" not in sam.get(page_of(row)).content.decode()
    assert row_of(model).state == given_up


@QUEUES
def test_what_a_worker_has_is_left_to_it(rex: Client, model: type[Job], given_up: str, due: str, put_away: str) -> None:
    row = row_of(model)
    with staff_scope("test"):
        leased = {"lease": "a-worker", "due_at": timezone.now() + timedelta(seconds=60)}
        model._default_manager.update(state=due, **leased)
    assert "at this moment" in rex.post(page_of(row, "away"), REASON, follow=True).content.decode()
    assert (row_of(model).state, row_of(model).lease) == (due, "a-worker")


def test_a_survey_is_not_gone_on_with_while_another_reads_the_same(rex: Client, world: World) -> None:
    row = row_of(Survey)
    with staff_scope("test"):
        surveys.begin(Survey.Kind.CUSTOMER, customer=world.acme)
    assert "does the same" in rex.post(page_of(row, "again"), REASON, follow=True).content.decode()
    with staff_scope("test"):
        row.refresh_from_db()
    assert row.state == "failed"


def test_the_page_of_an_order_lists_what_it_waits_for(shop: Shop, rex: Client) -> None:
    shop.sandbox.fault("create_user", "refuse", status=422, words="Phone number is not valid")
    order = shop.order("first.com")
    shop.work()
    page = rex.get(f"/admin/billing/order/{order.pk}/change/").content.decode()
    listed = page.partition('id="operations-title"')[2].partition("</section>")[0]
    with staff_scope("test"):
        opening = Operation.objects.get(kind="account.open")
        draft = Operation.objects.get(kind="order.draft")
    assert "Phone number is not valid" in listed
    for operation in (opening, draft):
        assert page_of(operation) in listed
