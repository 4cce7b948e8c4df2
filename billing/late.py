"""Delivered after its money went back: charged again, or an open case for staff.

A clear failure may be followed by a delivery all the same: a refusal of a repeated call, an event out of order, a
repair at the vendor's. The goods are there, so they are paid for; nobody gets them for nothing in silence.
"""

from django.db import transaction
from django.utils import timezone

from accounts.actors import portal_actor
from accounts.audit import record, record_by_staff
from accounts.models import User
from accounts.tenancy import scope
from billing import ledger
from billing.ledger import BalanceTooLow, Kind, Move
from billing.models import OrderLine, Shortfall
from reseller_portal.core.errors import DomainError, NotAllowed

DECIDE = "billing.change_shortfall"
# What staff may decide, as they read it: the button, and what pressing it does.
STEPS = {
    "charge": ("Charge the balance", "Takes the price from the customer's balance now, if that suffices."),
    "waive": ("Let it go", "The customer keeps what was delivered and pays nothing. It is the reseller's loss."),
}


class HasEnded(DomainError):
    """Somebody decided it already."""


def charge(line: OrderLine) -> None:
    """Take the price again if the balance suffices; if not, staff see what was delivered and not charged."""
    try:
        ledger.post(line.customer, [_charge_of(line)])
    except BalanceTooLow:
        case = Shortfall.objects.create(customer=line.customer, line=line, amount_minor=line.price_minor)
        record(actor=portal_actor(line.customer), action="shortfall.opened", subject=case, after=_sum_of(case))
        return
    after = {"amount_minor": line.price_minor, "order": line.order.reference}
    record(actor=portal_actor(line.customer), action="order_line.charged_again", subject=line, after=after)


def settle(*, user: User, case: Shortfall, is_charged: bool, reason: str) -> None:
    """Staff end a case: charge the balance now, or let it go at the reseller's expense. In a staff scope.

    Raises `NotAllowed`, `HasEnded`, `BalanceTooLow`; then nothing has changed.
    """
    if not user.has_perm(DECIDE):
        raise NotAllowed("You may not decide about money. Ask somebody of the admin group.")
    with transaction.atomic():
        locked = Shortfall.objects.select_for_update(of=("self",)).select_related("line", "customer").get(pk=case.pk)
        if locked.state != Shortfall.State.OPEN:
            raise HasEnded(f"This case is {locked.get_state_display().lower()} already.")
        if is_charged:
            with scope(locked.customer_id):
                ledger.post(locked.customer, [_charge_of(locked.line)])
        locked.state = Shortfall.State.CHARGED if is_charged else Shortfall.State.WAIVED
        locked.reason, locked.ended_at = reason[:300], timezone.now()
        locked.save(update_fields=["state", "reason", "ended_at"])
        record_by_staff(
            user=user,
            customer=locked.customer,
            action=f"shortfall.{locked.state}",
            subject=locked,
            after={**_sum_of(locked), "reason": reason},
        )


def _charge_of(line: OrderLine) -> Move:
    text = f"Delivered after all: {line.name}"
    return Move("charge", line.money_reference, text, line.price_minor, Kind.AVAILABLE, Kind.REVENUE)


def _sum_of(case: Shortfall) -> dict[str, int]:
    return {"amount_minor": case.amount_minor}
