"""What the upstream took for a thing that failed is in the books, whenever and in whatever order it was told."""

import pytest

from accounts.tenancy import scope, staff_scope
from billing import failures
from billing.ledger import Kind
from billing.models import OrderLine
from billing.services.line_steps import decide_line
from tests import oracle
from tests.accounts.staff import make_admin
from tests.flow.test_events import bought
from tests.flow.test_faults import states_of
from tests.flow.test_late_news import balances, look_again, prices
from tests.shop import Shop


@pytest.mark.parametrize("way", ["before the look", "after the look", "before and after it"])
def test_what_was_taken_for_mailboxes_that_fail_is_in_the_books_whenever_it_was_told(shop: Shop, way: str) -> None:
    """No event tells of the failure; the one of the workspace tells what it cost."""
    shop.sandbox.reserve("first.com", "boxless")
    order = shop.order("first.com")
    shop.work()
    shop.sandbox.advance(60)
    letters = shop.sandbox.pending_letters()
    if "before" in way:
        shop.deliver_events(letters)
    look_again(shop)
    if "after" in way:
        shop.deliver_events(letters)
    assert states_of(order) == dict.fromkeys(states_of(order), "failed") | {"first.com": "delivered"}
    assert prices(order, "delivered") == balances(shop)[Kind.REVENUE]
    with scope(shop.customer.pk):
        boxes = order.lines.filter(item="mailbox")
        assert set(boxes.values_list("cost_booked_minor", "may_help")) == {(300, False)}
        assert set(boxes.values_list("problem", flat=True)) == {failures.CHARGED_MAILBOX.words}
    oracle.ask(shop.sandbox)


def test_words_of_staff_stay_when_it_is_told_that_a_line_was_paid_for(shop: Shop) -> None:
    letters = bought(shop, "first.com")
    rex = make_admin()
    with staff_scope("test: staff end a line"):
        line = OrderLine.objects.select_related("order", "customer").get(name="maya@first.com")
        decide_line(user=rex, line=line, verb="failed", reason="You asked us to leave it out.")
    shop.deliver_events([each for each in letters if each.name != "mailbox.created"])
    with scope(shop.customer.pk):
        line.refresh_from_db()
    assert (line.problem, line.cost_booked_minor) == ("You asked us to leave it out.", 300)
