"""Money in the frame of every page: a customer's balance and whether it is low, or the reseller's wallet for staff."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from billing import ledger
from billing.services.wallet import newest_reading

LOW_BALANCE_MINOR = 5_000


def balance(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    if actor is None or not actor.may("billing.view"):
        # Asked for by the admin alone, which runs in the scope that may read it.
        return {"balance_minor": None, "is_low": False, "wallet": SimpleLazyObject(newest_reading)}
    balance_minor = ledger.balance_of(actor.customer)
    return {"balance_minor": balance_minor, "is_low": balance_minor < LOW_BALANCE_MINOR}
