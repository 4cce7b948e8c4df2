"""What a customer pays follows from the rule and the cost, to the cent."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Item
from billing.price_rules import PriceRule, price_minor, rule_for
from tests.world import World

COSTS = st.integers(0, 10**12)
FLOORS = st.integers(0, 10**9)
PERCENTS = st.decimals(Decimal("-100"), Decimal("9999.99"), places=2)


def plus_percent(percent: str | Decimal, *, floor_minor: int = 0) -> PriceRule:
    return PriceRule(method=PriceRule.Method.PERCENT, percent=Decimal(percent), floor_minor=floor_minor)


@pytest.mark.parametrize(
    ("cost", "percent", "price"),
    [
        (1299, "20", 1559),  # 1558.8
        (1000, "0", 1000),
        (10, "5", 11),  # 10.5 goes up
        (10, "4.99", 10),  # 10.499
        (30, "15", 35),  # 34.5 goes up, not to the even cent
        (0, "20", 0),
    ],
)
def test_a_percentage_is_added_and_rounded_half_up_to_a_cent(cost: int, percent: str, price: int) -> None:
    assert price_minor(plus_percent(percent), cost) == price


@given(fixed=st.integers(1, 10**9), cost=COSTS)
def test_a_fixed_price_does_not_ask_for_the_cost(fixed: int, cost: int) -> None:
    assert price_minor(PriceRule(method=PriceRule.Method.FIXED, fixed_minor=fixed), cost) == fixed


@given(cost=COSTS, percent=PERCENTS, floor=FLOORS)
def test_a_price_never_falls_below_its_floor(cost: int, percent: Decimal, floor: int) -> None:
    assert price_minor(plus_percent(percent, floor_minor=floor), cost) >= floor


@given(costs=st.tuples(COSTS, COSTS), percent=PERCENTS, floor=FLOORS)
def test_what_costs_more_is_never_cheaper(costs: tuple[int, int], percent: Decimal, floor: int) -> None:
    rule = plus_percent(percent, floor_minor=floor)
    assert price_minor(rule, min(costs)) <= price_minor(rule, max(costs))


@given(cost=COSTS, percents=st.tuples(PERCENTS, PERCENTS))
def test_a_higher_percentage_is_never_cheaper(cost: int, percents: tuple[Decimal, Decimal]) -> None:
    low, high = (price_minor(plus_percent(each), cost) for each in sorted(percents))
    assert low <= high


@given(cost=COSTS, percent=PERCENTS)
def test_rounding_moves_a_price_by_half_a_cent_at_most(cost: int, percent: Decimal) -> None:
    exact = Decimal(cost) * (100 + percent) / 100
    assert abs(price_minor(plus_percent(percent), cost) - exact) <= Decimal("0.5")


@given(cost=COSTS, percent=st.decimals(0, Decimal("9999.99"), places=2))
def test_a_margin_above_zero_never_sells_below_cost(cost: int, percent: Decimal) -> None:
    assert price_minor(plus_percent(percent), cost) >= cost


def test_a_rule_is_found_by_brand_and_item(world: World) -> None:
    brand = world.acme.brand
    rule = PriceRule.objects.create(brand=brand, item=Item.DOMAIN, method="percent", percent=20)
    assert rule_for(brand, Item.DOMAIN) == rule
    assert rule_for(brand, Item.MAILBOX) is None
    assert rule_for(world.initech.brand, Item.DOMAIN) is None


def test_a_brand_has_one_price_for_an_item(world: World) -> None:
    PriceRule.objects.create(brand=world.acme.brand, item=Item.DOMAIN, method="percent", percent=20)
    with pytest.raises(IntegrityError, match="one_price_per_brand_and_item"), transaction.atomic():
        PriceRule.objects.create(brand=world.acme.brand, item=Item.DOMAIN, method="fixed", fixed_minor=1)


def test_a_fixed_price_of_nothing_is_refused(world: World) -> None:
    with pytest.raises(IntegrityError, match="a_fixed_price_is_above_zero"), transaction.atomic():
        PriceRule.objects.create(brand=world.acme.brand, item=Item.DOMAIN, method="fixed")


def test_a_price_below_zero_is_refused(world: World) -> None:
    with pytest.raises(IntegrityError, match="a_price_is_never_below_zero"), transaction.atomic():
        PriceRule.objects.create(brand=world.acme.brand, item=Item.DOMAIN, method="percent", percent=-101)
