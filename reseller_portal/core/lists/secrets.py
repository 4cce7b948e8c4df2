"""Columns of passwords, which nobody needs for an order: taken out before a list is kept or shown."""

from reseller_portal.core.lists.columns import meanings_of, plain_head
from reseller_portal.core.lists.reader import Row, rows_of, separator_line
from reseller_portal.core.lists.separators import separator_by_head

LONGEST_HEAD, MOST_ABOVE = 40, 5
_WORDS = tuple(
    plain_head(word)
    for word in (
        "password", "passwort", "kennwort", "contrasena", "motdepasse", "senha", "secret", "wachtwoord", "haslo",
        "losenord", "adgangskode", "passord", "salasana", "parola", "heslo", "jelszo", "sifre", "пароль",
        "密码", "密碼",
        "パスワード", "비밀번호", "passcode", "totp", "2fa", "apikey", "token",
    )
)  # fmt: skip
# *Secretary* holds no secret.
_NONE = "secretar"
NOTHING = "…"


def without_secrets(text: str, *, most_lines: int) -> str:
    """The same list with these cells empty; every other line keeps its number.

    Of a longer list, which no order takes, nothing is left of the lines after `most_lines` but that they are there.
    """
    lines = text.lstrip("\ufeff").splitlines()
    if len(lines) > most_lines:
        rest = [NOTHING if line.strip() else "" for line in lines[most_lines:]]
        return "\n".join([without_secrets("\n".join(lines[:most_lines]), most_lines=most_lines), *rest])
    if not any(word in plain for plain in map(_plain, lines) for word in _WORDS):
        return text
    separator = next((found for line in lines[:1] if (found := separator_line(line))), "") or separator_by_head(lines)
    secret: set[int] = set()
    for at, row in enumerate(rows_of(lines, separator)):
        if meanings_of(row.cells) is not None or (at < MOST_ABOVE and any(map(_is_secret, row.cells))):
            secret = {at for at, head in enumerate(row.cells) if _is_secret(head)}
        elif secret and any(at in secret and cell for at, cell in enumerate(row.cells)):
            begin = row.line - 1
            lines[begin : begin + row.height] = [_written(row, secret, separator), *[""] * (row.height - 1)]
    return "\n".join(lines)


def _is_secret(head: str) -> bool:
    plain = plain_head(head) if len(head) < LONGEST_HEAD else ""
    return any(word in plain for word in _WORDS) and _NONE not in plain


def _plain(line: str) -> str:
    return plain_head(line) if len(line) < 80 else line[:2000].casefold().replace(" ", "").replace("_", "")


def _written(row: Row, secret: set[int], separator: str) -> str:
    return separator.join("" if at in secret else _cell(cell, separator) for at, cell in enumerate(row.cells))


def _cell(cell: str, separator: str) -> str:
    cell = " ".join(cell.splitlines())
    return '"' + cell.replace('"', '""') + '"' if separator in cell or '"' in cell else cell
