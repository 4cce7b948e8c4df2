"""Sweeps: what no event told of is found; what vanished is marked and not deleted; staff accept or repair."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import Customer, User
from accounts.tenancy import staff_scope
from billing.models import Subscription
from domains.models import DnsRecord, Domain
from mailboxes.models import Mailbox
from mirror import phases, repair, surveys
from mirror.models import Drift, Survey
from reseller_portal.operations.models import Budget, Operation
from reseller_portal.operations.steps import take_step
from reseller_portal.sandbox.models import Domain as SoldDomain
from reseller_portal.sandbox.models import Mailbox as SoldMailbox
from reseller_portal.sandbox.models import Subscription as SoldSubscription
from tests.mirror.account import Account, drifts
from tests.shop import Shop

ONE = Survey.Kind.CUSTOMER


@pytest.fixture
def adopted(account: Account) -> Customer:
    """A customer whose things were taken over; events of the past are forgotten."""
    account.read()
    account.control.mark_delivered(account.control.pending_letters())
    with staff_scope("test"):
        return Customer.objects.get(slug="harborlight-sales")


@pytest.fixture
def rex(account: Account) -> User:
    return User.objects.create_user("rex@example.com", "pass-phrase-1", is_staff=True, is_superuser=True)


def domain(name: str = "harborone.com") -> Domain:
    with staff_scope("test"):
        return Domain.objects.get(name=name)


def mailbox(address: str = "maya@harborone.com") -> Mailbox:
    with staff_scope("test"):
        return Mailbox.objects.get(address=address)


def sweep(account: Account, customer: Customer) -> Survey:
    return account.read(ONE, customer=customer)


def hours_pass(hours: float) -> None:
    """For our own rows: everything was heard of and noted that much earlier."""
    step = timedelta(hours=hours)
    with staff_scope("test: hours pass"):
        for model in (Domain, Mailbox, Subscription):
            model.objects.update(seen_at=F("seen_at") - step, missing_since=F("missing_since") - step)
        Survey.objects.update(began_at=F("began_at") - step)
        Customer.objects.update(adopted_at=F("adopted_at") - step)


def test_a_sweep_of_what_is_as_it_was_changes_only_how_fresh_it_is(account: Account, adopted: Customer) -> None:
    hours_pass(5)
    before = domain()
    survey = sweep(account, adopted)
    assert (survey.calls, survey.notes, drifts()) == (3, [], [])
    assert timezone.now() - domain().seen_at < timedelta(minutes=1)
    assert domain().state == before.state


def test_a_sweep_reads_old_zones_a_few_at_a_time(
    account: Account, adopted: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phases, "MOST_ZONES", 1)
    hours_pass(30)
    with staff_scope("test: what is known of the zones is old, and wrong"):
        Domain.objects.update(records_seen_at=timezone.now() - timedelta(hours=30))
        DnsRecord.objects.all().delete()
    for zones in (1, 2, 2):
        sweep(account, adopted)
        with staff_scope("test"):
            assert DnsRecord.objects.values("domain").distinct().count() == zones
    assert account.control.count("list_dns_records") == 3 + 2


def test_a_fact_that_changed_unseen_is_taken_over_and_noted(account: Account, adopted: Customer) -> None:
    SoldDomain.objects.filter(name="harborone.com").update(status="GRACE_PERIOD")
    sweep(account, adopted)
    assert domain().state == "GRACE_PERIOD"
    (drift,) = drifts()
    assert (drift.field, drift.here, drift.there, drift.state) == ("state", "ACTIVE", "GRACE_PERIOD", "noted")


def test_a_choice_that_changed_unseen_is_shown_and_waits_for_staff(account: Account, adopted: Customer) -> None:
    SoldDomain.objects.filter(name="harborone.com").update(auto_renew=True)
    sweep(account, adopted)
    assert domain().auto_renew is True
    (drift,) = drifts()
    assert (drift.kind, drift.field, drift.here, drift.there, drift.state) == (
        "changed", "auto_renew", False, True, "open",
    )  # fmt: skip


def test_accepting_keeps_what_is_there(account: Account, adopted: Customer, rex: User) -> None:
    SoldDomain.objects.filter(name="harborone.com").update(auto_renew=True)
    sweep(account, adopted)
    with staff_scope("test"):
        repair.accept(user=rex, drift=drifts()[0])
        with pytest.raises(repair.AlreadyDecided):
            repair.accept(user=rex, drift=drifts()[0])
    sweep(account, adopted)
    assert [(each.state, each.settled_by_id) for each in drifts()] == [("accepted", rex.pk)]
    assert domain().auto_renew is True


REPAIRS = (
    (SoldDomain, {"name": "harborone.com"}, {"auto_renew": True}, "auto_renew"),
    (SoldDomain, {"name": "harborone.com"}, {"mail_goes_to": "spy@elsewhere.example"}, "catch_all"),
    (SoldSubscription, {"domain__name": "harborone.com"}, {"auto_renew": False}, "auto_renew"),
    (SoldMailbox, {"email": "maya@harborone.com"}, {"first_name": "Somebody"}, "first_name"),
)


@pytest.mark.parametrize("case", REPAIRS, ids=[f"{r[0].__name__}-{r[3]}" for r in REPAIRS])
def test_repairing_sends_our_value_back(
    account: Account, adopted: Customer, rex: User, shop: Shop, case: tuple[Any, dict[str, Any], dict[str, Any], str]
) -> None:
    model, which, change, field = case
    if field == "catch_all":
        SoldDomain.objects.filter(**which).update(mail_goes_to="ours@harbor.example")
        sweep(account, adopted)
        with staff_scope("test"):
            Drift.objects.all().delete()
    rows = model.objects.filter(**which)
    before = rows.values(*change).get()
    rows.update(**change)
    account.read(Survey.Kind.SUBSCRIPTIONS)
    sweep(account, adopted)
    (drift,) = drifts(state="open")
    assert drift.field == field
    with staff_scope("test"):
        repair.repair(user=rex, drift=drift)
    assert [each.state for each in drifts()] == ["repairing"]
    for _ in range(4):
        shop.work()
        account.control.advance(10)
        shop.pass_time(10)
    assert [each.state for each in drifts()] == ["repaired"]
    assert rows.values(*change).get() == before


def test_a_repair_whose_answer_was_lost_is_looked_at_and_not_sent_twice(
    account: Account, adopted: Customer, rex: User, shop: Shop
) -> None:
    SoldSubscription.objects.filter(domain__name="harborone.com").update(auto_renew=False)
    account.read(Survey.Kind.SUBSCRIPTIONS)
    account.control.lose_answer_of("set_subscription_auto_renew")
    with staff_scope("test"):
        repair.repair(user=rex, drift=drifts(state="open")[0])
    for _ in range(3):
        shop.work()
        shop.pass_time(30)
    assert account.control.count("set_subscription_auto_renew") == 1
    assert [each.state for each in drifts()] == ["repaired"]


@pytest.mark.parametrize("case", [REPAIRS[0], REPAIRS[-1]], ids=["domain", "mailbox"])
def test_a_repair_that_staff_call_done_is_read_at_once_and_shown_as_it_is(
    account: Account, adopted: Customer, rex: User, shop: Shop, case: tuple[Any, dict[str, Any], dict[str, Any], str]
) -> None:
    model, which, change, field = case
    model.objects.filter(**which).update(**change)
    sweep(account, adopted)
    row = domain if model is SoldDomain else mailbox
    with staff_scope("test"):
        repair.repair(user=rex, drift=drifts(state="open")[0])
        operation = Operation.objects.get(kind=repair.REPAIR)
        take_step(user=rex, operation=operation, verb="done", reason="Set in the panel")
    assert [each.state for each in drifts()] == ["repaired"]
    assert getattr(row(), field) == drifts()[0].here
    shop.work()
    assert getattr(row(), field) == change[field]


def test_a_repair_that_is_refused_comes_back_to_staff_and_may_be_tried_again(
    account: Account, adopted: Customer, rex: User, shop: Shop
) -> None:
    SoldDomain.objects.filter(name="harborone.com").update(auto_renew=True)
    sweep(account, adopted)
    account.control.fault("set_domain_auto_renew", "refuse")
    for expected in ("open", "repaired"):
        with staff_scope("test"):
            repair.repair(user=rex, drift=drifts()[0])
        for _ in range(3):
            shop.work()
            shop.pass_time(30)
        assert [each.state for each in drifts()] == [expected]
    assert SoldDomain.objects.get(name="harborone.com").auto_renew is False


def test_a_fact_cannot_be_sent_back(account: Account, adopted: Customer, rex: User) -> None:
    SoldDomain.objects.create(
        person_id=adopted.upstream_id, name="harborthree.com", status="ACTIVE", provider="GOOGLE",
        registered_at=account.control.now(), expires_at=account.control.now() + timedelta(days=300),
    )  # fmt: skip
    sweep(account, adopted)
    (drift,) = drifts()
    assert (drift.kind, drift.name, drift.state) == ("appeared", "harborthree.com", "open")
    with staff_scope("test"), pytest.raises(repair.CannotBeRepaired):
        repair.repair(user=rex, drift=drift)


def test_what_vanished_is_marked_once_and_brought_to_staff_twice(account: Account, adopted: Customer) -> None:
    SoldMailbox.objects.filter(email="maya@harborone.com").update(status="REMOVED")
    sweep(account, adopted)
    assert (mailbox().state, mailbox().missing_since is None, drifts()) == ("ACTIVE", False, [])
    hours_pass(24)
    sweep(account, adopted)
    (drift,) = drifts()
    assert (drift.kind, drift.name, drift.state) == ("missing", "maya@harborone.com", "open")
    assert mailbox().state == "ACTIVE"
    assert mailbox("noor@harborone.com").missing_since is None


def test_accepting_that_it_is_gone_removes_it(account: Account, adopted: Customer, rex: User) -> None:
    SoldMailbox.objects.filter(email="maya@harborone.com").update(status="REMOVED")
    for _ in range(2):
        sweep(account, adopted)
        hours_pass(24)
    with staff_scope("test"):
        repair.accept(user=rex, drift=drifts()[0])
    assert mailbox().state == "REMOVED"
    sweep(account, adopted)
    assert [each.state for each in drifts()] == ["accepted"]


def test_what_comes_back_needs_no_decision(account: Account, adopted: Customer) -> None:
    SoldMailbox.objects.filter(email="maya@harborone.com").update(status="REMOVED")
    for _ in range(2):
        sweep(account, adopted)
        hours_pass(24)
    SoldMailbox.objects.filter(email="maya@harborone.com").update(status="ACTIVE")
    sweep(account, adopted)
    assert mailbox().missing_since is None
    assert [each.state for each in drifts()] == ["gone"]


def test_a_user_that_the_upstream_does_not_know_marks_nothing_missing(account: Account, adopted: Customer) -> None:
    """A wrong id gives empty lists and no error (contract, quirk 2)."""
    with staff_scope("test"):
        Customer.objects.filter(pk=adopted.pk).update(upstream_id="NOSUCHUSERATALL0")
        adopted.refresh_from_db()
    survey = sweep(account, adopted)
    assert "does not know this customer" in survey.notes[0]
    assert domain().missing_since is None
    assert mailbox().missing_since is None


def test_a_list_that_was_refused_says_nothing_about_what_is_missing(account: Account, adopted: Customer) -> None:
    account.control.fault("list_user_domains", "refuse")
    account.control.fault("list_user_mailboxes", "refuse")
    survey = sweep(account, adopted)
    assert len(survey.notes) == 2
    assert domain().missing_since is None
    assert mailbox().missing_since is None


def test_an_address_in_another_case_is_no_difference(account: Account, adopted: Customer) -> None:
    with staff_scope("test: as somebody typed it"):
        Customer.objects.filter(pk=adopted.pk).update(email=adopted.email.title())
        adopted.refresh_from_db()
    assert adopted.email != adopted.email.lower()
    sweep(account, adopted)
    assert drifts() == []


def test_a_contact_record_that_differs_is_shown_and_either_side_may_win(
    account: Account, adopted: Customer, rex: User, shop: Shop
) -> None:
    with staff_scope("test"):
        Customer.objects.filter(pk=adopted.pk).update(city="Salem", postal_code="97301")
    sweep(account, adopted)
    by_field = {each.field: each for each in drifts(state="open")}
    assert set(by_field) == {"city", "postal_code"}
    with staff_scope("test"):
        repair.accept(user=rex, drift=by_field["postal_code"])
        repair.repair(user=rex, drift=by_field["city"])
    shop.work()
    shop.pass_time(30)
    shop.work()
    told = account.api.ok("GET", "/users", userId=adopted.upstream_id)["data"]
    with staff_scope("test"):
        adopted.refresh_from_db()
    assert (told["city"], told["postalCode"]) == (adopted.city, adopted.postal_code) == ("Salem", "97204")
    sweep(account, adopted)
    assert {each.state for each in drifts()} == {"accepted", "repaired"}


def test_a_repair_of_the_contact_record_changes_one_field_and_leaves_what_waits_for_a_decision(
    account: Account, adopted: Customer, rex: User, shop: Shop
) -> None:
    with staff_scope("test"):
        Customer.objects.filter(pk=adopted.pk).update(city="Salem", region="Ohio", first_name="Noor", country="FR")
    before = account.api.ok("GET", "/users", userId=adopted.upstream_id)["data"]
    sweep(account, adopted)
    for field, wire in (("city", "city"), ("region", "state")):
        with staff_scope("test"):
            repair.repair(user=rex, drift=next(each for each in drifts(state="open") if each.field == field))
        shop.work()
        shop.pass_time(30)
        shop.work()
        told = account.api.ok("GET", "/users", userId=adopted.upstream_id)["data"]
        assert {name for name in before if before[name] != told[name]} == {wire}
        before = told
    sweep(account, adopted)
    assert {each.field for each in drifts(state="open")} == {"first_name", "country"}


def test_an_order_under_way_is_no_drift_and_is_left_to_itself(shop: Shop) -> None:
    account = Account(shop.sandbox)
    order = shop.order("first.com", "second.net")
    shop.work()
    for _ in range(6):
        shop.sandbox.advance(2)
        with staff_scope("test"):
            shop.customer.refresh_from_db()
        sweep(account, shop.customer)
    shop.finish()
    with staff_scope("test"):
        order.refresh_from_db()
        assert order.state == "delivered"
        assert Domain.objects.count() == 2
        assert Mailbox.objects.count() == 4
    account.read(Survey.Kind.SUBSCRIPTIONS)
    sweep(account, shop.customer)
    assert drifts() == []


def test_the_customer_that_was_read_longest_ago_comes_next_and_one_at_a_time(
    account: Account, adopted: Customer
) -> None:
    hours_pass(30)
    with staff_scope("test"):
        birch = Customer.objects.get(slug="birch")
        first = surveys.begin_what_is_due()
        assert surveys.begin_what_is_due() is None
        assert first is not None
        Survey.objects.filter(pk=first.pk).update(state="done", due_at=None)
        second = surveys.begin_what_is_due()
        assert second is not None
        assert {first.customer, second.customer} == {adopted, birch}
        Survey.objects.filter(pk=second.pk).update(state="done", due_at=None)
        third = surveys.begin_what_is_due()
        assert third is not None
        assert third.kind == Survey.Kind.SUBSCRIPTIONS
        Survey.objects.filter(pk=third.pk).update(state="done", due_at=None)
        assert surveys.begin_what_is_due() is None


def test_a_survey_waits_behind_what_people_wait_for(account: Account, adopted: Customer, shop: Shop) -> None:
    from reseller_portal.operations import budget

    shop.ask_for_quote("waiting.com")
    with staff_scope("test"):
        assert Operation.objects.filter(due_at__isnull=False).exists()
    Budget.objects.update(calls=0)  # the turn of a quote
    with pytest.raises(budget.NoneLeft):
        budget.take_in_the_background(limit=0)
    shop.work()
    budget.take_in_the_background(limit=0)
