"""What a customer pays: a fixed price, or the cost plus a percentage that never falls below a floor."""

from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

from django.db import models

from accounts.models import Brand
from billing.order_models import Item


class PriceRule(models.Model):
    """The price of one item at one brand. Amounts in cents of US dollars."""

    class Method(models.TextChoices):
        FIXED = "fixed", "Fixed price"
        PERCENT = "percent", "Cost plus percent"

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="price_rules")
    item = models.CharField(max_length=10, choices=Item.choices)
    method = models.CharField(max_length=8, choices=Method.choices)
    fixed_minor = models.PositiveBigIntegerField(default=0, help_text="In cents, for a fixed price.")
    percent = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(0), help_text="Added to the cost.")
    floor_minor = models.PositiveBigIntegerField(default=0, help_text="In cents; the price is never below it.")
    below_cost = models.BooleanField("Sell below cost", default=False, help_text="Staff mean to lose money on it.")
    loss_told_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["brand", "item"], name="one_price_per_brand_and_item"),
            models.CheckConstraint(
                condition=~models.Q(method="fixed") | models.Q(fixed_minor__gt=0),
                name="a_fixed_price_is_above_zero",
                violation_error_message="A fixed price must be above 0.00.",
            ),
            models.CheckConstraint(
                condition=models.Q(percent__gte=-100),
                name="a_price_is_never_below_zero",
                violation_error_message="A price cannot be below 0.00: write -100 percent or more.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_item_display()} at {self.brand}"


def price_minor(rule: PriceRule, cost_minor: int) -> int:
    """The price of something that costs `cost_minor`, rounded half up to a cent."""
    if rule.method == PriceRule.Method.FIXED:
        return rule.fixed_minor
    marked_up = Decimal(cost_minor) * (100 + rule.percent) / 100
    return max(int(marked_up.quantize(Decimal(1), rounding=ROUND_HALF_UP)), rule.floor_minor)


def rule_for(brand: Brand, item: str) -> PriceRule | None:
    return PriceRule.objects.filter(brand=brand, item=item).first()


def rules_of(brand: Brand) -> dict[str, PriceRule]:
    """All rules of a brand by item: one question for any number of lines."""
    return {rule.item: rule for rule in PriceRule.objects.filter(brand=brand)}
