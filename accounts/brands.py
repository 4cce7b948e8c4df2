"""Which brand a host name belongs to, and where a brand is at home."""

import time
from functools import lru_cache

from django.conf import settings
from django.db.models import Q

from accounts.hosts import admin_origin
from accounts.models import Brand, BrandHost, Membership, User
from accounts.tenancy import user_scope
from reseller_portal.core.errors import DomainError
from reseller_portal.core.hosts import name_of_host

SECONDS = 60


def brand_for_host(host: str) -> Brand | None:
    """The brand of this host, else the default one, else none. Each process keeps it for a minute."""
    return _found(name_of_host(host), int(time.monotonic() // SECONDS))


@lru_cache(maxsize=256)
def _found(host: str, _minute: int) -> Brand | None:
    return Brand.objects.filter(hosts__host=host).first() or Brand.objects.filter(is_default=True).first()


def forget() -> None:
    """Ask the database again, whatever was found within the minute."""
    _found.cache_clear()
    _stands_in.cache_clear()


def is_at_home(brand_id: int, host: str) -> bool:
    """Whether companies of this brand have their pages on this host.

    On those of the brand. A host of no brand, such as that of the admin, shows the default brand and stands in for
    brands that have none.
    """
    shown = brand_for_host(host)
    if shown is not None and shown.pk == brand_id:
        return True
    return _stands_in(name_of_host(host), brand_id, int(time.monotonic() // SECONDS))


@lru_cache(maxsize=256)
def _stands_in(host: str, brand_id: int, _minute: int) -> bool:
    return not BrandHost.objects.filter(Q(host=host) | Q(brand=brand_id)).exists()


def may_sign_in_at(host: str, person: User) -> bool:
    """Staff everywhere, anybody else where a company of theirs is at home: one brand says nothing of another."""
    if person.is_staff:
        return True
    with user_scope(person.pk):
        brands = Membership.objects.filter(user=person).values_list("customer__brand", flat=True)
        if any(is_at_home(brand, host) for brand in set(brands)):
            return True
        return not brands and is_default_at(host)


def is_default_at(host: str) -> bool:
    """Where people without a company are told so: on the hosts that show the default brand."""
    shown = brand_for_host(host)
    return shown is None or shown.is_default


class NoHost(DomainError):
    """A brand without a host name has no pages of its own."""


def origin_of(brand: Brand) -> str:
    """Where links in the brand's e-mails lead, such as https://portal.example. Raises `NoHost`."""
    host = brand.hosts.order_by("pk").values_list("host", flat=True).first()
    if host is None:
        raise NoHost(f"{brand.name} has no host name yet: add one to the brand, for the links in its e-mails.")
    return str(settings.PORTAL_ORIGIN).replace("{host}", host)


def brand_of_person(person: User) -> Brand | None:
    """Whose customer the person is; the default brand for staff and for who has no company."""
    with user_scope(person.pk):
        found = Membership.objects.filter(user=person).select_related("customer__brand").order_by("pk").first()
        if found is not None:
            return found.customer.brand
    return Brand.objects.filter(is_default=True).first()


def origin_of_person(person: User) -> str:
    """Where links in mails to this person lead: to their brand, whatever page was open; without a host to the admin."""
    with user_scope(person.pk):
        is_member = Membership.objects.filter(user=person).exists()
    brand = brand_of_person(person)
    if brand is None or (person.is_staff and not is_member):
        return admin_origin()
    try:
        return origin_of(brand)
    except NoHost:
        return admin_origin()


def ink_on(colour: str) -> str:
    """Black or white, whichever is easier to read on it: never under 4.5 to 1."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"


def _linear(share: float) -> float:
    """A channel of sRGB as light, as WCAG has it."""
    return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
