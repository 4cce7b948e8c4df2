"""Reading lists page by page without trusting what the upstream says of the next page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from reseller_portal.upstream.answer import Answer
from reseller_portal.upstream.errors import Malformed
from reseller_portal.upstream.reader import LeftOut, Missed, Reader, read_each

MOST_PER_PAGE = 100


class Identified(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item")
Known = TypeVar("Known", bound=Identified)


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list. `total_pages` and `total` are None where the upstream does not count.

    An item that cannot be read stands in `left_out` and not in `items`; it is there upstream all the same. What of an
    item could not be read, and counts as not told, stands in its `unread`: keep what is stored of that.
    """

    items: tuple[Item, ...]
    current_page: int
    total_pages: int | None
    total: int | None
    left_out: tuple[LeftOut, ...] = ()

    @property
    def is_last(self) -> bool:
        """By the count or an empty page; the upstream's own `nextPage` goes on for ever."""
        return not (self.items or self.left_out) or (
            self.total_pages is not None and self.current_page >= self.total_pages
        )


def page_query(page: int, limit: int) -> dict[str, int]:
    """Raises `ValueError` for what the upstream would refuse: pages start at 1, a page holds 1 to 100 items."""
    if page < 1 or not 1 <= limit <= MOST_PER_PAGE:
        raise ValueError(f"no such page: {page} of {limit}")
    return {"page": page, "limit": limit}


def read_page(
    answer: Answer, read: Callable[[Reader], Item], found: list[Reader], asked: int, *, ids: tuple[str, ...]
) -> Page[Item]:
    """The page that `asked` for, item by item; page fields may be nested, flat, or missing beside a bare list."""
    bare = answer.maybe_one("pagination")
    counts = bare.lenient() if bare else None
    each = read_each(found, read, ids=ids)
    return Page(
        items=each.items,
        left_out=each.left_out,
        current_page=(counts.maybe_whole("currentPage") if counts else None) or asked,
        total_pages=counts.maybe_whole("totalPages") if counts else None,
        total=counts.maybe_whole("totalSearchedCount", "totalDomains") if counts else None,
    )


def walk(fetch: Callable[[int], Page[Known]], left_out: Missed | None = None) -> Iterator[Known]:
    """Every item once, although items move between pages while we read: one pass never proves that a thing is gone.

    Where pages are not counted, a page that brings nothing new is the end: the upstream may not know pages at all.
    What could not be read is added to `left_out`. Without such a list the walk ends in `Malformed`, after everything
    that could be read: who looks for a thing must not take it for absent.
    """
    seen: set[str] = set()
    missed: Missed = [] if left_out is None else left_out
    number = 1
    while True:
        page = fetch(number)
        fresh = {item.id: item for item in page.items if item.id not in seen}
        yield from fresh.values()
        seen.update(fresh)
        missed.extend(page.left_out)
        is_counted_out = page.total_pages is not None and number >= page.total_pages
        if page.is_last or is_counted_out or (page.total_pages is None and not fresh):
            break
        number += 1
    if missed and left_out is None:
        raise Malformed(missed[0].operation, missed[0].key)
