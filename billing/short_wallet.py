"""Was an order refused for the reseller's wallet: told by the status and by what the wallet holds now, never by words.

Words may be names of the order; the wallet's balance is no matter of opinion.
"""

from django.db.models import QuerySet, Sum

from accounts.tenancy import scope
from billing import settlement
from billing.availability import to_minor
from billing.models import OrderLine
from reseller_portal.operations.budget import NoneLeft
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Wait
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Refused, UpstreamError

PAUSE = 60.0
# Payment required is about money whatever it says; the others are where the wallet reads too low for this order.
ABOUT_MONEY, PERHAPS_ABOUT_MONEY = {402}, {400, 409, 422}


def is_short(operation: Operation, client: Client, refused: Refused) -> bool:
    """Whether the wallet holds less than the open lines of the operation's part cost. Reads the wallet, in most cases.

    Raises `Wait` where it could not be read.
    """
    if refused.status in ABOUT_MONEY:
        return True
    if refused.status not in PERHAPS_ABOUT_MONEY:
        return False
    with scope(operation.customer_id):
        lines = OrderLine.objects.filter(part=operation.payload["part"], state__in=settlement.OPEN)
        needed = lines.aggregate(sum=Sum("cost_minor"))["sum"] or 0
    try:
        return to_minor(client.wallet.get().balance) < needed
    except (UpstreamError, NoneLeft) as error:
        raise Wait(PAUSE, f"It was refused, and the wallet could not be read: {refused.reason}") from error


def waiting_for_money() -> QuerySet[Operation]:
    """Purchases that go on when the wallet is filled up. Nothing else waits on purpose. In a staff scope."""
    return Operation.objects.filter(on_purpose=True, state__in=[Operation.State.WAITING, Operation.State.SENDING])


def wait_for_money(refused: Refused) -> Wait:
    """It goes on by itself when the wallet was filled up; staff see it in one line until then."""
    return Wait(
        PAUSE,
        f"The reseller's wallet is too low; add money to it, and this goes on. It was refused: {refused.reason}",
        on_purpose=True,
    )
