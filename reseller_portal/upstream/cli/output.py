"""Answers as a table or as JSON, with secrets covered."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

SECRETS = {
    "password",
    "appPassword",
    "app_password",
    "authenticatorSecret",
    "authenticator_secret",
    "secret",
}
COVER = "********"
WIDEST = 48


def plain(value: Any, *, shows_secrets: bool = False) -> Any:
    """The value in JSON's own types; secrets are covered unless asked for."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {key: _kept(key, item, shows_secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, shows_secrets=shows_secrets) for item in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def as_table(value: Any) -> str:
    """A list as rows under a head, an object as lines of key and value, anything else as it is.

    Lists inside an object become tables of their own below it.
    """
    if _is_table(value):
        return _rows(value)
    if isinstance(value, dict):
        inner = {key: item for key, item in value.items() if item and _is_table(item)}
        lines = [[key, _cell(item)] for key, item in value.items() if key not in inner]
        tables = [f"{_cell(key)}:\n{_rows(item)}" for key, item in inner.items()]
        return "\n\n".join([*([_columns(lines)] if lines else []), *tables])
    return _cell(value)


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _kept(key: str, value: Any, shows_secrets: bool) -> Any:
    if key in SECRETS and value and not shows_secrets:
        return COVER
    return plain(value, shows_secrets=shows_secrets)


def _rows(items: Sequence[Mapping[str, Any]]) -> str:
    """Columns that are empty in every row are left out."""
    if not items:
        return "nothing"
    keys = dict.fromkeys(key for item in items for key in item)
    used = [key for key in keys if any(item.get(key) not in (None, "", [], {}) for item in items)]
    return _columns([used, *([_short(_cell(item.get(key))) for key in used] for item in items)])


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    # One answer must not draw over another: control characters of the wire stay on the wire.
    return "".join(sign if sign.isprintable() else " " for sign in str(value))


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
