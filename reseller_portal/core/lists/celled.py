"""The people of a row whose columns are known."""

from collections.abc import Mapping

from reseller_portal.core.lists import cards
from reseller_portal.core.lists.columns import Meaning
from reseller_portal.core.lists.names import part_of_name
from reseller_portal.core.lists.persons import NO_NAME
from reseller_portal.core.lists.reader import Row
from reseller_portal.core.lists.shapes import SEVERAL, Found, doubt_of_two, name_in, names_in


def found_in_columns(row: Row, places: Mapping[Meaning, int], *, is_guessed: bool = False) -> list[Found]:
    """The person of a row whose columns are known; the people, where its one name is that of several."""
    cells, left, doubt = row.cells, "", ""
    width = len(cells)

    def cell(meaning: Meaning) -> str:
        at = places.get(meaning, width)
        return cells[at] if at < width else ""

    address = cell(Meaning.ADDRESS) or cell(Meaning.USERNAME)
    first, last = cell(Meaning.FIRST), cell(Meaning.LAST)
    if not (first.isalpha() and last.isalpha()):
        first, first_left = part_of_name(first)
        last, last_left = part_of_name(last)
        left = f"{first_left} {last_left}".strip()
    if not (first and last) and (full := cell(Meaning.FULL_NAME) or cell(Meaning.AS_WRITTEN)):
        names = names_in(full)
        if len(names) > 1 and not (first or last or address):
            return [Found(each.first, each.last, "", cell(Meaning.DOMAIN), each.left_out) for each in names]
        name, doubt = names[0], SEVERAL if len(names) > 1 else doubt_of_two(full)
        is_guessed = is_guessed or not address
        first, last, left = first or name.first, last or name.last, left or name.left_out
    if address and not (first or last):
        first, last = name_in(address)
    if not (first or last or address):
        return [Found(problem=NO_NAME)]
    return [
        Found(
            first, last, _plain_address(address) if address else "", cell(Meaning.DOMAIN), left, "", is_guessed, doubt
        )
    ]


def _plain_address(cell: str) -> str:
    return cell.removeprefix("mailto:").strip(" <>\"'")


PLACES_OF_CARDS: dict[Meaning, int] = {meaning: at for at, meaning in enumerate(cards.COLUMNS)}
