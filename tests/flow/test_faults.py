"""An upstream that fails at the worst moment: one charge, one purchase, or the money back."""

from collections.abc import Callable

import pytest
from django.conf import settings

from accounts.tenancy import scope
from billing import failures, ledger
from billing.models import Order, OrderLine
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.models import Person
from tests import oracle
from tests.shop import Shop

ALL_CALLS = "*"
Fault = Callable[[Control], None]


def fault(operation: str, kind: str, times: int = 1) -> Fault:
    return lambda sandbox: sandbox.fault(operation, kind, times=times)


def finish_after_silence(shop: Shop) -> None:
    """As long as it takes until a purchase without a trace is sent again."""
    shop.finish()
    shop.pass_time(settings.UPSTREAM_SILENCE_SECONDS + 1)
    shop.finish()
    oracle.ask(shop.sandbox)


def states_of(order: Order) -> dict[str, str]:
    with scope(order.customer_id):
        return dict(order.lines.values_list("name", "state"))


def problem_of(order: Order, name: str) -> str:
    with scope(order.customer_id):
        return order.lines.get(name=name).problem


def order_state(order: Order) -> str:
    with scope(order.customer_id):
        order.refresh_from_db()
    return order.state


def operation_of(shop: Shop, kind: str) -> Operation:
    with scope(shop.customer.pk):
        return Operation.objects.get(kind=kind)


SURVIVED = {
    "the answer of the purchase is lost": fault("process_order", "lose_answer"),
    "the purchase fails before its effect": fault("process_order", "error_before"),
    "the purchase fails after its effect": fault("process_order", "error_after"),
    "the purchase hangs": fault("process_order", "hang"),
    "the purchase is throttled": fault("process_order", "throttle"),
    "the answer of the purchase is cut off": fault("process_order", "truncate"),
    "a proxy answers the purchase": fault("process_order", "html"),
    "the answer of the purchase is lost three times": fault("process_order", "lose_answer", 3),
    "the answer of the draft is lost": fault("create_order", "lose_answer"),
    "the draft fails before its effect": fault("create_order", "error_before"),
    "the draft fails after its effect": fault("create_order", "error_after"),
    "the draft hangs": fault("create_order", "hang"),
    "the draft is throttled": fault("create_order", "throttle"),
    "the answer of the draft is cut off": fault("create_order", "truncate"),
    "the answer of the account is lost": fault("create_user", "lose_answer"),
    "the account fails after its effect": fault("create_user", "error_after"),
    "the account hangs": fault("create_user", "hang"),
    "a proxy answers everything for a while": fault(ALL_CALLS, "html", 5),
    "everything hangs for a while": fault(ALL_CALLS, "hang", 5),
    "everything is throttled for a while": fault(ALL_CALLS, "throttle", 3),
    "every second answer is lost": fault(ALL_CALLS, "lose_answer", 4),
}


@pytest.mark.parametrize("go_wrong", SURVIVED.values(), ids=SURVIVED)
def test_an_order_is_delivered_once_although(shop: Shop, go_wrong: Fault) -> None:
    order = shop.order("first.com", "second.net")
    go_wrong(shop.sandbox)
    finish_after_silence(shop)
    assert order_state(order) == Order.State.DELIVERED
    assert Person.objects.count() == 1
    assert len(shop.sandbox.movements()) == 4  # two domains, two workspaces


@pytest.mark.parametrize("kind", ["lose_answer", "error_after", "truncate", "html"])
def test_a_purchase_that_took_effect_is_looked_up_and_not_sent_again(shop: Shop, kind: str) -> None:
    shop.order("first.com")
    shop.sandbox.fault("process_order", kind)
    shop.work()
    assert operation_of(shop, "order.process").state == Operation.State.UNKNOWN
    before = shop.sandbox.count("get_order")
    shop.sandbox.advance(1)
    shop.pass_time(5)
    shop.work()
    assert shop.sandbox.count("get_order") == before + 1
    finish_after_silence(shop)
    assert shop.sandbox.count("process_order") == 1


def test_a_purchase_without_a_trace_waits_for_the_silence_to_be_long(shop: Shop) -> None:
    shop.order("first.com")
    shop.sandbox.fault("process_order", "error_before")
    shop.finish()
    assert shop.sandbox.count("process_order") == 1
    assert operation_of(shop, "order.process").state == Operation.State.UNKNOWN
    finish_after_silence(shop)
    assert shop.sandbox.count("process_order") == 2


