"""What a price rule means in money: an example at a cost that was really asked for."""

from django.conf import settings

from billing.models import Item, PriceRule, QuoteLine
from billing.price_rules import price_minor
from reseller_portal.core.templatetags.portal import money

# The newest quotes know what things cost now.
NEWEST = 500
# Of a domain, as long as none was ever quoted.
USUAL_DOMAIN_COST_MINOR = 1299


def known_cost(item: str) -> int:
    """The highest cost among the newest quotes, in minor units; what is usual where there is none. In a staff scope."""
    rows = QuoteLine.objects.filter(item=item, state=QuoteLine.State.READY).order_by("-pk")
    costs = [cost for cost in rows.values_list("cost_minor", flat=True)[:NEWEST] if cost is not None]
    usual = settings.MAILBOX_COST_MINOR if item == Item.MAILBOX else USUAL_DOMAIN_COST_MINOR
    return max(costs, default=usual)


def example_of(rule: PriceRule) -> str:
    """*What costs 12.99 is sold for 15.59, margin 2.60 (17 %).*"""
    cost = known_cost(rule.item)
    price = price_minor(rule, cost)
    share = f" ({100 * (price - cost) / price:.0f} %)" if price else ""
    word = "margin" if price >= cost else "a loss of"
    return f"What costs {money(cost)} is sold for {money(price)}, {word} {money(abs(price - cost))}{share}."
