"""Ask the upstream how an order stands."""

from django.db import transaction

from accounts.actors import Actor
from billing import settlement
from billing.models import Order
from reseller_portal.core.limits import is_first_within
from reseller_portal.operations.waking import wake

# A second press within this time changes nothing.
JUST_NOW_SECONDS = 60


def refresh_order(*, actor: Actor, order: Order) -> None:
    """Somebody wants to know now. An order that has ended stays as it is."""
    actor.require("orders.view")
    if order.is_final or not is_first_within(f"order.refresh:{order.pk}", JUST_NOW_SECONDS):
        return
    for part in order.parts.all():
        settlement.look_at(part)
    transaction.on_commit(wake)
