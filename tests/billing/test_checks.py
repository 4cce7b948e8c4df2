"""What a quote knows before money: no line waits without a question, and nothing is sold that cannot be delivered."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tenancy import scope, staff_scope
from billing.availability import AVAILABILITY, WORKSPACE, _as_answer
from billing.checking import DOMAIN_FAILED, NO_ANSWER, NOT_FOR_SALE
from billing.models import Item, OrderLine, Quote, QuoteLine, Subscription, UnsellableName
from billing.services.orders import NothingToOrder, OrderedAlready, retry_failed_lines
from billing.services.quote_keeping import end_open_checks, remove_unpaid
from billing.services.quotes import (
    EXISTS,
    FAILED_BEFORE,
    TWICE,
    LineDraft,
    NothingToQuote,
    QuoteDraft,
    check_again,
    make_quote,
)
from domains.models import Domain
from mailboxes.models import Mailbox
from reseller_portal.operations.models import Operation
from reseller_portal.upstream.models.availability import Availability as Offer
from tests.shop import Shop


def quote_of(shop: Shop, *lines: LineDraft, provider: str = "GOOGLE") -> Quote:
    with scope(shop.customer.pk):
        return make_quote(actor=shop.actor, draft=QuoteDraft(provider, lines))


def box(address: str) -> LineDraft:
    return LineDraft(Item.MAILBOX, address, address.partition("@")[2], "Zoe", "Lind")


def problems_of(quote: Quote) -> dict[str, str]:
    with scope(quote.customer_id):
        return dict(quote.lines.values_list("name", "problem"))


def bought(shop: Shop, *names: str) -> None:
    shop.order(*names)
    shop.finish()


def grow_old(quote: Quote) -> None:
    with scope(quote.customer_id):
        Quote.objects.filter(pk=quote.pk).update(made_at=F("made_at") - timedelta(minutes=5))
        quote.refresh_from_db()


def test_a_promotion_is_sold_and_a_price_that_nobody_set_is_not() -> None:
    def offer(price: str | None, renewal: str | None) -> dict[str, object]:
        told = [None if each is None else Decimal(each) for each in (price, renewal)]
        return _as_answer(Offer(name="first.com", is_available=True, price=told[0], renew_price=told[1]))

    assert offer("0", "14.50")["cost_minor"] == 0
    assert offer("0", "14.50")["is_available"]
    for price, renewal in (("0", None), ("0.00", "0"), ("-1", "14"), (None, "14"), ("NaN", "14"), ("Infinity", "1")):
        told = offer(price, renewal)
        assert (told["is_available"], told["is_taken"], told["cost_minor"]) == (False, False, None)


def test_a_cost_of_zero_is_a_cost(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.MAILBOX_COST_MINOR", 0)
    quote = shop.quote("first.com")
    with scope(shop.customer.pk):
        assert set(quote.lines.values_list("state", flat=True)) == {QuoteLine.State.READY}


def test_a_name_without_a_sensible_price_is_not_for_sale_and_the_rest_is(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    quote = shop.ask_for_quote("first.com", "second.net")
    with scope(shop.customer.pk):
        Operation.objects.filter(kind=AVAILABILITY, key="first.com").update(
            state="done", due_at=None, answer={"is_available": False, "is_taken": False}
        )
    shop.work()
    end_open_checks_of_old(quote)
    problems = problems_of(quote)
    assert problems["first.com"] == NOT_FOR_SALE
    assert problems["maya@first.com"] == DOMAIN_FAILED
    assert problems["second.net"] == ""


@pytest.mark.parametrize("written", ["NaN", "", "$12.99", "12,99", "1e9", -3])
def test_a_name_whose_price_is_written_oddly_is_not_called_taken(shop: Shop, written: object) -> None:
    """Neither where it is asked for, nor where it is written so at the moment of paying."""
    shop.sandbox.write_price("first.com", written)
    assert problems_of(shop.quote("first.com", "second.net"))["first.com"] == NOT_FOR_SALE
    order = shop.order("third.com", "fourth.net")
    shop.sandbox.write_price("third.com", written)
    shop.finish()
    with scope(shop.customer.pk):
        asked = Operation.objects.get(kind="order.price", state="needs_person")
        assert asked.last_error == "The price of third.com could not be read before it is paid."
        assert set(order.lines.values_list("state", "problem")) == {("waiting", "")}


def end_open_checks_of_old(quote: Quote) -> None:
    grow_old(quote)
    end_open_checks()


@pytest.mark.parametrize("state", ["failed", "needs_person", "gone"])
@pytest.mark.parametrize("kind", [AVAILABILITY, WORKSPACE])
def test_a_line_whose_question_got_no_answer_says_so(shop: Shop, state: str, kind: str) -> None:
    quote = shop.ask_for_quote("first.com")
    with scope(shop.customer.pk):
        asked = Operation.objects.filter(kind=kind)
        if state == "gone":
            asked.delete()
        else:
            asked.update(state=state, due_at=None)
    shop.work()
    end_open_checks_of_old(quote)
    assert problems_of(quote) == {
        "first.com": NO_ANSWER,
        **dict.fromkeys(("maya@first.com", "noor@first.com"), DOMAIN_FAILED),
    }


def test_a_line_whose_question_is_open_goes_on_waiting(shop: Shop) -> None:
    quote = shop.ask_for_quote("first.com")
    end_open_checks_of_old(quote)
    with scope(shop.customer.pk):
        assert set(quote.lines.values_list("state", flat=True)) == {QuoteLine.State.CHECKING}


def test_an_owned_domain_is_no_line_and_its_mailboxes_cost_what_its_subscription_says(shop: Shop) -> None:
    bought(shop, "first.com")
    with scope(shop.customer.pk):
        Subscription.objects.all().delete()
        now = timezone.now()
        Subscription.objects.create(
            customer=shop.customer, upstream_id="S1", domain_name="first.com", provider="GOOGLE", state="ACTIVE",
            quantity=2, cost_minor=500, period_start=now, period_end=now + timedelta(days=30), auto_renew=True,
        )  # fmt: skip
    quote = quote_of(shop, LineDraft(Item.DOMAIN, "first.com", "first.com"), box("zoe@first.com"))
    with scope(shop.customer.pk):
        assert list(quote.lines.values_list("item", "state", "cost_minor")) == [("mailbox", "ready", 500)]
    with pytest.raises(NothingToQuote):
        quote_of(shop, LineDraft(Item.DOMAIN, "first.com", "first.com"))


def test_a_mailbox_is_not_sold_on_a_domain_of_the_other_provider(shop: Shop) -> None:
    bought(shop, "first.com")
    quote = quote_of(shop, box("zoe@first.com"), provider="MICROSOFT")
    assert problems_of(quote) == {"zoe@first.com": "first.com is on Google Workspace. Order it there."}
    with scope(shop.customer.pk):
        there = check_again(actor=shop.actor, quote=quote, provider="GOOGLE")
        assert list(there.lines.values_list("name", "state")) == [("zoe@first.com", "ready")]
        assert there.provider == "GOOGLE"


def test_a_domain_without_mailboxes_takes_those_of_either_provider(shop: Shop) -> None:
    bought(shop, "first.com")
    with scope(shop.customer.pk):
        Mailbox.objects.update(state="REMOVED")
        Subscription.objects.update(state="CANCELLED")
    assert problems_of(quote_of(shop, box("zoe@first.com"), provider="MICROSOFT")) == {"zoe@first.com": ""}


def test_a_domain_that_ran_out_takes_no_mailboxes(shop: Shop) -> None:
    bought(shop, "first.com")
    with scope(shop.customer.pk):
        Domain.objects.update(state="GRACE_PERIOD")
    assert "is not active" in problems_of(quote_of(shop, box("zoe@first.com")))["zoe@first.com"]


def test_an_address_named_twice_is_one_line_with_a_problem(shop: Shop) -> None:
    domain = LineDraft(Item.DOMAIN, "first.com", "first.com")
    quote = quote_of(shop, domain, domain, box("zoe@first.com"), box("zoe@first.com"), box("sam@first.com"))
    shop.work()
    assert problems_of(quote) == {"first.com": "", "zoe@first.com": TWICE, "sam@first.com": ""}
    assert shop.confirm(quote).total_minor == 2059


def test_checking_again_runs_all_checks_again(shop: Shop) -> None:
    bought(shop, "first.com")
    quote = quote_of(shop, box("maya@first.com"))
    assert problems_of(quote) == {"maya@first.com": EXISTS}
    grow_old(quote)
    with scope(shop.customer.pk):
        again = check_again(actor=shop.actor, quote=quote)
    assert again != quote
    assert problems_of(again) == {"maya@first.com": EXISTS}


def test_a_quote_of_a_moment_ago_is_its_own_check(shop: Shop) -> None:
    quote = shop.quote("first.com")
    with scope(shop.customer.pk):
        assert check_again(actor=shop.actor, quote=quote) == quote
        assert Quote.objects.count() == 1


def test_what_is_under_way_is_not_quoted_again(shop: Shop) -> None:
    order = shop.order("first.com")
    problems = problems_of(shop.quote("first.com"))
    assert problems["first.com"] == f"This is being delivered already, with order {order.reference}."
    assert all(problems.values())


def test_of_two_quotes_of_one_thing_one_is_paid(shop: Shop) -> None:
    one, other = shop.quote("first.com"), shop.quote("first.com")
    shop.confirm(one)
    with pytest.raises(OrderedAlready):
        shop.confirm(other)
    shop.finish()
    with pytest.raises(OrderedAlready):
        shop.confirm(other)
    assert shop.sandbox.count("process_order") == 1


def test_a_name_that_failed_after_it_was_charged_is_refused_by_every_quote(shop: Shop) -> None:
    order = shop.order("hidden-conflict.com")
    shop.finish()
    with scope(shop.customer.pk), pytest.raises(NothingToOrder):
        retry_failed_lines(actor=shop.actor, order=order)
    assert problems_of(shop.quote("hidden-conflict.com"))["hidden-conflict.com"] == FAILED_BEFORE
    assert len(shop.sandbox.movements()) == 1
    UnsellableName.objects.update(is_sold_again=True)
    assert problems_of(shop.quote("hidden-conflict.com"))["hidden-conflict.com"] == ""


def test_an_order_is_tried_again_once(shop: Shop) -> None:
    order = shop.order("unlucky-name.com")
    shop.finish()
    with scope(shop.customer.pk):
        again = retry_failed_lines(actor=shop.actor, order=order)
    shop.work()
    later = shop.confirm(again)
    with scope(shop.customer.pk), pytest.raises(NothingToOrder, match=later.reference):
        retry_failed_lines(actor=shop.actor, order=order)


def test_trying_again_leaves_out_a_domain_that_came_with_another_order(shop: Shop) -> None:
    order = shop.order("unlucky-name.com")
    shop.finish()
    with scope(shop.customer.pk):
        Domain.objects.filter(name="unlucky-name.com").update(state="ACTIVE", upstream_id="D1")
        again = retry_failed_lines(actor=shop.actor, order=order)
        assert set(again.lines.values_list("item", "cost_minor")) == {("mailbox", 300)}
        assert set(again.lines.values_list("upstream_domain_id", flat=True)) == {"D1"}


def test_answers_about_a_name_are_dropped_when_it_is_ordered_and_when_it_came(shop: Shop) -> None:
    quote = shop.quote("first.com")

    def known() -> int:
        with scope(shop.customer.pk):
            return Operation.objects.filter(kind__in=[AVAILABILITY, WORKSPACE]).count()

    assert known() == 2
    shop.confirm(quote)
    assert known() == 0
    shop.ask_for_quote("second.net")
    shop.finish()
    assert known() == 2


def test_a_quote_asks_as_many_questions_of_the_database_for_ten_lines_as_for_a_thousand(shop: Shop) -> None:
    bought(shop, "first.com")

    def statements(count: int) -> int:
        with CaptureQueriesContext(connection) as few:
            quote_of(shop, *(box(f"user{number}@first.com") for number in range(count)))
        return len(few)

    assert statements(1000) == statements(10)


def test_unpaid_quotes_are_removed_after_a_while_and_paid_ones_stay(shop: Shop) -> None:
    paid, unpaid, fresh = shop.quote("first.com"), shop.quote("second.net"), shop.quote("third.org")
    shop.confirm(paid)
    with scope(shop.customer.pk):
        Quote.objects.exclude(pk=fresh.pk).update(expires_at=timezone.now() - timedelta(hours=25))
    assert remove_unpaid() == 1
    assert remove_unpaid() == 0
    with staff_scope("test"):
        assert set(Quote.objects.all()) == {paid, fresh}
        assert not QuoteLine.objects.filter(quote_id=unpaid.pk).exists()
        assert OrderLine.objects.count() == 3