def test_a_refused_purchase_gives_all_money_back(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.sandbox.fault("process_order", "refuse", words="This account is blocked", status=403)
    finish_after_silence(shop)
    assert order_state(order) == Order.State.FAILED
    assert problem_of(order, "first.com") == failures.UNKNOWN.words
    with scope(shop.customer.pk):
        assert ledger.balance_of(shop.customer) == 100_000


def test_a_refused_draft_gives_all_money_back(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.sandbox.fault("create_order", "refuse", words="Contact details are incomplete")
    finish_after_silence(shop)
    assert order_state(order) == Order.State.FAILED
    assert shop.sandbox.count("process_order") == 0
    with scope(shop.customer.pk):
        assert ledger.balance_of(shop.customer) == 100_000


def test_an_order_waits_while_the_wallet_is_empty_and_goes_on_when_it_is_filled(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.sandbox.set_wallet(1)
    shop.finish()
    oracle.ask(shop.sandbox)
    assert order_state(order) == Order.State.WORKING
    assert operation_of(shop, "order.process").last_error.startswith("The reseller's wallet is too low")
    shop.sandbox.add_to_wallet(500)
    shop.pass_time(120)
    shop.finish()
    assert order_state(order) == Order.State.DELIVERED
    assert shop.sandbox.count("process_order", effective=True) == 1
    oracle.ask(shop.sandbox)


@pytest.mark.parametrize(
    ("status", "words"), [(422, "Insufficient wallet balance"), (400, "Please top up first"), (402, "Payment required")]
)
def test_a_draft_that_is_refused_for_an_empty_wallet_waits_for_money(shop: Shop, status: int, words: str) -> None:
    order = shop.order("first.com")
    shop.sandbox.set_wallet(1)
    shop.sandbox.fault("create_order", "refuse", status=status, words=words, times=1000)
    shop.finish()
    assert order_state(order) == Order.State.WORKING
    draft = operation_of(shop, "order.draft")
    assert draft.on_purpose
    assert draft.last_error.startswith("The reseller's wallet is too low; add money to it")
    assert draft.last_error.endswith(words)
    oracle.ask_in_between()
    shop.sandbox.heal()
    shop.sandbox.add_to_wallet(500)
    shop.pass_time(120)
    shop.finish()
    assert order_state(order) == Order.State.DELIVERED
    assert shop.sandbox.count("process_order") == 1


def test_a_refused_draft_that_names_what_is_wrong_does_not_wait_for_money(shop: Shop) -> None:
    order = shop.order("worklifebalance.io", "second.net")
    shop.sandbox.set_wallet(1)
    shop.sandbox.fault("create_order", "refuse", words="worklifebalance.io is not allowed")
    shop.work()
    with scope(shop.customer.pk):
        failed = order.lines.filter(state="failed").values_list("domain_name", flat=True)
        assert set(failed) == {"worklifebalance.io"}
    assert shop.sandbox.count("create_order") == 2


def test_a_wallet_that_runs_dry_between_domain_and_mailboxes_fails_the_mailboxes_alone(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.work()
    shop.sandbox.set_wallet(13)
    finish_after_silence(shop)
    assert states_of(order) == {
        "first.com": "delivered",
        "maya@first.com": "failed",
        "noor@first.com": "failed",
    }
    assert order_state(order) == Order.State.PARTLY


def test_a_hidden_workspace_costs_the_reseller_the_domain_and_the_customer_nothing(shop: Shop) -> None:
    order = shop.order("hidden-conflict.com", "second.net")
    finish_after_silence(shop)
    assert states_of(order) == {
        "hidden-conflict.com": "failed",
        "maya@hidden-conflict.com": "failed",
        "noor@hidden-conflict.com": "failed",
        "second.net": "delivered",
        "maya@second.net": "delivered",
        "noor@second.net": "delivered",
    }
    with scope(shop.customer.pk):
        assert order.lines.get(name="hidden-conflict.com").cost_booked_minor == 1299


def test_a_name_that_the_registry_refuses_fails_with_its_mailboxes_and_costs_nothing(shop: Shop) -> None:
    order = shop.order("unlucky-name.com")
    finish_after_silence(shop)
    assert set(states_of(order).values()) == {"failed"}
    assert problem_of(order, "unlucky-name.com") == failures.REGISTRY.words
    assert shop.sandbox.movements() == []


def test_a_name_taken_between_quote_and_order_ends_and_the_rest_is_delivered(shop: Shop) -> None:
    order = shop.order("first.com", "second.net")
    shop.sandbox.reserve("first.com", "taken")
    finish_after_silence(shop)
    assert states_of(order)["first.com"] == "failed"
    assert states_of(order)["maya@second.net"] == "delivered"
    assert order_state(order) == Order.State.PARTLY
    assert shop.sandbox.count("create_order") == 2
    assert shop.sandbox.count("process_order") == 1


def test_an_order_whose_every_name_was_taken_ends_without_a_purchase(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.sandbox.reserve("first.com", "taken")
    finish_after_silence(shop)
    assert order_state(order) == Order.State.FAILED
    assert shop.sandbox.count("process_order") == 0
    with scope(shop.customer.pk):
        assert not OrderLine.objects.exclude(state=OrderLine.State.FAILED).exists()
        assert ledger.balance_of(shop.customer) == 100_000
