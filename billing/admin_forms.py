"""Forms of the admin for money: amounts are typed as people write them and kept in minor units."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from accounts.models import Customer
from billing.models import PriceRule, Transaction

if TYPE_CHECKING:
    CreditBase = forms.ModelForm[Transaction]
    PriceRuleBase = forms.ModelForm[PriceRule]
else:
    # Django's forms take no type arguments at run time.
    CreditBase = PriceRuleBase = forms.ModelForm


class AmountField(forms.DecimalField):
    """*6.00* on the page, 600 in the row."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_digits=10, decimal_places=2, **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / 100:.2f}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        return int(amount * 100) if amount is not None else 0

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class PriceRuleForm(PriceRuleBase):
    fixed_minor = AmountField(label="Fixed price, USD", required=False, help_text="For a fixed price.")
    floor_minor = AmountField(
        label="Never below, USD", required=False, help_text="For cost plus percent: it is never sold for less."
    )

    class Meta:
        model = PriceRule
        fields: ClassVar[list[str]] = ["brand", "item", "method", "fixed_minor", "percent", "floor_minor"]


class CreditForm(CreditBase):
    """Money for a customer's balance. The reference makes it happen once, however often it is sent."""

    customer = forms.ModelChoiceField(queryset=Customer.objects.all())
    amount = forms.DecimalField(min_value=0, decimal_places=2, max_digits=10, label="Amount, USD")
    reference = forms.CharField(max_length=120, help_text="Such as the number of a bank transfer; each counts once.")
    description = forms.CharField(max_length=200, initial="Credit")

    class Meta:
        model = Transaction
        fields = ("customer", "description", "reference")

    def clean_amount(self) -> int:
        """In minor units, above zero."""
        minor = int(self.cleaned_data["amount"] * 100)
        if minor <= 0:
            raise forms.ValidationError("Credit an amount above zero.")
        return minor

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        same = Transaction.objects.filter(
            customer=cleaned.get("customer"), kind="credit", reference=cleaned.get("reference")
        )
        if same.exists():
            self.add_error("reference", "This reference was credited already. Nothing was added twice.")
        return cleaned
