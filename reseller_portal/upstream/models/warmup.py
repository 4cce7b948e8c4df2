"""Warming mailboxes up."""

from dataclasses import asdict, dataclass
from typing import Any

WIRE_NAMES = {
    "limit": "warmupLimit",
    "minimum_limit": "minimumWarmupLimit",
    "reply_rate": "warmupReplyRate",
    "open_rate": "warmupOpenRate",
    "spam_protection_rate": "warmupSpamProtectionRate",
    "on_weekdays": "warmupOnWeekdays",
    "increase_per_day": "increasePerDay",
    "disable_slow": "warmupDisableSlow",
    "minimum_delay": "minimumDelayBetweenWarmupEmails",
    "maximum_delay": "maximumDelayBetweenWarmupEmails",
}


@dataclass(frozen=True, kw_only=True)
class WarmupSettings:
    """Only what is not None is sent. Rates are fractions of 1; the unit of delays is not documented."""

    limit: int | None = None
    minimum_limit: int | None = None
    reply_rate: float | None = None
    open_rate: float | None = None
    spam_protection_rate: float | None = None
    on_weekdays: bool | None = None
    increase_per_day: int | None = None
    disable_slow: bool | None = None
    minimum_delay: int | None = None
    maximum_delay: int | None = None

    def __post_init__(self) -> None:
        rates = (self.reply_rate, self.open_rate, self.spam_protection_rate)
        if not all(rate is None or 0 <= rate <= 1 for rate in rates):
            raise ValueError("a rate is a fraction between 0 and 1")

    def wire(self) -> dict[str, Any]:
        return {WIRE_NAMES[name]: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class WarmupState:
    """The state after the call: PENDING, ACTIVE, PAUSED, STOPPED or a new word; "" where the answer does not say."""

    status: str
    action_id: str | None = None
