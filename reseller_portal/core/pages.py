"""Parts of list pages: keyset windows and capped counts, so that a million rows cost what ten do."""

import base64
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from reseller_portal.core.lists.domains import readable

R = TypeVar("R")
PAGE_SIZE = 50
MOST_COUNTED = 1000
# A key of ours holds two values of a row.
LONGEST_KEY = 2000
LOOKED_AT = 2000
MOST_LOOKS = 10


@dataclass(frozen=True)
class Window(Generic[R]):
    """One window of a list. `next_key` is empty on the last one."""

    rows: Sequence[R]
    next_key: str


def window(rows: QuerySet[Any, R], *, order: tuple[str, ...], after: str = "", size: int = PAGE_SIZE) -> Window[R]:
    """The rows after a key, in an order whose last field is unique. A key that makes no sense starts at the top."""
    found = list(_after(rows, order, _read(rows, order, after)).order_by(*order)[: size + 1])
    shown = found[:size]
    next_key = _pack([getattr(shown[-1], name.lstrip("-")) for name in order]) if len(found) > size else ""
    return Window(shown, next_key)


@dataclass(frozen=True)
class Search:
    """What a list is searched for. `function` is one that `search_function` made; it finds in the order (text, id)."""

    function: str
    needle: str
    states: list[str] | None


def window_containing(rows: QuerySet[Any, R], search: Search, *, order: tuple[str, str], after: str = "") -> Window[R]:
    """The same, of the rows whose text contains the needle."""
    text, number = _read(rows, order, after) or ("", 0)
    found = RawSQL(  # noqa: S611  # the name is ours; whatever was typed is a parameter
        f"SELECT * FROM {search.function}(%s, %s, %s, %s, %s)",  # noqa: S608
        [search.needle, search.states, text, number, PAGE_SIZE + 1],
    )
    return window(rows.filter(pk__in=found), order=order, after=after)


def window_readable(rows: QuerySet[Any, R], search: Search, *, order: tuple[str, str], after: str = "") -> Window[R]:
    """The same for a needle with letters beyond ASCII: of the names that the DNS spells otherwise, those that read so.

    Candidates come from the index, `LOOKED_AT` at a time, until a window is full or there are no more. After
    `MOST_LOOKS` the window ends with what was found, and its key goes on behind the last one looked at.
    """
    needle = unicodedata.normalize("NFC", search.needle)
    text, number = _read(rows, order, after) or ("", 0)
    fitting: list[Any] = []
    for _ in range(MOST_LOOKS):
        found = RawSQL(  # noqa: S611  # as above
            f"SELECT * FROM {search.function}(%s, %s, %s, %s, %s)",  # noqa: S608
            [_spelled_part(needle), search.states, text, number, LOOKED_AT],
        )
        looked_at = rows.model._default_manager.filter(pk__in=found).order_by(*order).values_list(*order)
        candidates = list(looked_at)
        fitting += [number for text, number in candidates if needle in readable(text)]
        if len(candidates) < LOOKED_AT or len(fitting) > PAGE_SIZE:
            return window(rows.filter(pk__in=fitting), order=order, after=after)
        text, number = candidates[-1]
    return Window(window(rows.filter(pk__in=fitting), order=order, after=after).rows, _pack([text, number]))


def _spelled_part(needle: str) -> str:
    """What stands in the ASCII form of every name that reads so: punycode begins with the ASCII letters of a label."""
    labels = [label for label in re.split("[@.]", needle) if not label.isascii()]
    part = max(("".join(filter(str.isascii, label)) for label in labels), key=len, default="")
    # Fewer letters are searched at the beginnings of words alone.
    return part if len(part) >= 3 else "xn--"


def capped_count(rows: QuerySet[Any], *, by: str) -> int:
    """How many, up to `MOST_COUNTED`; nobody reads beyond and counting on costs.

    `by` continues an index that the filters begin: without an order the first rows may be anywhere in the table.
    """
    return rows.order_by(by)[:MOST_COUNTED].count()


def _after(rows: QuerySet[Any, R], order: tuple[str, ...], values: Sequence[Any]) -> QuerySet[Any, R]:
    if not values:
        return rows
    condition = Q()
    equal: dict[str, Any] = {}
    for name, value in zip(order, values, strict=True):
        field, step = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        condition |= Q(**equal, **{f"{field}__{step}": value})
        equal[field] = value
    # The plain bound on the first field is what an index can start from.
    first, bound = order[0].lstrip("-"), "lte" if order[0].startswith("-") else "gte"
    return rows.filter(condition, **{f"{first}__{bound}": values[0]})


def _read(rows: QuerySet[Any, R], order: tuple[str, ...], after: str) -> list[Any]:
    """One value for each field of the order, or none at all when the key is not one of ours."""
    values = _unpack(after) if after else []
    if len(values) != len(order):
        return []
    fields = {field.name: field for field in rows.model._meta.concrete_fields}
    try:
        return [fields[name.lstrip("-")].clean(value, None) for name, value in zip(order, values, strict=True)]
    except (ValidationError, ValueError, OverflowError, TypeError):  # infinity is no number of a row
        return []


def _pack(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def _unpack(key: str) -> list[Any]:
    if len(key) > LONGEST_KEY:
        return []
    try:
        values = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
    except (ValueError, RecursionError):
        return []
    if not isinstance(values, list) or any(value is None or isinstance(value, list | dict) for value in values):
        return []
    return values if all(str(value).isprintable() for value in values) else []
