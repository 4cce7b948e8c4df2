"""The balance in the frame of every page, for roles that may see it."""

from typing import Any

from django.http import HttpRequest

from billing import ledger


def balance(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    if actor is None or not actor.may("billing.view"):
        return {"balance_minor": None}
    return {"balance_minor": ledger.balance_of(actor.customer)}
