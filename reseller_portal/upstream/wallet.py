"""The reseller's own wallet."""

from dataclasses import dataclass

from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.models.wallet import Wallet


@dataclass(frozen=True)
class Wallets:
    call: Caller

    def get(self) -> Wallet:
        """What is left, in dollars. All customers and top-ups move it, so a difference proves little. Assumed."""
        return Wallet.read(self.call("get_wallet").one())
