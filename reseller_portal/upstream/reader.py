"""Reading an answer: tolerant where the contract says that answers vary, strict everywhere else.

Tolerated: one thing under two keys, money as text or number, a counter as text, absent or null keys that the contract
does not demand, unknown words for states (kept as text). Anything else that does not fit raises `Malformed`.

What is looked up, and moves no money, is read leniently (`Reader.lenient`): an optional value that cannot be read
counts as not told and is named in `unread`, and of a list each item is read by itself (`read_each`): one that lacks
what is needed is left out and named. Wallet, orders and renewals are read strictly.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from reseller_portal.upstream.errors import Malformed

T = TypeVar("T")
logger = logging.getLogger(__name__)

WHOLE = re.compile(r"-?[0-9]+")
FRACTION = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# More than any count, and than a column of numbers holds.
TOO_MANY = 2**31
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
    """One object of an answer; `at` is the way to it, for the error. Its values are not shown: they may be secrets.

    `notes`, where there is a list, takes the places of optional values that could not be read; without one they raise.
    """

    operation: str
    at: str
    values: Mapping[str, Any] = field(repr=False)
    notes: list[str] | None = None

    def lenient(self) -> "Reader":
        """The same object; its optional values, also those that lie deeper, count as not told when unreadable."""
        return self if self.notes is not None else replace(self, notes=[])

    @property
    def unread(self) -> tuple[str, ...]:
        """Keys of this object, with dots for what lies deeper, whose values could not be read until now."""
        return tuple(dict.fromkeys(place.removeprefix(self.at) for place in self.notes or ()))

    def identifier(self, *keys: str) -> str:
        return self._required(_identifier, keys)

    def maybe_identifier(self, *keys: str) -> str | None:
        return self._maybe(_identifier, keys)

    def text(self, *keys: str) -> str:
        return self._required(_text, keys)

    def text_or_empty(self, *keys: str) -> str:
        return self._maybe(_text, keys) or ""

    def text_or_note(self, *keys: str) -> str:
        """Text without which this object says nothing: "" and noted where it is missing."""
        return self._or_note(lambda: self.text(*keys)) or ""

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
        return None if values is None else Reader(self.operation, f"{self.at}{keys[0]}.", values, self.notes)

    def many(self, *keys: str) -> list["Reader"]:
        """A list of objects; empty when absent."""
        found = readers(self.operation, self.at + keys[0], self._maybe(_list, keys) or [])
        return [replace(each, notes=self.notes) for each in found]

    def has(self, *keys: str) -> bool:
        return any(self.values.get(key) is not None for key in keys)

    def malformed(self, key: str) -> Malformed:
        return Malformed(self.operation, self.at + key)

    def _required(self, convert: Callable[[Any], T], keys: tuple[str, ...]) -> T:
        found = self._find(convert, keys)
        if found is None:
            raise self.malformed(keys[0])
        return found

    def _maybe(self, convert: Callable[[Any], T], keys: tuple[str, ...]) -> T | None:
        return self._or_note(lambda: self._find(convert, keys))

    def _or_note(self, find: Callable[[], T | None]) -> T | None:
        try:
            return find()
        except Malformed as broken:
            if self.notes is None:
                raise
            self.notes.append(broken.key)
            return None

    def _find(self, convert: Callable[[Any], T], keys: tuple[str, ...]) -> T | None:
        for key in _with_twins(keys):
            value = self.values.get(key)
            if value is not None:
                try:
                    return convert(value)
                except (ValueError, ArithmeticError):
                    raise self.malformed(key) from None
        return None


@dataclass(frozen=True)
class LeftOut:
    """An item of a list that lacks, or garbles, what is needed at `key`; `id` and `name` are empty where not told.

    It exists: never conclude from its absence among the items that it is gone.
    """

    operation: str
    key: str
    id: str = ""
    name: str = ""


Missed = list[LeftOut]


@dataclass(frozen=True)
class Each(Generic[T]):
    """The items of a list that could be read, and those that could not."""

    items: tuple[T, ...]
    left_out: tuple[LeftOut, ...] = ()


def read_each(found: Iterable[Reader], read: Callable[[Reader], T], *, ids: tuple[str, ...]) -> Each[T]:
    """Each item by itself; `ids` are the keys of its identifier. What could not be read is logged by its place."""
    items: list[T] = []
    left_out: list[LeftOut] = []
    for each in (one.lenient() for one in found):
        try:
            items.append(read(each))
        except Malformed as broken:
            name = each.text_or_empty("name") or each.text_or_empty("domainName") or each.text_or_empty("email")
            left_out.append(LeftOut(each.operation, broken.key, each.text_or_empty(*ids), name))
            logger.warning("%s: an item was left out, %s could not be read", each.operation, broken.key)
        else:
            for place in each.notes or ():
                logger.warning("%s: %s could not be read and counts as not told", each.operation, place)
    return Each(tuple(items), tuple(left_out))


def readers(operation: str, at: str, items: list[Any]) -> list[Reader]:
    """One reader per item of a list. One that is no object has no values, and so lacks whatever is asked of it."""
    return [
        Reader(operation, f"{at}[{number}].", item if isinstance(item, dict) else {})
        for number, item in enumerate(items)
    ]


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
    number = int(_digits(value, WHOLE))
    if abs(number) >= TOO_MANY:
        raise ValueError
    return number


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
