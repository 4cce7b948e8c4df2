"""Reading answers: tolerant where the contract says that shapes vary, strict everywhere else."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from reseller_portal.upstream.errors import Malformed

T = TypeVar("T")


@dataclass(frozen=True)
class Fields:
    """One JSON object of an answer. Each reader takes the key and its twins; the first one present counts."""

    operation: str
    content: Mapping[str, Any]

    def text(self, *keys: str) -> str:
        """A non-empty text; raises `Malformed` when there is none."""
        found = self._find(keys)
        if not isinstance(found, str) or not found:
            raise Malformed(self.operation, keys[0])
        return found

    def text_or_empty(self, *keys: str) -> str:
        found = self._find(keys)
        return "" if found is None else str(found)

    def number(self, *keys: str) -> int:
        """A whole number, also when it comes as text."""
        try:
            return int(self._find(keys))
        except (TypeError, ValueError):
            raise Malformed(self.operation, keys[0]) from None

    def number_or_zero(self, *keys: str) -> int:
        return 0 if self._find(keys) is None else self.number(*keys)

    def flag(self, *keys: str) -> bool:
        return self._find(keys) in {True, "true", "TRUE"}

    def money(self, *keys: str) -> Decimal:
        """US dollars, whether they come as text or as a number."""
        found = self.money_or_none(*keys)
        if found is None:
            raise Malformed(self.operation, keys[0])
        return found

    def money_or_none(self, *keys: str) -> Decimal | None:
        found = self._find(keys)
        if found is None or isinstance(found, bool):
            return None
        try:
            amount = Decimal(str(found))
        except InvalidOperation:
            raise Malformed(self.operation, keys[0]) from None
        if not amount.is_finite():
            raise Malformed(self.operation, keys[0])
        return amount

    def time_or_none(self, *keys: str) -> datetime | None:
        """A moment with its zone; UTC where none is given."""
        found = self._find(keys)
        if found in {None, ""}:
            return None
        try:
            moment = datetime.fromisoformat(str(found).replace("Z", "+00:00"))
        except ValueError:
            raise Malformed(self.operation, keys[0]) from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def object(self, *keys: str) -> "Fields":
        found = self._find(keys)
        if not isinstance(found, Mapping):
            raise Malformed(self.operation, keys[0])
        return Fields(self.operation, found)

    def objects(self, *keys: str) -> list["Fields"]:
        """The objects of a list; a missing list is malformed."""
        found = self._find(keys)
        if not isinstance(found, list):
            raise Malformed(self.operation, keys[0])
        return [self._as_fields(each, keys[0]) for each in found]

    def objects_or_none(self, *keys: str) -> list["Fields"]:
        return [] if self._find(keys) is None else self.objects(*keys)

    def texts(self, *keys: str) -> tuple[str, ...]:
        found = self._find(keys)
        if found is None:
            return ()
        if not isinstance(found, list):
            raise Malformed(self.operation, keys[0])
        return tuple(self._name_of(each) for each in found)

    def _name_of(self, each: Any) -> str:
        return Fields(self.operation, each).text("domainName", "domain") if isinstance(each, Mapping) else str(each)

    def _as_fields(self, each: Any, key: str) -> "Fields":
        if not isinstance(each, Mapping):
            raise Malformed(self.operation, key)
        return Fields(self.operation, each)

    def _find(self, keys: Sequence[str]) -> Any:
        return next((self.content[key] for key in keys if self.content.get(key) is not None), None)


def data_of(operation: str, envelope: Mapping[str, Any]) -> Fields:
    """The object under `data`. Raises `Malformed` when there is none."""
    return Fields(operation, envelope).object("data")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list. `nextPage` of the answer is not read: it lies on the last page."""

    items: tuple[T, ...]
    current_page: int
    total_pages: int
    total: int

    @property
    def is_last(self) -> bool:
        return not self.items or self.current_page >= self.total_pages


def page_of(data: Fields, key: str, read: Callable[[Fields], T]) -> Page[T]:
    """Paging lies under `pagination`, or flat beside the list."""
    paging = data.object("pagination") if isinstance(data.content.get("pagination"), Mapping) else data
    return Page(
        items=tuple(read(each) for each in data.objects(key)),
        current_page=paging.number("currentPage", "page"),
        total_pages=paging.number("totalPages"),
        total=paging.number_or_zero("totalSearchedCount", "totalCount", "total"),
    )


def every(read_page: Callable[[int], Page[T]], identity: Callable[[T], str]) -> Iterator[T]:
    """All items of all pages, each once: items may move between pages while they are read."""
    seen: set[str] = set()
    number = 1
    while True:
        page = read_page(number)
        for item in page.items:
            if identity(item) not in seen:
                seen.add(identity(item))
                yield item
        if page.is_last:
            return
        number += 1
