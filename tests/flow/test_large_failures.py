"""What fails in large ends in transactions of some hundred lines too, and to the last line whatever dies meanwhile."""

from collections import Counter

import pytest

from accounts.tenancy import scope, staff_scope
from billing import failures, ledger, price_changes, settlement
from billing.ledger import Kind
from billing.models import Order, OrderLine
from billing.services.line_steps import decide_line
from reseller_portal.operations import circuit
from reseller_portal.operations.deciding import settle_as
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox import catalogue
from reseller_portal.upstream.errors import Unreachable
from tests import oracle
from tests.accounts.staff import make_admin
from tests.flow.test_faults import operation_of, order_state, states_of
from tests.shop import Names, Shop

MOST = 10
PEOPLE: Names = tuple((f"user{number}", "Maya", "Ferro") for number in range(34))


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many holds each transaction resolved, while it may be ten."""
    found: list[int] = []
    resolve = ledger.resolve

    def counted(*arguments: object, **moves: dict[str, str]) -> None:
        found.append(len(moves["captured"]) + len(moves["released"]))
        resolve(*arguments, **moves)  # type: ignore[arg-type]  # what it was called with

    monkeypatch.setattr(settlement, "LINES_AT_ONCE", MOST)
    monkeypatch.setattr(ledger, "resolve", counted)
    return found


@pytest.fixture
def order(shop: Shop) -> Order:
    return shop.confirm(shop.quote("first.com", names=PEOPLE))


def balance(shop: Shop) -> int:
    with scope(shop.customer.pk):
        return ledger.balance_of(shop.customer, kind=Kind.AVAILABLE)


@pytest.mark.parametrize("refused", ["process_order", "create_order"])
def test_a_refused_order_gives_its_money_back_in_small_transactions(
    shop: Shop, order: Order, sizes: list[int], refused: str
) -> None:
    shop.sandbox.fault(refused, "refuse", words="This account is blocked", status=403)
    shop.work()
    assert sizes == [MOST, MOST, MOST, 5]
    assert order_state(order) == Order.State.FAILED
    assert balance(shop) == 100_000
    oracle.ask(shop.sandbox)


def test_a_failed_domain_takes_its_many_mailboxes_along_in_small_transactions(shop: Shop, sizes: list[int]) -> None:
    shop.sandbox.reserve("first.com", "unlucky")
    order = shop.confirm(shop.quote("first.com", names=PEOPLE))
    shop.finish()
    assert max(sizes) <= MOST
    assert set(states_of(order).values()) == {"failed"}
    with scope(shop.customer.pk):
        problems = set(order.lines.filter(item="mailbox").values_list("problem", flat=True))
    assert problems <= {failures.DOMAIN_FAILED, failures.DOMAIN_FAILED_FOR_GOOD}
    assert balance(shop) == 100_000
    oracle.ask(shop.sandbox)


def test_whoever_dies_while_lines_fail_has_failed_some_and_goes_on(
    shop: Shop, order: Order, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    end_some = settlement.end_some

    def dies_at_the_third(*arguments: object, **said: object) -> None:
        if len(sizes) == 2:
            raise RuntimeError("killed")
        end_some(*arguments, **said)  # type: ignore[arg-type]  # what it was called with

    shop.sandbox.fault("process_order", "refuse", words="This account is blocked", status=403)
    with monkeypatch.context() as broken:
        broken.setattr(settlement, "end_some", dies_at_the_third)
        shop.work()
    assert sizes == [MOST, MOST]
    assert order_state(order) == Order.State.WORKING
    assert operation_of(shop, "order.end").state != Operation.State.DONE
    oracle.ask_in_between()
    shop.pass_time(3600)
    shop.work()
    assert order_state(order) == Order.State.FAILED
    assert balance(shop) == 100_000
    oracle.ask(shop.sandbox)


def test_a_part_that_fails_without_words_fails_all_the_same(shop: Shop, order: Order, sizes: list[int]) -> None:
    with scope(shop.customer.pk):
        settlement.fail_part(order.parts.select_for_update().get(), "")
    shop.work()
    assert sizes == [MOST, MOST, MOST, 5]
    assert set(states_of(order).values()) == {"failed"}


def test_lines_that_end_in_two_goes_of_one_size_all_end(shop: Shop, sizes: list[int]) -> None:
    """The first domain leaves so many mailboxes to be failed as the order does when its money is given back."""
    shop.sandbox.reserve("first.com", "unlucky")
    order = shop.confirm(shop.quote("first.com", "second.com", names=PEOPLE))
    shop.work()
    shop.sandbox.advance(3)
    shop.deliver_events([each for each in shop.sandbox.pending_letters() if each.name == "domain.order.failed"])
    shop.work()
    assert Counter(states_of(order).values()) == {"failed": 35, "working": 35}
    shop.sandbox.fault("get_order", "refuse", status=404, words="Order not found", times=1000)
    with staff_scope("test: a person of the reseller"):
        settle_as(user=make_admin(), operation=operation_of(shop, "order.process"), outcome="failed", reason="Gone")
    shop.work()
    assert order_state(order) == Order.State.FAILED
    assert max(sizes) <= MOST
    assert balance(shop) == 100_000
    oracle.ask_in_between()


def test_money_is_given_back_though_the_upstream_serves_nobody_meanwhile(
    shop: Shop, order: Order, sizes: list[int]
) -> None:
    with scope(shop.customer.pk):
        settlement.fail_part(order.parts.select_for_update().get(), "This account is blocked")
    circuit.open_because(Unreachable("get_order", "silent"))
    shop.sandbox.fault("*", "error_before", times=1000)
    shop.work()
    assert sizes == [MOST, MOST, MOST, 5]
    assert order_state(order) == Order.State.FAILED
    assert balance(shop) == 100_000


def assert_left_out_in_small_transactions(shop: Shop, order: Order, sizes: list[int], *, left_out: int) -> None:
    """One domain with 34 mailboxes and one with none of the trouble, which is ordered without waiting for their end."""
    assert (max(sizes), sum(sizes)) == (MOST, left_out)
    states = states_of(order)
    assert {state for name, state in states.items() if name.endswith("first.com")} == {"failed"}
    shop.finish()
    assert {state for name, state in states_of(order).items() if name.endswith("second.net")} == {"delivered"}
    oracle.ask(shop.sandbox)


def test_what_became_dearer_is_left_out_in_small_transactions(
    shop: Shop, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.confirm(shop.quote("first.com", "second.net", names=PEOPLE))
    monkeypatch.setitem(catalogue.YEAR_PRICES_MINOR, "com", 3900)
    shop.work()
    with scope(shop.customer.pk):
        price_changes.decline(actor=shop.actor, order=order)
    shop.work()
    assert_left_out_in_small_transactions(shop, order, sizes, left_out=35)
    with scope(shop.customer.pk):
        problems = dict(order.lines.filter(state="failed").values_list("item", "problem"))
    assert problems == {"domain": failures.PRICE_REFUSED.words, "mailbox": failures.DOMAIN_FAILED}


def test_what_was_taken_before_it_was_drafted_is_left_out_in_small_transactions(shop: Shop, sizes: list[int]) -> None:
    order = shop.confirm(shop.quote("first.com", "second.net", names=PEOPLE))
    shop.sandbox.reserve("first.com", "taken")
    shop.work()
    assert_left_out_in_small_transactions(shop, order, sizes, left_out=35)


def test_what_staff_take_out_of_a_draft_is_left_out_in_small_transactions(shop: Shop, sizes: list[int]) -> None:
    order = shop.confirm(shop.quote("first.com", "second.net", names=PEOPLE))
    with staff_scope("test: staff decide"):
        line = OrderLine.objects.select_related("order").get(name="first.com")
        decide_line(user=make_admin(), line=line, verb="failed", reason="Agreed on the phone")
    shop.work()
    assert_left_out_in_small_transactions(shop, order, sizes, left_out=35)
