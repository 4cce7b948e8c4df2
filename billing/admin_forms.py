"""Forms of the admin for money: amounts are typed as people write them and kept in minor units."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Customer
from billing.ledger import external_key_of
from billing.models import PriceRule, Transaction
from billing.price_examples import example_of, known_cost
from billing.price_rules import price_minor
from reseller_portal.core.lists.text import has_unseen
from reseller_portal.core.templatetags.portal import money

if TYPE_CHECKING:
    CreditBase = forms.ModelForm[Transaction]
    PriceRuleBase = forms.ModelForm[PriceRule]
else:
    # Django's forms take no type arguments at run time.
    CreditBase = PriceRuleBase = forms.ModelForm


PLAIN_AMOUNT = re.compile(r"[+-]?[0-9]*[.]?[0-9]*")


class AmountField(forms.DecimalField):
    """*6.00* on the page, 600 in the row."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_digits=10, decimal_places=2, **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / 100:.2f}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        """Plain digits only: *1e3* is a slip of the finger and no thousand, and digits of other scripts are misread."""
        if isinstance(value, str) and value.strip() and not PLAIN_AMOUNT.fullmatch(value.strip()):
            raise forms.ValidationError("Write the amount in digits from 0 to 9, such as 12.50.", code="invalid")
        return super().to_python(value)

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        return int(amount * 100) if amount is not None else 0

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class PriceRuleForm(PriceRuleBase):
    """A price below what the upstream takes is refused until somebody says that it is meant so."""

    fixed_minor = AmountField(label="Fixed price, USD", required=False, help_text="For a fixed price.")
    floor_minor = AmountField(
        label="Never below, USD", required=False, help_text="For cost plus percent: it is never sold for less."
    )

    class Meta:
        model = PriceRule
        fields: ClassVar[list[str]] = ["brand", "item", "method", "fixed_minor", "percent", "floor_minor", "below_cost"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors or cleaned["below_cost"]:
            return cleaned
        draft = PriceRule(**{key: cleaned[key] for key in ("item", "method", "fixed_minor", "percent", "floor_minor")})
        cost = known_cost(draft.item)
        price = price_minor(draft, cost)
        if price < cost or (draft.method == PriceRule.Method.PERCENT and draft.percent < 0):
            self.add_error("below_cost", f"{example_of(draft)} Tick this box if you mean to lose money on it.")
        return cleaned


class MoneyForm(CreditBase):
    """Money of a customer, moved by hand. The reference makes it happen once, however often it is sent."""

    class Kind(models.TextChoices):
        CREDIT = "credit", "Add to the balance: paid in, or a gift"
        DEBIT = "debit", "Take from the balance: paid back to the bank or card, or a credit by mistake"
        REFUND = "refund", "Refund a sale to the balance"

    customer = forms.ModelChoiceField(queryset=Customer.objects.all())
    kind = forms.ChoiceField(label="What to do", choices=Kind.choices, initial=Kind.CREDIT)
    amount = AmountField(label="Amount, USD")
    amount_again = AmountField(label="Amount once more, USD", required=False)
    reference = forms.CharField(
        max_length=120, help_text="Such as the number of a bank transfer; each counts once, over all customers."
    )
    description = forms.CharField(
        label="Reason",
        max_length=200,
        help_text="The customer reads it on the statement; it stands in the audit trail.",
    )

    class Meta:
        model = Transaction
        fields = ("customer", "description", "reference")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        above, most = money(settings.STAFF_MONEY_SECOND_LOOK_MINOR), money(settings.STAFF_MONEY_MOST_MINOR)
        self.fields["amount_again"].help_text = f"Above {above}, type the amount a second time. At most {most} at once."

    def clean_amount(self) -> int:
        """In minor units, above zero."""
        minor = int(self.cleaned_data["amount"])
        if minor <= 0:
            raise forms.ValidationError("Move an amount above zero.")
        if minor > settings.STAFF_MONEY_MOST_MINOR:
            raise forms.ValidationError(f"Move {money(settings.STAFF_MONEY_MOST_MINOR)} at most at once.")
        return minor

    def clean_reference(self) -> str:
        """People compare it with a line of a bank's list, so all of it can be seen."""
        return _on_one_line("reference", self.cleaned_data["reference"])

    def clean_description(self) -> str:
        return _on_one_line("reason", self.cleaned_data["description"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        amount = cleaned.get("amount") or 0
        if amount > settings.STAFF_MONEY_SECOND_LOOK_MINOR and cleaned.get("amount_again") != amount:
            self.add_error("amount_again", f"Is it {money(amount)}? Type the same amount once more.")
        if self._is_used(cleaned):
            self.add_error("reference", "This reference was entered already. Nothing was moved twice.")
        return cleaned

    def _is_used(self, cleaned: dict[str, Any]) -> bool:
        reference = cleaned.get("reference", "")
        same = Q(external_key=external_key_of(reference)) | Q(customer=cleaned.get("customer"), reference=reference)
        return bool(reference) and Transaction.objects.filter(same, kind=cleaned.get("kind")).exists()


def _on_one_line(what: str, text: str) -> str:
    if len(text.splitlines()) > 1 or has_unseen(text):
        raise forms.ValidationError(f"Write the {what} on one line, without signs that nobody sees.")
    return text
