"""Where operations are served: as the table says, or where somebody moved them to try out a client's other guesses."""

import re
from collections.abc import Mapping

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.wire import BASE, OPERATIONS, Operation

PLACE = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/[^\s?#]{1,200})")


def find_operation(method: str, path: str) -> Operation | None:
    """What is served there. Where an operation was moved away, there is nothing any more."""
    moved: Mapping[str, str] = clock.world().manners.get("paths", {})
    place = f"{method} {path.removeprefix(BASE)}"
    for name, its_place in moved.items():
        if path.startswith(BASE) and its_place == place:
            return _by_name()[name]
    found = OPERATIONS.get((method, path))
    return None if found is None or found.name in moved else found


def checked_places(wish: Mapping[str, str]) -> dict[str, str]:
    """Operations by name, and "METHOD /path" below the API's address. Raises ValueError for what is neither."""
    for name, place in wish.items():
        if name not in _by_name():
            raise ValueError(f"there is no operation {name}")
        if not isinstance(place, str) or not PLACE.fullmatch(place):
            raise ValueError(f"{place!r} is not METHOD /path")
    return dict(wish)


def _by_name() -> dict[str, Operation]:
    return {each.name: each for each in OPERATIONS.values() if each.is_first}
