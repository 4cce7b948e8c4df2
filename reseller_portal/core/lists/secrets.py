"""Columns of passwords, which nobody needs for an order: taken out before a list is kept or shown."""

from reseller_portal.core.lists.columns import meanings_of, plain_head
from reseller_portal.core.lists.reader import Row, rows_of, separator_line
from reseller_portal.core.lists.separators import separator_by_head

_WORDS = ("password", "passwort", "kennwort", "contrasena", "motdepasse", "senha", "secret", "wachtwoord", "haslo")


def without_secrets(text: str, *, most_lines: int) -> str:
    """The same list with these cells empty; every other line keeps its number. Longer lists are not read at all."""
    lines = text.lstrip("\ufeff").splitlines()
    if len(lines) > most_lines or not any(word in plain for plain in map(_plain, lines) for word in _WORDS):
        return text
    separator = next((found for line in lines[:1] if (found := separator_line(line))), "") or separator_by_head(lines)
    secret: set[int] = set()
    for row in rows_of(lines, separator):
        if meanings_of(row.cells) is not None:
            secret = {at for at, head in enumerate(row.cells) if any(word in plain_head(head) for word in _WORDS)}
        elif secret and any(at in secret and cell for at, cell in enumerate(row.cells)):
            begin = row.line - 1
            lines[begin : begin + row.height] = [_written(row, secret, separator), *[""] * (row.height - 1)]
    return "\n".join(lines)


def _plain(line: str) -> str:
    return plain_head(line) if len(line) < 80 else line[:2000].casefold().replace(" ", "").replace("_", "")


def _written(row: Row, secret: set[int], separator: str) -> str:
    return separator.join("" if at in secret else _cell(cell, separator) for at, cell in enumerate(row.cells))


def _cell(cell: str, separator: str) -> str:
    cell = " ".join(cell.splitlines())
    return '"' + cell.replace('"', '""') + '"' if separator in cell or '"' in cell else cell
