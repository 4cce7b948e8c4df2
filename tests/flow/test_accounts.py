"""Whose an account at the upstream is: nobody gets one by an e-mail address alone, and a refused one is no dead end."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEntry, Customer, Membership
from accounts.tenancy import scope, staff_scope
from billing import ledger
from billing.models import Order
from mailboxes.models import Mailbox
from mirror import surveys
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox.models import Person
from tests import oracle
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_support
from tests.accounts.test_admin import rows
from tests.mirror.account import Account, walk
from tests.shop import Shop

KIND = "account.open"


@pytest.fixture
def rex(shop: Shop) -> Client:
    return browser_of(make_admin())


def opening(shop: Shop) -> Operation:
    with staff_scope("test"):
        return Operation.objects.get(customer=shop.customer, kind=KIND)


def customer(shop: Shop) -> Customer:
    with staff_scope("test"):
        return Customer.objects.get(pk=shop.customer.pk)


def order_of(shop: Shop) -> Order:
    with staff_scope("test"):
        return Order.objects.get()


def a_stranger(shop: Shop, email: str = "HELLO@acme.example", *, buys: bool = True) -> Account:
    """Somebody at the upstream who has the address of Acme."""
    other = Account(shop.sandbox)
    other.user("harbor", email=email, company="Harborlight Sales")
    if buys:
        other.buys("harbor", "harborone.com", "harbortwo.net")
    return other


def save(rex: Client, shop: Shop, **changed: str) -> str:
    """The admin's form of the customer, as the page shows it, with some values changed."""
    page = f"/admin/accounts/customer/{shop.customer.pk}/change/"
    initial = rex.get(page).context["adminform"].form.initial
    with staff_scope("test"):
        members: list[Any] = list(
            Membership.objects.filter(customer=shop.customer).values("id", "customer", "user", "role")
        )
    form = {name: value for name, value in initial.items() if value is not None}
    return rex.post(
        page, {**form, **rows("memberships", known=tuple(members)), **changed}, follow=True
    ).content.decode()


def held(shop: Shop) -> int:
    with scope(shop.customer.pk):
        return ledger.balance_of(shop.customer, kind="held")


@pytest.mark.parametrize("email", ["hello@acme.example", "HELLO@Acme.Example"])
@pytest.mark.parametrize("buys", [True, False])
def test_an_account_that_was_there_is_never_bound_in_silence(shop: Shop, email: str, buys: bool) -> None:
    a_stranger(shop, email, buys=buys)
    shop.order("first.com")
    shop.work()
    operation = opening(shop)
    assert operation.state == "needs_person"
    owns = "2 domains, 4 mailboxes" if buys else "0 domains, 0 mailboxes"
    assert f"Harborlight Sales, {owns}" in operation.last_error
    assert "or use another address" in operation.last_error
    assert customer(shop).upstream_id == ""
    assert shop.sandbox.count("create_user", effective=True) == 1
    with staff_scope("test"):
        assert not Mailbox.objects.exists()


@pytest.mark.parametrize("fault", ["lose_answer", "truncate", "html"])
def test_our_own_lost_account_is_found_again(shop: Shop, fault: str) -> None:
    shop.sandbox.fault("create_user", fault)
    order = shop.order("first.com")
    shop.finish()
    assert Person.objects.count() == 1
    assert customer(shop).upstream_id == Person.objects.get().pk
    with staff_scope("test"):
        order.refresh_from_db()
    assert order.state == "delivered"
    oracle.ask(shop.sandbox)


@pytest.mark.parametrize("change", [{"company": "Somebody Else"}, {"company": ""}, {"postalCode": "11111"}])
def test_an_account_with_another_record_is_not_taken_for_our_lost_one(shop: Shop, change: dict[str, str]) -> None:
    shop.sandbox.lose_answer_of("create_user")
    shop.order("first.com")
    shop.work()
    person = Person.objects.get()
    person.record |= change
    person.save()
    shop.pass_time(60)
    shop.work()
    assert (opening(shop).state, customer(shop).upstream_id) == ("needs_person", "")


def test_a_stranger_who_came_before_a_lost_call_of_another_address_is_not_ours(shop: Shop, rex: Client) -> None:
    """The lost call was for the old address; who has the new one is somebody else."""
    shop.sandbox.fault("create_user", "error_before")
    shop.order("first.com")
    shop.work()
    a_stranger(shop, "new@acme.example", buys=False)
    save(rex, shop, email="new@acme.example")
    shop.pass_time(60)
    shop.work()
    assert (opening(shop).state, customer(shop).upstream_id) == ("needs_person", "")


def test_two_companies_with_one_address_are_told_and_never_an_error(shop: Shop) -> None:
    with staff_scope("test"):
        Customer.objects.filter(slug="initech").update(email="Hello@Acme.example", upstream_id="theirs")
    shop.order("first.com")
    shop.work()
    operation = opening(shop)
    assert (operation.state, operation.faults) == ("needs_person", 0)
    assert "is the address of Initech already" in operation.last_error
    assert "constraint" not in operation.last_error
    assert shop.sandbox.count("create_user") == 0


@pytest.mark.parametrize("email", ["hello@initech.example", "HELLO@INITECH.EXAMPLE", " hello@initech.example "])
def test_the_form_says_whose_address_it_is(shop: Shop, rex: Client, email: str) -> None:
    page = save(rex, shop, email=email)
    assert "Initech has this address" in page
    assert customer(shop).email == "hello@acme.example"


