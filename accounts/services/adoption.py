"""Users of the upstream as customers of the portal: known, tied by their e-mail address, or made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pycountry
from django.utils.text import slugify

from accounts.actors import portal_actor
from accounts.audit import record
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
    """`how`: known, tied or made. `note` is a sentence about what a person should look at."""

    customer: Customer | None
    how: str
    differences: tuple[Difference, ...] = ()
    note: str = ""


def adopt_user(told: Told, *, brand: Brand, twins: Iterable[str], at: datetime) -> Adopted:
    """The customer of this upstream user. In a staff scope; `twins` are e-mail addresses that several users share."""
    known = Customer.objects.filter(upstream_id=told.id).first()
    if known:
        return Adopted(known, "known", tuple(contact_differences(known, told)))
    waiting = list(Customer.objects.filter(upstream_id="", email__iexact=told.email))
    if not waiting:
        return Adopted(_make(told, brand, at), "made")
    if told.email.lower() in twins or len(waiting) > 1:
        return Adopted(None, "left", note=f"{told.email} names several users or customers: tie {told.id} by hand.")
    return Adopted(_tie(waiting[0], told, at), "tied")


def contact_differences(customer: Customer, told: Told) -> Iterable[Difference]:
    """Where the contact record there says something else. What it does not say is no difference."""
    for name, there in contact_of(told).items():
        here = getattr(customer, name)
        if there and here != there:
            yield Difference("changed", customer, customer, customer.company, name, here, there)


def contact_of(told: Told) -> Mapping[str, str]:
    values = {
        **{name: getattr(told, name) for name in CONTACT if name not in {"region", "country", "email"}},
        "email": told.email.lower(),
        "region": told.state,
        "country": _country_code(told.country),
    }
    return {name: values[name].strip()[:longest] for name, longest in CONTACT.items()}


def _country_code(text: str) -> str:
    """A code as it is, a name as its code, anything else as nothing."""
    if len(text) == 2:
        return text.upper()
    found = pycountry.countries.get(name=text) if text else None
    return str(found.alpha_2) if found else ""


def _tie(customer: Customer, told: Told, at: datetime) -> Customer:
    customer.upstream_id, customer.adopted_at = told.id, at
    customer.save(update_fields=["upstream_id", "adopted_at"])
    record(actor=portal_actor(customer), action="customer.tied", subject=customer, after={"upstream_id": told.id})
    return customer


def _make(told: Told, brand: Brand, at: datetime) -> Customer:
    contact = contact_of(told)
    company = contact["company"] or contact["email"]
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
