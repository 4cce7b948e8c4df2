"""Reading lists page by page without trusting what the upstream says of the next page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from reseller_portal.upstream.answer import Answer
from reseller_portal.upstream.reader import Reader

MOST_PER_PAGE = 100


class Identified(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item")
Known = TypeVar("Known", bound=Identified)


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list. `total_pages` and `total` are None where the upstream does not count."""

    items: tuple[Item, ...]
    current_page: int
    total_pages: int | None
    total: int | None

    @property
    def is_last(self) -> bool:
        """By the count or an empty page; the upstream's own `nextPage` goes on for ever."""
        return not self.items or (self.total_pages is not None and self.current_page >= self.total_pages)


def page_query(page: int, limit: int) -> dict[str, int]:
    """Raises `ValueError` for what the upstream would refuse: pages start at 1, a page holds 1 to 100 items."""
    if page < 1 or not 1 <= limit <= MOST_PER_PAGE:
        raise ValueError(f"no such page: {page} of {limit}")
    return {"page": page, "limit": limit}


def read_page(answer: Answer, read: Callable[[Reader], Item], found: list[Reader], asked: int) -> Page[Item]:
    """The page that `asked` for; page fields may be nested, flat, or missing beside a bare list."""
    counts = answer.maybe_one("pagination")
    return Page(
        items=tuple(read(item) for item in found),
        current_page=(counts.maybe_whole("currentPage") if counts else None) or asked,
        total_pages=counts.maybe_whole("totalPages") if counts else None,
        total=counts.maybe_whole("totalSearchedCount", "totalDomains") if counts else None,
    )


def walk(fetch: Callable[[int], Page[Known]]) -> Iterator[Known]:
    """Every item once, although items move between pages while we read: one pass never proves that a thing is gone.

    Where pages are not counted, a page that brings nothing new is the end: the upstream may not know pages at all.
    """
    seen: set[str] = set()
    number = 1
    while True:
        page = fetch(number)
        fresh = {item.id: item for item in page.items if item.id not in seen}
        yield from fresh.values()
        seen.update(fresh)
        is_counted_out = page.total_pages is not None and number >= page.total_pages
        if page.is_last or is_counted_out or (page.total_pages is None and not fresh):
            return
        number += 1