def test_a_refused_account_is_told_mended_and_goes_on(shop: Shop, rex: Client) -> None:
    shop.sandbox.fault("create_user", "refuse", status=422, words="Phone number is not valid")
    order = shop.order("first.com")
    shop.work()
    calls = len(shop.sandbox.calls())
    for _ in range(20):
        shop.pass_time(60)
        shop.work()
    assert len(shop.sandbox.calls()) == calls
    assert (opening(shop).state, held(shop)) == ("failed", order.total_minor)
    page = rex.get(f"/admin/accounts/customer/{shop.customer.pk}/change/").content.decode()
    assert "Phone number is not valid" in page
    assert "Correct the contact record" in page
    save(rex, shop, phone="5035550199")
    shop.finish()
    with staff_scope("test"):
        order.refresh_from_db()
    assert (order.state, opening(shop).state) == ("delivered", "done")
    oracle.ask(shop.sandbox)


def test_saving_what_is_no_contact_opens_nothing(shop: Shop, rex: Client) -> None:
    shop.sandbox.fault("create_user", "refuse", status=422, words="Phone number is not valid")
    shop.order("first.com")
    shop.work()
    save(rex, shop)
    assert opening(shop).state == "failed"


def test_who_has_the_address_is_asked_when_the_customer_is_saved(shop: Shop, rex: Client) -> None:
    a_stranger(shop, "new@acme.example")
    calls = len(shop.sandbox.calls())
    save(rex, shop, email="new@acme.example")
    assert len(shop.sandbox.calls()) == calls
    shop.work()
    page = rex.get(f"/admin/accounts/customer/{shop.customer.pk}/change/").content.decode()
    assert "The upstream knows new@acme.example already" in page
    assert "Harborlight Sales, 2 domains, 4 mailboxes" in page
    assert "Import this account" in page


def test_a_customer_with_too_many_open_questions_is_shown_and_saved_all_the_same(
    shop: Shop, rex: Client, settings: Settings
) -> None:
    settings.MAX_OPEN_QUESTIONS = 0
    page = f"/admin/accounts/customer/{shop.customer.pk}/change/"
    assert rex.get(page).status_code == 200
    save(rex, shop, city="Lisbon")
    assert customer(shop).city == "Lisbon"
    with staff_scope("test"):
        assert not Operation.objects.filter(kind="account.known").exists()


def shown(shop: Shop, rex: Client) -> tuple[str, str]:
    """The address of the import's page, once the portal asked who has the address; and the account."""
    rex.get(f"/admin/accounts/customer/{shop.customer.pk}/change/")
    shop.work()
    account = Person.objects.get(record__company="Harborlight Sales").pk
    return f"/admin/accounts/customer/{shop.customer.pk}/import/", account


def test_staff_import_an_account_having_seen_what_it_owns(shop: Shop, rex: Client) -> None:
    a_stranger(shop)
    order = shop.order("first.com")
    shop.work()
    page, account = shown(shop, rex)
    assert "Harborlight Sales, 2 domains, 4 mailboxes" in rex.get(page, {"user_id": account}).content.decode()
    assert rex.post(page, {"user_id": account, "reason": ""}).status_code == 422
    assert customer(shop).upstream_id == ""
    answer = rex.post(page, {"user_id": account, "reason": "They told us"}, follow=True)
    assert "is imported" in answer.content.decode()
    assert customer(shop).upstream_id == account
    (row,) = audit_rows("customer.imported")
    assert (row.actor_label, row.after["reason"]) == ("Rex", "They told us")
    shop.finish()
    with staff_scope("test"):
        order.refresh_from_db()
        survey = surveys.begin("customer", customer=customer(shop))
    assert order.state == "delivered"
    assert walk(survey).state == "done"
    with staff_scope("test"):
        assert Mailbox.objects.filter(customer=shop.customer, domain__name="harborone.com").count() == 2


def test_nobody_imports_what_the_page_did_not_show(shop: Shop, rex: Client) -> None:
    a_stranger(shop)
    other = Account(shop.sandbox).user("birch")
    page, _ = shown(shop, rex)
    rex.post(page, {"user_id": other, "reason": "Mine"})
    assert customer(shop).upstream_id == ""


def test_support_imports_nothing(shop: Shop, rex: Client) -> None:
    a_stranger(shop)
    page, account = shown(shop, rex)
    sam = browser_of(make_support())
    assert sam.get(page, {"user_id": account}).status_code == 403
    assert sam.post(page, {"user_id": account, "reason": "Mine"}).status_code == 403
    assert customer(shop).upstream_id == ""


def test_an_account_that_another_customer_has_is_not_offered(shop: Shop, rex: Client) -> None:
    a_stranger(shop)
    page, account = shown(shop, rex)
    with staff_scope("test"):
        Customer.objects.filter(slug="initech").update(upstream_id=account)
    seen = rex.get(f"/admin/accounts/customer/{shop.customer.pk}/change/").content.decode()
    assert "is the address of" in seen
    assert "Import this account" not in seen
    answer = rex.post(page, {"user_id": account, "reason": "Mine"}, follow=True).content.decode()
    assert "This is the account of Initech" in answer
    assert "one_customer_per_upstream_user" not in answer
    assert customer(shop).upstream_id == ""
    with staff_scope("test"):
        assert not AuditEntry.objects.filter(action="customer.imported").exists()
