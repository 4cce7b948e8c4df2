"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """The brand, the actor and the customer of this request, where there are any."""
    actor = getattr(request, "actor", None)
    return {
        "brand": getattr(request, "brand", None),
        "actor": actor,
        "customer": actor.customer if actor else None,
        "sandbox": settings.UPSTREAM_IS_SANDBOX,
    }
