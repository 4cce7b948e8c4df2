"""Why a line failed: words of the upstream never reach the customer, and what cannot work is not offered again."""

import time

import pytest

from accounts.tenancy import scope
from billing import failures
from billing.models import OrderLine, UnsellableName
from tests.shop import Shop


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Workspace validation failed", failures.IN_USE),
        ("Mailbox maya@first.com already exists", failures.EXISTS),
        ("Duplicate address", failures.EXISTS),
        ("Username admin is reserved by the provider", failures.NOT_ALLOWED),
        ("The domain is no longer available", failures.TAKEN),
        ("first.com: already registered", failures.TAKEN),
        ("Registry rejected the request", failures.REGISTRY),
        ("The domain could not be registered", failures.REGISTRY),
        ("Insufficient wallet balance", failures.NO_MONEY),
        ("Phone number is not valid", failures.CONTACT),
        ("", failures.NOTHING_SAID),
        (failures.NOT_DELIVERED, failures.NOTHING_SAID),
        ("ERR_5: quota of tenant 77 exceeded", failures.UNKNOWN),
        ("getfundable.com was refused", failures.UNKNOWN),
        ("The balance@workspace-wallet.io order met an error.", failures.UNKNOWN),
    ],
)
def test_every_reason_is_said_in_our_words(said: str, meant: failures.Failure) -> None:
    assert failures.explain(said) == meant


def test_words_of_the_upstream_stay_with_staff(shop: Shop) -> None:
    order = shop.order("first.com")
    shop.sandbox.fault("create_order", "refuse", words="Tenant 77 blocked by ops@vendor.example", status=422)
    shop.finish()
    with scope(shop.customer.pk):
        lines = list(OrderLine.objects.filter(order=order))
    assert lines
    assert not any("Tenant 77" in line.problem for line in lines)
    assert any("Tenant 77" in line.said for line in lines)


def test_a_name_that_failed_after_it_was_charged_is_noted_and_its_lines_are_not_tried_again(shop: Shop) -> None:
    order = shop.order("hidden-conflict.com", "unlucky-name.com")
    shop.finish()
    assert list(UnsellableName.objects.values_list("name", flat=True)) == ["hidden-conflict.com"]
    with scope(shop.customer.pk):
        may_help = dict(OrderLine.objects.filter(order=order).values_list("name", "may_help"))
    assert not any(may_help[name] for name in may_help if "conflict" in name)
    assert all(may_help[name] for name in may_help if "unlucky" in name)


def test_the_words_of_staff_are_the_customers_whatever_they_are_about() -> None:
    said = "Agreed on the phone with Maya, who cancelled."
    line = OrderLine()
    failures.note_reason(line, said, is_said_by_staff=True)
    assert (line.problem, line.said, line.is_said_by_staff) == (said, said, True)
    assert failures.explain(said) is failures.CONTACT, "the same words of the upstream are about a phone"


@pytest.mark.parametrize("sign", [".", "@", "a.", "mailbox ", "address exists"])
def test_a_reason_of_any_length_is_read_in_steps_that_grow_with_it(sign: str) -> None:
    """Four dots a step took 12 s for a thousand of them."""

    def seconds(size: int) -> float:
        began = time.process_time()
        failures.explain(sign * size)
        return time.process_time() - began

    assert seconds(200_000) < 50 * max(seconds(4_000), 0.01)
