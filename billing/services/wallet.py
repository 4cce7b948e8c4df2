"""Read the wallet now and then, so that staff pages never wait for the upstream."""

from datetime import timedelta

from django.utils import timezone

from accounts.tenancy import staff_scope
from billing.availability import to_minor
from billing.models import WalletReading
from reseller_portal.operations.gateway import client_for_reading

KEPT = timedelta(days=90)


def read_wallet() -> WalletReading:
    """One call within the budget. Raises the client's errors; the last reading then stays the newest."""
    with client_for_reading() as client:
        told = client.wallet.get()
    with staff_scope("wallet: note what it holds"):
        WalletReading.objects.filter(read_at__lt=timezone.now() - KEPT).delete()
        return WalletReading.objects.create(balance_minor=to_minor(told.balance), currency=told.currency or "USD")


def newest_reading() -> WalletReading | None:
    """In a staff scope."""
    return WalletReading.objects.order_by("-read_at").first()
