"""Two answers of one name, and a quote beside an answer: nobody misses the half of another that is not committed."""

import threading
from contextlib import suppress

import pytest
from django.db.models import QuerySet

from accounts.tenancy import scope
from billing import checking
from billing.models import Quote, QuoteLine
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import handler_of
from tests.concurrency.together import together
from tests.shop import Shop

NAME = "first.com"
ANSWERS = {
    checking.AVAILABILITY: {"name": NAME, "is_available": True, "cost_minor": 1299, "renew_minor": 1545},
    checking.WORKSPACE: {"is_free": True},
}


def answer(shop: Shop, kind: str, before_commit: threading.Barrier) -> None:
    """As the engine writes an answer down: the row, what waits for it, commit."""
    with scope(shop.customer.pk):
        lookup = Operation.objects.select_for_update().get(kind=kind)
        lookup.state, lookup.answer, lookup.due_at = Operation.State.DONE, ANSWERS[kind], None
        lookup.save()
        handler_of(kind).settle(lookup)
        meet(before_commit)


def meet(barrier: threading.Barrier) -> None:
    """Whoever waits for a lock of the other does not come, and the other goes on."""
    with suppress(threading.BrokenBarrierError):
        barrier.wait()


def states(shop: Shop, quote: Quote) -> set[str]:
    with scope(shop.customer.pk):
        return set(quote.lines.values_list("state", flat=True))


def both_answers_at_once(shop: Shop, *, patience: float) -> set[str]:
    quote, barrier = shop.ask_for_quote(NAME), threading.Barrier(2, timeout=patience)
    outcomes = together(lambda number: answer(shop, list(ANSWERS)[number], barrier), times=2)
    assert outcomes == [None, None]
    return states(shop, quote)


def test_two_answers_of_one_name_written_at_once_make_it_ready(committed: Shop) -> None:
    assert both_answers_at_once(committed, patience=0.5) == {QuoteLine.State.READY}


def test_without_the_lock_on_the_quote_each_misses_the_other(committed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_lock(quotes: QuerySet[Quote]) -> QuerySet[Quote]:
        return quotes

    monkeypatch.setattr(checking, "locked", no_lock)
    assert both_answers_at_once(committed, patience=20) == {QuoteLine.State.CHECKING}


def a_second_quote_beside_the_answers(shop: Shop, monkeypatch: pytest.MonkeyPatch, *, patience: float) -> set[str]:
    """The questions of a first quote are answered after the second one has seen them open, before it is there."""
    shop.ask_for_quote(NAME)
    barrier, made = threading.Barrier(2, timeout=patience), []
    bulk_create = QuoteLine.objects.bulk_create

    def late(*args: object) -> list[QuoteLine]:
        meet(barrier)  # both answers are in
        return bulk_create(*args)  # type: ignore[arg-type]  # as it was called

    def work(number: int) -> None:
        if number:
            made.append(shop.ask_for_quote(NAME))
            return
        asked.wait(20)
        for kind in ANSWERS:
            answer(shop, kind, threading.Barrier(1))
        meet(barrier)

    asked, answers_of = threading.Event(), checking.answers_of

    def seen_open(*args: object) -> checking.Answers:
        found = answers_of(*args)  # type: ignore[arg-type]  # as it was called
        asked.set()
        return found

    monkeypatch.setattr(QuoteLine.objects, "bulk_create", late)
    monkeypatch.setattr(checking, "answers_of", seen_open)
    outcomes = together(work, times=2)
    assert outcomes == [None, None]
    return states(shop, made[0])


def test_a_quote_made_while_its_questions_are_answered_misses_no_answer(
    committed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert a_second_quote_beside_the_answers(committed, monkeypatch, patience=0.5) == {QuoteLine.State.READY}


def test_without_the_lock_on_the_questions_the_quote_misses_them(
    committed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "lock", lambda **_what: None)
    assert a_second_quote_beside_the_answers(committed, monkeypatch, patience=20) == {QuoteLine.State.CHECKING}
