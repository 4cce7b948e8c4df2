"""*Refresh now*: asks, never waits, and shows what came of it."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.tenancy import scope, staff_scope
from domains.models import Domain
from mailboxes.models import Credential, Mailbox
from mailboxes.services.secrets import reveal
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox import mail_records
from reseller_portal.sandbox.models import Domain as SoldDomain
from reseller_portal.sandbox.models import Mailbox as SoldMailbox
from tests.shop import Shop

PART = {"HX-Request": "true"}


@pytest.fixture
def owned(shop: Shop) -> Shop:
    """A domain with two mailboxes, delivered."""
    shop.order("first.com")
    shop.finish()
    return shop


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def mailbox(shop: Shop) -> Mailbox:
    with scope(shop.customer.pk):
        return Mailbox.objects.get(address="maya@first.com")


def calls(shop: Shop) -> int:
    return len(shop.sandbox.calls())


def test_a_domain_is_asked_for_and_the_page_waits_for_nothing(owned: Shop) -> None:
    SoldDomain.objects.update(auto_renew=True)
    owned.sandbox.behave(workspace_records="equipped")
    mail_records.equip(SoldDomain.objects.get())
    before = calls(owned)
    answer = browser(owned.world.ada).post("/c/acme/domains/first.com/refresh/", headers=PART)
    assert calls(owned) == before
    assert answer.status_code == 200
    assert b"Asking the provider" in answer.content
    assert b'hx-trigger="every 2s"' in answer.content
    owned.work()
    page = browser(owned.world.ada).get("/c/acme/domains/first.com/").content.decode()
    assert "Asking the provider" not in page
    assert "every 2s" not in page
    assert "v=spf1 include:_spf.google.com" in page
    assert "first.com changed at the provider" in page
    with scope(owned.customer.pk):
        assert Domain.objects.get().auto_renew is True


def test_without_javascript_the_page_comes_back_and_reloads_itself(owned: Shop) -> None:
    answer = browser(owned.world.ada).post("/c/acme/domains/first.com/refresh/", follow=True)
    assert answer.redirect_chain == [("/c/acme/domains/first.com/", 302)]
    assert b'http-equiv="refresh"' in answer.content


def test_pressing_again_and_again_asks_once(owned: Shop) -> None:
    owned.work()
    before = calls(owned)
    for _ in range(5):
        browser(owned.world.vic).post("/c/acme/domains/first.com/refresh/")
        owned.work()
    assert calls(owned) - before == 4


def test_a_mailbox_is_read_again_with_its_credentials(owned: Shop) -> None:
    box = mailbox(owned)
    SoldMailbox.objects.filter(email=box.address).update(first_name="Mia", password="a-new-one-77")
    browser(owned.world.ada).post(f"/c/acme/mailboxes/{box.pk}/refresh/")
    owned.work()
    with scope(owned.customer.pk):
        assert mailbox(owned).first_name == "Mia"
        assert reveal(actor=owned.actor, mailbox=box).password == "a-new-one-77"
        assert "a-new-one-77" not in str(list(Credential.objects.values()))
    with staff_scope("test"):
        assert "a-new-one-77" not in str(list(Operation.objects.values()))


def test_what_the_provider_does_not_know_any_more_is_said_and_stays(owned: Shop) -> None:
    box = mailbox(owned)
    SoldMailbox.objects.filter(email=box.address).update(status="REMOVED")
    ada = browser(owned.world.ada)
    ada.post(f"/c/acme/mailboxes/{box.pk}/refresh/")
    owned.work()
    page = ada.get(f"/c/acme/mailboxes/{box.pk}/").content.decode()
    assert "The provider does not list this mailbox." in page
    assert "could not be asked" not in page, "it is told once"
    assert "Missing at the provider" in ada.get("/c/acme/mailboxes/").content.decode()
    assert mailbox(owned).state == "ACTIVE"


def test_an_upstream_that_is_down_leaves_the_page_as_it_was(owned: Shop) -> None:
    owned.sandbox.fault("*", "error_before", times=500)
    ada = browser(owned.world.ada)
    ada.post("/c/acme/domains/first.com/refresh/")
    owned.work()
    page = ada.get("/c/acme/domains/first.com/")
    assert page.status_code == 200
    assert b"Asking the provider" in page.content
    owned.sandbox.heal()
    owned.pass_time(60)
    owned.work()
    assert b"Asking the provider" not in ada.get("/c/acme/domains/first.com/").content


def test_a_word_that_is_new_to_us_is_shown_in_words(owned: Shop) -> None:
    with staff_scope("test"):
        Mailbox.objects.update(state="MOON_PHASE", provider="ZOHO")
        Domain.objects.update(state="MOON_PHASE")
    ada = browser(owned.world.ada)
    for path in ("domains/", "domains/first.com/", "mailboxes/", f"mailboxes/{mailbox(owned).pk}/"):
        page = ada.get(f"/c/acme/{path}")
        assert page.status_code == 200
        assert b"Moon phase" in page.content


def test_an_open_order_is_looked_at_and_an_ended_one_left(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.work()
    shop.sandbox.advance(60)
    before = shop.sandbox.count("get_order")
    ada = browser(shop.world.ada)
    answer = ada.post(f"/c/acme/orders/{order.reference}/refresh/", headers=PART)
    assert b"Refresh now" in answer.content
    shop.work()
    assert shop.sandbox.count("get_order") == before + 1
    shop.finish()
    looked = shop.sandbox.count("get_order")
    ended = ada.post(f"/c/acme/orders/{order.reference}/refresh/", headers=PART)
    assert b"Refresh now" not in ended.content
    shop.work()
    assert shop.sandbox.count("get_order") == looked


def test_the_overview_tells_of_what_expired(owned: Shop) -> None:
    ada = browser(owned.world.ada)
    assert "All is well" in ada.get("/c/acme/").content.decode()
    with scope(owned.customer.pk):
        Mailbox.objects.filter(address="maya@first.com").update(state="EXPIRED")
        Domain.objects.update(state="GRACE_PERIOD")
    page = ada.get("/c/acme/").content.decode()
    assert "1 mailbox expired" in page
    assert "1 domain expired and can still be saved" in page
    assert "All is well" not in page
