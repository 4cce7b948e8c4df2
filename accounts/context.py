"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.brands import brand_for_host
from accounts.models import User
from reseller_portal.core.navigation import companies, entries
from reseller_portal.core.themes import theme_of


def frame(request: HttpRequest) -> dict[str, Any]:
    """The brand, and behind the door the actor, the customer, the rail and the companies to switch to."""
    shared = {
        "brand": brand_for_host(request.get_host()),
        "sandbox": settings.UPSTREAM_IS_SANDBOX,
        "theme": theme_of(request),
    }
    actor = getattr(request, "actor", None)
    if actor is None or not isinstance(request.user, User):
        return shared
    return {
        **shared,
        "actor": actor,
        "customer": actor.customer,
        "may": _Rights(actor.may),
        "navigation": entries(customer=actor.customer.slug, path=request.path, may=actor.may),
        "companies": companies(
            (each.customer.slug, each.customer.company, each.customer_id == actor.customer.pk)
            for each in getattr(request, "memberships", ())
        ),
    }


class _Rights:
    """`{% if may.orders_create %}` in templates; the dot of a permission is an underscore there."""

    def __init__(self, may: Any) -> None:
        self._may = may

    def __getitem__(self, name: str) -> bool:
        return bool(self._may(name.replace("_", ".", 1)))
