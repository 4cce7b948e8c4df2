"""Users of the upstream as customers of the portal: known, tied to one that staff chose, or made."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import slugify

from accounts.actors import portal_actor
from accounts.audit import record
from accounts.countries import code_of_country, is_understood, stored_names
from accounts.hearing import Difference
from accounts.models import Brand, Customer
from reseller_portal.upstream.models.users import User as Told

LONGEST_SLUG = 40
CONTACT = {
    "email": 254, "company": 120, "first_name": 80, "last_name": 80, "city": 80, "region": 80, "address_line_one": 120,
    "address_line_two": 120, "address_line_three": 120, "postal_code": 20, "phone_cc": 5, "phone": 20, "country": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Adopted:
    """`how`: known, tied, made or left. `note` is a sentence about what a person should look at.

    `asks_for` is the customer here who has the address of a user that was left.
    """

    customer: Customer | None
    how: str
    differences: tuple[Difference, ...] = ()
    note: str = ""
    asks_for: Customer | None = None


def adopt_user(
    told: Told, *, brand: Brand, twins: Iterable[str], at: datetime, agreed: Collection[tuple[int, str]] = ()
) -> Adopted:
    """The customer of this upstream user. In a staff scope; `twins` are e-mail addresses that several users share.

    An address says who might be meant and never whose it is: a customer who is here without an account gets this one
    only where staff agreed to the pair (customer, user), having seen what it owns.
    """
    known = Customer.objects.filter(upstream_id=told.id).first()
    if known:
        return Adopted(known, "known", tuple(contact_differences(known, told)), country_note(told))
    waiting = list(Customer.objects.filter(upstream_id="", email__iexact=told.email.strip()))
    if not waiting:
        return Adopted(_make(told, brand, at), "made", note=country_note(told))
    if told.email.lower() in twins or len(waiting) > 1:
        return Adopted(None, "left", note=f"{told.email} names several users or customers: tie {told.id} by hand.")
    customer = waiting[0]
    if (customer.pk, told.id) not in agreed:
        note = (
            f"{told.email} is the address of {customer.company} here, and of {told.company or told.id} there: tie them"
            " with a dry run, or give one another address."
        )
        return Adopted(None, "left", note=note, asks_for=customer)
    return Adopted(_tie(customer, told, at), "tied")


def country_note(told: Told) -> str:
    """A sentence where the country cannot be understood; the value that is here stays."""
    if is_understood(told.country):
        return ""
    return (
        f"The country of {told.company or told.email} reads {told.country[:80]!r} there and is not understood: choose"
        " it on the customer's page."
    )


def contact_differences(customer: Customer, told: Told) -> Iterable[Difference]:
    """Where the contact record there says something else. What it does not say is no difference."""
    for name, there in contact_of(told).items():
        here = getattr(customer, name)
        if there and comparable(name, here) != comparable(name, there):
            yield Difference("changed", customer, customer, customer.company, name, here, there)


def comparable(name: str, value: Any) -> Any:
    """An address in another case is the same one, here and there."""
    return value.strip().lower() if name == "email" and isinstance(value, str) else value


def contact_of(told: Told) -> Mapping[str, str]:
    values = {
        **{name: getattr(told, name) for name in CONTACT if name not in {"region", "country", "email"}},
        "email": told.email.lower(),
        "region": told.state,
        "country": country_code(told.country.strip()),
    }
    return {name: values[name].strip()[:longest] for name, longest in CONTACT.items()}


def country_code(text: str) -> str:
    """A code as it is, a name as its code, anything else as nothing."""
    if len(text) == 2 and text.isascii() and text.isalpha():
        return "GB" if text.upper() == "UK" else text.upper()
    return code_of_country(text, upstream=stored_names()) if text else ""


def _tie(customer: Customer, told: Told, at: datetime) -> Customer:
    customer.upstream_id, customer.adopted_at = told.id, at
    customer.save(update_fields=["upstream_id", "adopted_at"])
    record(actor=portal_actor(customer), action="customer.tied", subject=customer, after={"upstream_id": told.id})
    return customer


def _make(told: Told, brand: Brand, at: datetime) -> Customer:
    contact = contact_of(told)
    company = contact["company"] or contact["email"][: CONTACT["company"]]
    customer = Customer.objects.create(
        brand=brand,
        slug=_free_slug(company),
        upstream_id=told.id,
        adopted_at=at,
        language=told.language[:10] or "en",
        **{**contact, "company": company},
    )
    record(actor=portal_actor(customer), action="customer.taken_over", subject=customer, after={"upstream_id": told.id})
    return customer


def _free_slug(company: str) -> str:
    base = slugify(company.partition("@")[0])[:LONGEST_SLUG].strip("-") or "customer"
    taken = set(Customer.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
