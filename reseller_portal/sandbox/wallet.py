"""The prepaid money and its book."""

from django.db.models import F

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.models import Movement, World
from reseller_portal.sandbox.wire import Refusal


def balance_minor() -> int:
    return clock.world().wallet_minor


def charge(amount_minor: int, reason: str, order_id: str = "") -> None:
    """Take money. Raises `Refusal` 422 when there is too little. What costs nothing moves nothing."""
    if not amount_minor:
        return
    if not World.objects.filter(wallet_minor__gte=amount_minor).update(wallet_minor=F("wallet_minor") - amount_minor):
        raise Refusal(422, "Insufficient wallet balance")
    Movement.objects.create(at=clock.now(), amount_minor=-amount_minor, reason=reason, order_id=order_id)


def add(amount_minor: int, reason: str) -> None:
    clock.world()
    World.objects.update(wallet_minor=F("wallet_minor") + amount_minor)
    Movement.objects.create(at=clock.now(), amount_minor=amount_minor, reason=reason)


def as_dollars(amount_minor: int) -> float:
    return amount_minor / 100
