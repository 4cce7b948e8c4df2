"""Read the wallet now and then, so that staff pages never wait for the upstream."""

from datetime import timedelta

from django.utils import timezone

from accounts.tenancy import staff_scope
from billing.availability import to_minor
from billing.models import WalletReading
from reseller_portal.operations.gateway import client_for_reading

KEPT = timedelta(days=90)
# Beat asks once a minute; what it asked while nothing could be read is answered by one reading.
RECENT = timedelta(seconds=30)


def read_wallet() -> WalletReading:
    """The reading of this half-minute, else one call within the budget.

    Raises the client's errors; the last reading then stays the newest.
    """
    with staff_scope("wallet: when it was read"):
        newest = newest_reading()
    if newest is not None and newest.read_at > timezone.now() - RECENT:
        return newest
    with client_for_reading() as client:
        told = client.wallet.get()
    with staff_scope("wallet: note what it holds"):
        WalletReading.objects.filter(read_at__lt=timezone.now() - KEPT).delete()
        return WalletReading.objects.create(balance_minor=to_minor(told.balance), currency=told.currency or "USD")


def newest_reading() -> WalletReading | None:
    """In a staff scope."""
    return WalletReading.objects.order_by("-read_at").first()
