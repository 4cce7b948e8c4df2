"""The reseller's prepaid money at the upstream."""

from dataclasses import dataclass
from decimal import Decimal

from reseller_portal.upstream.calls import Caller
from reseller_portal.upstream.reading import data_of


@dataclass(frozen=True)
class WalletState:
    balance: Decimal
    currency: str
    recharges_itself: bool


@dataclass(frozen=True)
class Wallet:
    """Group `wallet` of the API."""

    caller: Caller

    def get(self) -> WalletState:
        """The balance in major units. Evidence: assumed."""
        data = data_of("get_wallet", self.caller.call("get_wallet"))
        return WalletState(
            balance=data.money("walletBalance", "balance"),
            currency=data.text_or_empty("currency") or "USD",
            recharges_itself=data.flag("autoRechargeEnabled"),
        )
