"""Forms of the admin for people, customers and brands."""

import re
from typing import TYPE_CHECKING, Any, ClassVar

import pycountry
from django import forms

from accounts.models import Brand, BrandHost, Customer, User
from accounts.services.addresses import holder_of
from reseller_portal.core.lists.text import has_unseen

if TYPE_CHECKING:
    CustomerModelForm = forms.ModelForm[Customer]
    UserModelForm = forms.ModelForm[User]
    BrandModelForm = forms.ModelForm[Brand]
    BrandHostModelForm = forms.ModelForm[BrandHost]
else:
    # Django's forms take no type arguments at run time.
    CustomerModelForm = UserModelForm = BrandModelForm = BrandHostModelForm = forms.ModelForm

HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


def countries() -> list[tuple[str, str]]:
    """Codes and names, by name."""
    return sorted(((each.alpha_2, each.name) for each in pycountry.countries), key=lambda pair: pair[1])


class CustomerForm(CustomerModelForm):
    country = forms.ChoiceField(choices=lambda: [("", "Choose a country"), *countries()])
    language = forms.CharField(
        max_length=10, required=False, initial="en", help_text="A code such as en, for the upstream's e-mails."
    )

    class Meta:
        model = Customer
        fields: ClassVar[list[str]] = [
            *("brand", "company", "slug", "state", "email", "first_name", "last_name", "country", "region", "city"),
            *("address_line_one", "address_line_two", "address_line_three", "postal_code", "phone_cc", "phone"),
            "language",
        ]
        labels: ClassVar[dict[str, str]] = {
            "email": "E-mail",
            "region": "State or region",
            "address_line_one": "Address",
            "address_line_two": "Address, second line",
            "address_line_three": "Address, third line",
            "phone_cc": "Country code of the phone",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "slug": "Part of every address of the company; it stays as it is.",
            "phone_cc": "Digits only, as 44.",
            "phone": "Without the country code.",
        }

    def clean_email(self) -> str:
        """The upstream keeps one account for each address. Spellings in another case are the same address."""
        address = str(self.cleaned_data["email"]).strip()
        others = Customer.objects.filter(email__iexact=address).exclude(pk=self.instance.pk)
        is_new = address.lower() != str(self.initial.get("email", "")).lower()
        other = others.first() if is_new or not self.instance.upstream_id else None
        if other is not None:
            raise forms.ValidationError(
                f"{other.company} has this address, and the provider keeps one account for each. Use another one."
            )
        return address

    def clean_company(self) -> str:
        return _seen(self.cleaned_data["company"])

    def clean_language(self) -> str:
        return str(self.cleaned_data["language"]) or "en"

    def clean_phone_cc(self) -> str:
        return _digits(self.cleaned_data["phone_cc"], "Write the country code as digits, such as 44.")

    def clean_phone(self) -> str:
        return _digits(self.cleaned_data["phone"], "Write the phone number as digits.")


class PersonForm(UserModelForm):
    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["email", "name", "is_active", "is_staff", "groups"]
        help_texts: ClassVar[dict[str, str]] = {
            "is_active": "A person who is not active cannot sign in, and is signed out at once.",
            "is_staff": "Staff see every customer. What they may do is said by their groups.",
        }

    def clean_email(self) -> str:
        return _own_address(self.cleaned_data["email"], but=self.instance)


class BrandForm(BrandModelForm):
    class Meta:
        model = Brand
        fields: ClassVar[list[str]] = [
            *("name", "slug", "colour", "mark", "sender", "support_email", "is_default"),
        ]

    def clean_name(self) -> str:
        return _seen(self.cleaned_data["name"])

    def clean_colour(self) -> str:
        return str(self.cleaned_data["colour"]).lower()


class BrandHostForm(BrandHostModelForm):
    class Meta:
        model = BrandHost
        fields: ClassVar[list[str]] = ["host"]

    def clean_host(self) -> str:
        host = str(self.cleaned_data["host"]).strip().lower()
        if not HOST.fullmatch(host):
            raise forms.ValidationError("Write the name alone, such as portal.example.com.")
        return host


def _own_address(email: Any, *, but: User | None) -> str:
    """Addresses are kept in lower case, so that two spellings are one person."""
    address = str(email).lower()
    holder = holder_of(address)
    if holder is not None and (but is None or holder.pk != but.pk):
        raise forms.ValidationError("There is a person with this e-mail address.")
    return address


def _seen(name: str) -> str:
    """A name is what people see of it: two that look alike must not be two."""
    if has_unseen(name):
        raise forms.ValidationError("There is a sign in this name that nobody sees. Type the name anew.")
    return name


def _digits(text: str, sentence: str) -> str:
    plain = re.sub(r"[\s()./+-]", "", text)
    if not plain.isdecimal() or not plain.isascii():
        raise forms.ValidationError(sentence)
    return plain
