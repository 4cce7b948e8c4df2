"""Whatever the upstream answers, and wherever it is kept, no customer reads its words or of our machinery."""

import re

import pytest
from django.test import Client

from accounts.tenancy import scope, staff_scope
from domains.models import Domain
from mailboxes.models import Mailbox
from reseller_portal.operations.models import Operation
from tests.shop import Shop

WORDS = "Tenant 77 zorked"
MACHINERY = ("zorked", "tenant 77", "upstream", "operation", "needs_person", "webhook", "survey", "drift")
READS = (
    "get_domain",
    "list_user_domains",
    "list_dns_records",
    "list_user_mailboxes",
    "get_mailbox",
    "list_subscriptions",
)
WRITES = ("create_user", "create_order", "process_order", "create_mailbox_order", "get_order", "check_workspace")


@pytest.fixture
def ada(shop: Shop) -> Client:
    browser = Client(HTTP_HOST="outreach.localhost")
    browser.force_login(shop.world.ada)
    return browser


def read(page: str) -> str:
    """What stands on a page, without the markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).lower()


def walk(shop: Shop, browser: Client) -> None:
    """Every page of the customer, and those of each thing."""
    with scope(shop.customer.pk):
        orders = [f"orders/{each}/" for each in shop.customer.order_set.values_list("reference", flat=True)]
        domains = [f"domains/{each}/" for each in Domain.objects.values_list("name", flat=True)]
        boxes = [f"mailboxes/{each}/" for each in Mailbox.objects.values_list("pk", flat=True)]
    for path in ("", "domains/", "mailboxes/", "orders/", "billing/", "domains/find/", *orders, *domains, *boxes):
        said = read(browser.get(f"/c/acme/{path}").content.decode())
        assert [word for word in MACHINERY if word in said] == [], path


@pytest.mark.parametrize("status", [404, 409, 422, 500])
@pytest.mark.parametrize("call", READS)
def test_a_reading_that_is_refused(shop: Shop, ada: Client, call: str, status: int) -> None:
    shop.order("first.com")
    shop.finish()
    with scope(shop.customer.pk):
        box = Mailbox.objects.earliest("pk").pk
    shop.sandbox.fault(call, "refuse", words=WORDS, status=status, times=50)
    for path in ("domains/first.com/refresh/", f"mailboxes/{box}/refresh/"):
        ada.post(f"/c/acme/{path}")
    for _ in range(4):
        shop.work()
        shop.pass_time(4000)
    walk(shop, ada)


@pytest.mark.parametrize("status", [400, 402, 422])
@pytest.mark.parametrize("call", WRITES)
def test_a_purchase_that_is_refused(shop: Shop, ada: Client, call: str, status: int) -> None:
    shop.sandbox.fault(call, "refuse", words=WORDS, status=status, times=50)
    quote = shop.quote("first.com")
    if shop.total(quote):
        shop.confirm(quote)
    shop.finish()
    walk(shop, ada)


def test_what_waits_for_staff_is_told_as_in_preparation(shop: Shop, ada: Client) -> None:
    order = shop.order("first.com")
    shop.work()
    with staff_scope("test: given up"):
        Operation.objects.filter(kind="order.process").update(state="needs_person", due_at=None, last_error=WORDS)
    said = read(ada.get(f"/c/acme/orders/{order.reference}/").content.decode())
    assert "in preparation: our team is looking at it" in said
    walk(shop, ada)


def test_a_state_that_is_new_to_us_is_told_in_words(shop: Shop, ada: Client) -> None:
    shop.order("first.com")
    shop.finish()
    with scope(shop.customer.pk):
        Mailbox.objects.update(state="UNDER_REVIEW")
        Domain.objects.update(state="ON_HOLD")
    for path, word in (("mailboxes/", "under review"), ("domains/", "on hold"), ("domains/first.com/", "under review")):
        page = ada.get(f"/c/acme/{path}").content.decode()
        assert word in read(page)
        assert not re.search(r">(UNDER_REVIEW|ON_HOLD)<", page)
