"""Reading an answer: tolerant where the contract says that answers vary, strict everywhere else.

Tolerated: one thing under two keys, money as text or number, a counter as text, absent or null keys that the contract
does not demand, unknown words for states (kept as text). Anything else that does not fit raises `Malformed`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from reseller_portal.upstream.errors import Malformed

T = TypeVar("T")

WHOLE = re.compile(r"-?[0-9]+")
FRACTION = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# Dollars; an amount beyond is a fault of somebody's.
TOO_MUCH = Decimal(10) ** 12
# Names under which the upstream speaks of the same thing.
TWINS: tuple[tuple[str, ...], ...] = (
    ("domainName", "domain"),
    ("expireOn", "expiryDate", "periodEnd"),
    ("serviceProvider", "workspaceType"),
    ("username", "userName"),
    ("subscriptionId", "componentSubscriptionId"),
)


@dataclass(frozen=True)
class Reader:
    """One object of an answer; `at` is the way to it, for the error. Its values are not shown: they may be secrets."""

    operation: str
    at: str
    values: Mapping[str, Any] = field(repr=False)

    def identifier(self, *keys: str) -> str:
        return self._required(_identifier, keys)

    def maybe_identifier(self, *keys: str) -> str | None:
        return self._maybe(_identifier, keys)

    def text(self, *keys: str) -> str:
        return self._required(_text, keys)

    def text_or_empty(self, *keys: str) -> str:
        return self._maybe(_text, keys) or ""

    def state(self, *keys: str) -> str:
        """A word of a list that may grow, in the one spelling `as_state` gives it."""
        return as_state(self.identifier(*keys))

    def state_or_empty(self, *keys: str) -> str:
        return as_state(self.text_or_empty(*keys))

    def whole(self, *keys: str) -> int:
        return self._required(_whole, keys)

    def maybe_whole(self, *keys: str) -> int | None:
        return self._maybe(_whole, keys)

    def flag(self, *keys: str) -> bool:
        return self._required(_flag, keys)

    def maybe_flag(self, *keys: str) -> bool | None:
        return self._maybe(_flag, keys)

    def money(self, *keys: str) -> Decimal:
        return self._required(_money, keys)

    def maybe_money(self, *keys: str) -> Decimal | None:
        return self._maybe(_money, keys)

    def moment(self, *keys: str) -> datetime:
        return self._required(_moment, keys)

    def maybe_moment(self, *keys: str) -> datetime | None:
        return self._maybe(_moment, keys)

    def texts(self, *keys: str) -> tuple[str, ...]:
        """A list of text; empty when absent."""
        return self._maybe(_texts, keys) or ()

    def one(self, *keys: str) -> "Reader | None":
        values = self._maybe(_object, keys)
        return None if values is None else Reader(self.operation, f"{self.at}{keys[0]}.", values)

    def many(self, *keys: str) -> list["Reader"]:
        """A list of objects; empty when absent."""
        return readers(self.operation, self.at + keys[0], self._maybe(_list, keys) or [])

    def has(self, *keys: str) -> bool:
        return any(self.values.get(key) is not None for key in keys)

    def malformed(self, key: str) -> Malformed:
        return Malformed(self.operation, self.at + key)

    def _required(self, convert: Callable[[Any], T], keys: tuple[str, ...]) -> T:
        found = self._maybe(convert, keys)
        if found is None:
            raise self.malformed(keys[0])
        return found

    def _maybe(self, convert: Callable[[Any], T], keys: tuple[str, ...]) -> T | None:
        for key in _with_twins(keys):
            value = self.values.get(key)
            if value is not None:
                try:
                    return convert(value)
                except (ValueError, ArithmeticError):
                    raise self.malformed(key) from None
        return None


def readers(operation: str, at: str, items: list[Any]) -> list[Reader]:
    """One reader per object of a list. Raises `Malformed` for an item that is no object."""
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            raise Malformed(operation, f"{at}[{number}]")
    return [Reader(operation, f"{at}[{number}].", item) for number, item in enumerate(items)]


def as_state(word: str) -> str:
    """How states are spelled on the wire is not certain everywhere: upper case, with underscores."""
    return word.strip().upper().replace(" ", "_")


def _with_twins(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys asked for come first, their other names after them."""
    twins = (twin for key in keys for group in TWINS if key in group for twin in group)
    return tuple(dict.fromkeys((*keys, *twins)))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _identifier(value: Any) -> str:
    if not _text(value):
        raise ValueError
    return _text(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError
    return int(_digits(value, WHOLE))


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _money(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError
    amount = Decimal(_digits(value, FRACTION))
    if not (amount.is_finite() and abs(amount) < TOO_MUCH):
        raise ValueError
    return amount


def _digits(value: Any, pattern: re.Pattern[str]) -> Any:
    """Python reads more as a number than the contract writes: spaces, underscores, exponents, other scripts' digits."""
    if isinstance(value, str) and not pattern.fullmatch(value):
        raise ValueError
    return value


def _moment(value: Any) -> datetime:
    """All times are UTC, whether or not the text says so."""
    moment = datetime.fromisoformat(_text(value))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(item) for item in _list(value))
