"""The wallet is read once a minute, however often a late broker asks for it."""

from datetime import timedelta

from django.db.models import F

from accounts.tenancy import staff_scope
from billing.models import WalletReading
from billing.services.wallet import read_wallet
from billing.tasks import read_wallet_task
from tests.shop import Shop


def test_readings_that_were_asked_for_in_a_bunch_are_one_call(shop: Shop) -> None:
    for _ in range(5):
        read_wallet_task()
    assert shop.sandbox.count("get_wallet") == 1


def test_a_reading_of_half_a_minute_ago_is_read_again(shop: Shop) -> None:
    shop.sandbox.set_wallet(70)
    read_wallet()
    with staff_scope("test: time passes"):
        WalletReading.objects.update(read_at=F("read_at") - timedelta(seconds=31))
    shop.sandbox.set_wallet(50)
    assert read_wallet().balance_minor == 5000
    assert shop.sandbox.count("get_wallet") == 2
