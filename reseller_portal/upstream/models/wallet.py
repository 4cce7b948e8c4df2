"""The reseller's money at the upstream."""

from dataclasses import dataclass
from decimal import Decimal

from reseller_portal.upstream.reader import Reader

BALANCE = ("walletBalance", "balance")


@dataclass(frozen=True, kw_only=True)
class Wallet:
    """The reseller's one wallet. Recharging starts below `recharge_threshold` and adds at least `recharge_minimum`."""

    balance: Decimal
    currency: str
    is_recharged_automatically: bool | None
    recharge_threshold: Decimal | None
    recharge_minimum: Decimal | None

    @classmethod
    def read(cls, found: Reader) -> "Wallet":
        recharge = found.one("autoRechargeDetails")
        return cls(
            balance=found.money(*BALANCE),
            currency=found.text_or_empty("currency") or "USD",
            is_recharged_automatically=found.maybe_flag("autoRechargeEnabled"),
            recharge_threshold=recharge.maybe_money("threshold") if recharge else None,
            recharge_minimum=recharge.maybe_money("minimumRechargeAmount") if recharge else None,
        )
