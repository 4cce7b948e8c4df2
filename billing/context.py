"""The balance in the frame of every page, for roles that may see it, and whether it is low."""

from typing import Any

from django.http import HttpRequest

from billing import ledger

LOW_BALANCE_MINOR = 5_000


def balance(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    if actor is None or not actor.may("billing.view"):
        return {"balance_minor": None, "is_low": False}
    balance_minor = ledger.balance_of(actor.customer)
    return {"balance_minor": balance_minor, "is_low": balance_minor < LOW_BALANCE_MINOR}
