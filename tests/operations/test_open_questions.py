"""Questions of a person are asked now, and so many of one customer at a time."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from accounts.tenancy import scope, staff_scope
from billing.availability import AVAILABILITY, WORKSPACE
from billing.models import Quote
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from tests.concurrency.together import together
from tests.shop import Shop
from tests.world import World

Priority = Operation.Priority
State = Operation.State


def names(count: int, *, start: int = 0) -> list[str]:
    return [f"name{number}.com" for number in range(start, start + count)]


def ask(world: World, keys: list[str], *, priority: Priority = Priority.SEARCH) -> list[Operation]:
    with scope(world.acme.pk):
        return lookups.ask(customer=world.acme, kind=AVAILABILITY, keys=keys, priority=priority)


def test_a_persons_question_is_due_now_and_not_where_the_back_off_put_it(world: World) -> None:
    (row,) = ask(world, ["one.com"])
    with staff_scope("test"):
        Operation.objects.filter(pk=row.pk).update(due_at=Now() + timedelta(seconds=341))
        ask(world, ["one.com"])
        assert Operation.objects.filter(pk=row.pk, due_at__lte=Now()).exists()


def test_what_is_being_asked_at_this_moment_keeps_its_lease(world: World) -> None:
    (row,) = ask(world, ["one.com"])
    with staff_scope("test"):
        Operation.objects.filter(pk=row.pk).update(state=State.SENDING, due_at=Now() + timedelta(seconds=100))
        ask(world, ["one.com"])
        assert not Operation.objects.filter(pk=row.pk, due_at__lte=Now()).exists()


@pytest.mark.parametrize(
    ("first", "then", "comes"),
    [
        (Priority.SEARCH, Priority.QUOTE, Priority.QUOTE),
        (Priority.QUOTE, Priority.SEARCH, Priority.QUOTE),
        (Priority.SYNC, Priority.SEARCH, Priority.SEARCH),
    ],
)
def test_whoever_is_more_urgent_decides_the_class(world: World, first: int, then: Priority, comes: int) -> None:
    ask(world, ["one.com"])
    with scope(world.acme.pk):
        Operation.objects.update(priority=first)
    assert ask(world, ["one.com"], priority=then)[0].priority == comes


def test_a_quotes_own_questions_have_the_class_of_quotes(shop: Shop) -> None:
    shop.ask_for_quote("one.com")
    with scope(shop.customer.pk):
        rows = Operation.objects.filter(kind__in=[AVAILABILITY, WORKSPACE])
        assert {row.priority for row in rows} == {Priority.QUOTE}
        assert rows.count() == 2


def test_beyond_so_many_open_questions_none_is_taken_and_the_sentence_says_what_to_do(
    world: World, settings: Settings
) -> None:
    settings.MAX_OPEN_QUESTIONS = 20
    ask(world, names(15))
    with pytest.raises(
        lookups.TooManyQuestions, match=r"answer: 15 of at most 20. .* ask again when some answers have come"
    ):
        ask(world, names(6, start=15))
    ask(world, names(20)[:15])  # nothing new
    with scope(world.acme.pk):
        assert Operation.objects.count() == 15
        Operation.objects.update(state=State.DONE, due_at=None, finished_at=Now())
    ask(world, names(6, start=15))


def test_a_quote_of_as_many_names_as_an_order_carries_is_taken(shop: Shop, settings: Settings) -> None:
    settings.MAX_OPEN_QUESTIONS = 30
    shop.ask_for_quote(*names(30))
    with pytest.raises(lookups.TooManyQuestions):
        shop.ask_for_quote("onemore.com")
    with scope(shop.customer.pk):
        assert Quote.objects.count() == 1


def test_a_paid_order_may_always_ask(world: World, settings: Settings) -> None:
    settings.MAX_OPEN_QUESTIONS = 2
    ask(world, names(2))
    assert len(ask(world, names(9, start=50), priority=Priority.PURCHASE)) == 9


def test_the_page_keeps_the_list_that_was_too_long(world: World, client: Client, settings: Settings) -> None:
    settings.MAX_OPEN_QUESTIONS = 2
    client.force_login(world.ada)
    answer = client.post("/c/acme/domains/find/", {"way": "list", "names": "one.com\ntwo.com\nthree.com"})
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "one.com\ntwo.com\nthree.com" in page
    assert "ask for fewer names" in page
    with scope(world.acme.pk):
        assert not Operation.objects.exists()


def test_two_lists_in_other_orders_do_not_wait_for_each_other_and_both_count(
    committed: Shop, settings: Settings
) -> None:
    settings.MAX_OPEN_QUESTIONS = 100
    wanted = names(60)
    other = [*reversed(wanted[:30]), *names(30, start=100)]

    def put(number: int) -> int:
        keys = wanted if number == 0 else other
        with scope(committed.customer.pk):
            return len(lookups.ask(customer=committed.customer, kind=AVAILABILITY, keys=keys))

    assert together(put, times=2) == [60, 60]
    with scope(committed.customer.pk), pytest.raises(lookups.TooManyQuestions):
        lookups.ask(customer=committed.customer, kind=AVAILABILITY, keys=names(11, start=500))
