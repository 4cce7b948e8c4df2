"""Every kind of row that can need attention stands in staff's list, and leads to a page with a button that ends it."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.mails import queue_mail
from accounts.models import Mail
from accounts.tenancy import scope, staff_scope
from billing.models import Order, OrderLine, Shortfall
from mirror import surveys
from mirror.models import Survey
from reseller_portal.jobs import attention
from reseller_portal.operations import registry
from reseller_portal.operations.models import Operation
from reseller_portal.webhooks.intake import keep
from reseller_portal.webhooks.models import Event
from tests.accounts.staff import browser_of, make_admin, make_support
from tests.shop import Shop
from tests.webhooks.deliveries import body_of

LIST = "/admin/billing/order/attention/"


def operations(shop: Shop, _: Order) -> None:
    for kind in registry.kinds():
        if not kind.startswith("test."):
            Operation.objects.create(
                customer=shop.customer, kind=kind, key="1", state="needs_person", payload={"part": 0, "key": "x"}
            )


def events(_: Shop, __: Order) -> None:
    keep(body_of())
    Event.objects.update(state="failed", due_at=None)


def surveys_(shop: Shop, _: Order) -> None:
    surveys.begin(Survey.Kind.CUSTOMER, customer=shop.customer)
    Survey.objects.update(state="failed", due_at=None)


def mails(_: Shop, __: Order) -> None:
    queue_mail(to="ada@example.com", subject="Hello", template="emails/owner_notice", purpose="test")
    Mail.objects.update(state="needs_person", due_at=None)


def shortfalls(shop: Shop, order: Order) -> None:
    line = order.lines.order_by("pk")[0]
    Shortfall.objects.create(customer=shop.customer, line=line, amount_minor=line.price_minor)


def price_questions(_: Shop, order: Order) -> None:
    order.parts.update(price_asked_at="2026-01-01T00:00Z")
    order.lines.filter(item="domain").update(asked_price_minor=9_900, asked_cost_minor=9_000)


def _order(shop: Shop) -> Order:
    """Placed, and nothing of it under way."""
    order = shop.order("first.com")
    with staff_scope("test"):
        Operation.objects.filter(kind="order.draft").update(state="done", due_at=None)
    return order


MAKERS: dict[type, Callable[[Shop, Order], None]] = {
    Operation: operations, Event: events, Survey: surveys_, Mail: mails, Shortfall: shortfalls, Order: price_questions,
}  # fmt: skip


def cases() -> list[attention.Case]:
    with staff_scope("test"):
        return attention.find_cases(1000)


def test_each_registered_queue_is_tried_here(shop: Shop) -> None:
    with staff_scope("test"):
        queues = {source.rows(attention.NEEDS).model for source in attention._sources}
    assert queues == set(MAKERS)


@pytest.mark.parametrize("model", MAKERS)
def test_whatever_stands_in_the_list_has_a_page_with_a_button_that_ends_it(shop: Shop, model: type) -> None:
    order = _order(shop)
    with scope(shop.customer.pk), staff_scope("test"):
        MAKERS[model](shop, order)
    found = [case for case in cases() if isinstance(case.subject, model)]
    assert found
    rex, sam = browser_of(make_admin()), browser_of(make_support())
    listed = rex.get(LIST).content.decode()
    for case in found:
        assert f'href="{case.url}"' in listed
        assert _buttons(rex, case.url), case.what
        assert not _buttons(sam, case.url), case.what


def _buttons(person: Client, url: str) -> bool:
    answer = person.get(url)
    return answer.status_code == 200 and "/decide/" in answer.content.decode()


def test_the_list_counts_what_it_does_not_show(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with staff_scope("test"):
        for number in range(3):
            Operation.objects.create(customer=shop.customer, kind="order.draft", key=str(number), state="needs_person")
    monkeypatch.setattr("billing.admin.MOST_SHOWN", 2)
    page = browser_of(make_admin()).get(LIST).content.decode()
    assert "3 need attention, 0 late, 0 wait on purpose." in page
    assert "The first 2 stand here" in page
    assert page.count('/change/">Draft of an order') == 2


def test_the_first_page_counts_what_was_lost_as_its_list_does(shop: Shop) -> None:
    order = shop.order("first.com", "second.net")
    with staff_scope("test"):
        lost = OrderLine.objects.filter(order=order, item="domain")
        lost.update(state="failed", cost_booked_minor=1299, finished_at="2026-01-02T00:00Z")
    page = browser_of(make_admin()).get("/admin/").content.decode()
    assert "$25.98 paid upstream, not delivered" in page
    assert "$25.98 in all" in page
    assert f'href="{LIST}"' in page
