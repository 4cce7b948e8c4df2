"""Ask the upstream how an order stands."""

from django.db import transaction

from accounts.actors import Actor
from billing import settlement
from billing.models import Order
from reseller_portal.operations.waking import wake


def refresh_order(*, actor: Actor, order: Order) -> None:
    """Somebody wants to know now. An order that has ended stays as it is."""
    actor.require("orders.view")
    if order.is_final:
        return
    for part in order.parts.all():
        settlement.look_at(part)
    transaction.on_commit(wake)
