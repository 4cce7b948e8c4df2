"""What a quote says before anything is paid, and when it no longer holds."""

from datetime import timedelta

import pytest
from django.db.models import F

from accounts.tenancy import scope
from billing import ledger
from billing.checking import DOMAIN_FAILED, HAS_WORKSPACE, NO_ANSWER, NO_PRICE, TAKEN
from billing.ledger import BalanceTooLow
from billing.models import Item, Order, PriceRule, Quote, QuoteLine
from billing.services.orders import (
    NothingToOrder,
    PriceMoved,
    QuoteExpired,
    QuoteNotReady,
    confirm_quote,
    retry_failed_lines,
)
from billing.services.quotes import LineDraft, NothingToQuote, QuoteDraft, TooMuchAtOnce, check_again, make_quote
from reseller_portal.operations.models import Operation
from tests.shop import Shop


def problems_of(quote: Quote) -> dict[str, str]:
    with scope(quote.customer_id):
        return dict(quote.lines.values_list("name", "problem"))


def assert_nothing_happened(shop: Shop) -> None:
    with scope(shop.customer.pk):
        assert not Order.objects.exists()
        assert ledger.balance_of(shop.customer) == 100_000
        assert not Operation.objects.filter(kind__startswith="order.").exists()


def test_every_line_gets_the_price_of_its_rule(shop: Shop) -> None:
    quote = shop.quote("first.com", "second.io")
    with scope(shop.customer.pk):
        prices = dict(quote.lines.filter(item=Item.DOMAIN).values_list("name", "price_minor"))
        assert prices == {"first.com": 1559, "second.io": 4680}
        assert set(quote.lines.filter(item=Item.MAILBOX).values_list("price_minor", flat=True)) == {500}


def test_a_taken_name_falls_with_its_mailboxes_and_the_rest_stays(shop: Shop) -> None:
    problems = problems_of(shop.quote("google.com", "second.net"))
    assert problems["google.com"] == TAKEN
    assert problems["maya@google.com"] == DOMAIN_FAILED
    assert problems["second.net"] == problems["maya@second.net"] == ""


def test_a_name_with_a_workspace_is_refused_before_it_is_paid(shop: Shop) -> None:
    problems = problems_of(shop.quote("has-workspace.com"))
    assert problems["has-workspace.com"] == HAS_WORKSPACE
    assert problems["maya@has-workspace.com"] == DOMAIN_FAILED


def test_a_refused_question_is_a_problem_and_not_a_price(shop: Shop) -> None:
    shop.sandbox.fault("check_domain_availability", "refuse", status=403)
    assert problems_of(shop.quote("first.com"))["first.com"] == NO_ANSWER


def test_without_a_price_rule_nothing_can_be_ordered(shop: Shop) -> None:
    with scope(shop.customer.pk):
        PriceRule.objects.all().delete()
    assert set(problems_of(shop.quote("first.com")).values()) == {NO_PRICE}


def test_an_empty_quote_is_refused(shop: Shop) -> None:
    with scope(shop.customer.pk), pytest.raises(NothingToQuote):
        make_quote(actor=shop.actor, draft=QuoteDraft("GOOGLE", []))


def test_more_lines_than_one_order_carries_are_refused_with_the_numbers(shop: Shop) -> None:
    lines = [LineDraft(Item.DOMAIN, f"name{number}.com", f"name{number}.com") for number in range(501)]
    with scope(shop.customer.pk), pytest.raises(TooMuchAtOnce, match="501 domains in 501 lines"):
        make_quote(actor=shop.actor, draft=QuoteDraft("GOOGLE", lines))


def test_an_expired_quote_is_refused_and_checked_again_with_the_same_lines(shop: Shop) -> None:
    quote = shop.quote("first.com")
    with scope(shop.customer.pk):
        Quote.objects.update(expires_at=F("made_at") - timedelta(minutes=1))
        with pytest.raises(QuoteExpired):
            confirm_quote(actor=shop.actor, quote=quote, total_minor=2559)
    assert_nothing_happened(shop)
    with scope(shop.customer.pk):
        quote.refresh_from_db()
        again = check_again(actor=shop.actor, quote=quote)
    assert [*problems_of(again)] == [*problems_of(quote)]
    shop.confirm(again)


def test_a_price_that_moved_is_refused(shop: Shop) -> None:
    quote = shop.quote("first.com")
    seen = shop.total(quote)
    with scope(shop.customer.pk):
        quote.lines.filter(item=Item.DOMAIN).update(price_minor=9900)
        with pytest.raises(PriceMoved):
            confirm_quote(actor=shop.actor, quote=quote, total_minor=seen)
    assert_nothing_happened(shop)


def test_a_quote_keeps_its_price_when_the_rule_moves(shop: Shop) -> None:
    quote = shop.quote("first.com")
    with scope(shop.customer.pk):
        PriceRule.objects.filter(item=Item.MAILBOX).update(fixed_minor=90_000)
    assert shop.confirm(quote).total_minor == 2559


def test_a_quote_still_being_checked_cannot_be_confirmed(shop: Shop) -> None:
    quote = shop.ask_for_quote("first.com")
    with pytest.raises(QuoteNotReady):
        shop.confirm(quote)
    assert_nothing_happened(shop)


def test_a_quote_of_problems_only_cannot_be_confirmed(shop: Shop) -> None:
    quote = shop.quote("google.com")
    with pytest.raises(NothingToOrder):
        shop.confirm(quote)
    assert_nothing_happened(shop)


def test_a_balance_too_low_is_refused_with_what_is_missing(shop: Shop) -> None:
    with scope(shop.customer.pk):
        ledger.hold(customer=shop.customer, amounts={"other": 98_000}, reference="other", description="Another order")
    quote = shop.quote("first.com")
    with pytest.raises(BalanceTooLow) as refused:
        shop.confirm(quote)
    assert refused.value.missing_minor == 559
    with scope(shop.customer.pk):
        assert not Order.objects.exists()
        assert ledger.balance_of(shop.customer) == 2000


def test_a_second_click_finds_the_order_of_the_first(shop: Shop) -> None:
    quote = shop.quote("first.com")
    assert shop.confirm(quote) == shop.confirm(quote)


def test_only_what_failed_is_quoted_again(shop: Shop) -> None:
    order = shop.order("unlucky-name.com", "second.net")
    shop.finish()
    with scope(shop.customer.pk):
        again = retry_failed_lines(actor=shop.actor, order=order)
        names = set(again.lines.values_list("name", flat=True))
    assert names == {"unlucky-name.com", "maya@unlucky-name.com", "noor@unlucky-name.com"}


def test_mailboxes_that_failed_alone_are_quoted_on_the_domain_that_came(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.work()
    shop.sandbox.set_wallet(13)
    shop.finish()
    shop.sandbox.add_to_wallet(100)
    with scope(shop.customer.pk):
        again = retry_failed_lines(actor=shop.actor, order=order)
        assert set(again.lines.values_list("item", "state")) == {(Item.MAILBOX, QuoteLine.State.READY)}
    retried = shop.confirm(again)
    shop.finish()
    with scope(shop.customer.pk):
        retried.refresh_from_db()
        assert retried.state == Order.State.DELIVERED
