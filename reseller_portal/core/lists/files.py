"""What a file is: text in some encoding, a workbook, or something else that is refused by its name."""

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook  # type: ignore[import-untyped]  # stubs would be one more dependency

from reseller_portal.core.lists.reader import TooManyLines, written_as_lines

LARGEST_UNPACKED = 16 * 1024 * 1024
LARGEST_TEXT = 2 * 1024 * 1024
MOST_COLUMNS = 100
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"{\\rtf", "a rich text document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a sound"),
    (b"\x1f\x8b", "a packed file"),
    (b"7z\xbc\xaf", "a packed file"),
    (b"Rar!", "a packed file"),
    (b"SQLite format 3", "a database"),
)
_INSIDE = (("word/", "a Word document"), ("ppt/", "a presentation"), ("content.xml", "an OpenDocument file"))
_TEXTS = (
    ("<!doctype html", "a web page"),
    ("<html", "a web page"),
    ("<?xml", "an XML file"),
    ("begin:vcalendar", "a calendar"),
    ("{\\rtf", "a rich text document"),
    ("received: from", "the source of a message"),
    ("mime-version:", "the source of a message"),
)
MOST_LOOKED_AT = 20_000
_TAGS = "html|head|body|table|tbody|thead|tr|td|th|div|span|ul|ol|li|p|br|b|a|h[1-6]|meta|style"
_LOOKS = (
    (re.compile(rf"\A\s*<(?:{_TAGS})(?:\s[^<>]*)?/?>", re.I), "a web page"),
    (re.compile(r"^BEGIN:(?:VCALENDAR|VEVENT|VTODO)\s*$", re.M | re.I), "a calendar"),
    (re.compile(r"^From \S+@\S+ +\w{3} \w{3} +\d", re.M), "a mailbox file"),
    (
        re.compile(
            r"^(?:message-id|received|return-path|delivered-to|mime-version|content-type|dkim-signature|"
            r"x-[\w-]+): ?\S.*$"
            r"(?:\n.*){0,40}?\n(?:from|to|subject|date|message-id|received|content-[\w-]+): ?\S",
            re.M | re.I,
        ),
        "the source of a message",
    ),
    (re.compile(r"\A\s*(?:\{\s*[\"'}]|\[\s*[\[{\"'\]]|\[\s*\]|\{\s*\})"), "JSON"),
    (re.compile(r"^\s*(?:INSERT INTO|CREATE TABLE|SELECT .+ FROM)\b", re.M | re.I), "a database script"),
    (re.compile(r"^.*\S {2,}\S.*\n *-{2,}(?: +-{2,})+ *$", re.M), "a table of PowerShell"),
    (re.compile(r"^\S+ {2,}: .*\n\S+ +: ", re.M), "a list of PowerShell"),
    (
        re.compile(r"^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\n]*\b(?:INFO|DEBUG|WARN(?:ING)?|ERROR|GET|POST)\b", re.M),
        "a log",
    ),
    (re.compile(r"^(?:-{5}BEGIN [A-Z ]+-{5})$", re.M), "a key or a certificate"),
    (re.compile(r"\A\s*(?:<\?php|#!/|import \w+|def \w+\(|function \w+\()"), "a program"),
)
ADVICE = "Save it as CSV or as an Excel workbook (.xlsx), then choose that file."


class NotAList(ValueError):
    """The file or text is something else. The sentence names it and says what to do."""


@dataclass(frozen=True)
class FileText:
    """The text of a file. `encoding` is a word for people: *UTF-8*, *Excel workbook*."""

    text: str
    encoding: str


def text_of_file(raw: bytes, *, most: int) -> FileText:
    """Read a file. Raises `NotAList`, and `TooManyLines` for a workbook with more than `most` rows."""
    for start, name in _KINDS:
        if raw.startswith(start):
            raise NotAList(f"This is {name}, not a list. {ADVICE}")
    if raw.startswith(b"PK"):
        return FileText(_workbook_text(raw, most), "Excel workbook")
    text, encoding = _decoded(raw)
    if "\0" in text:
        raise NotAList(f"This is not a text file. {ADVICE}")
    refuse_other_texts(text)
    return FileText(text, encoding)


def refuse_other_texts(text: str) -> None:
    """Raise `NotAList` for text that has a name of its own: a web page, a calendar, a message, JSON."""
    start = text[:400].lstrip("\ufeff \t\r\n").lower()
    for words, name in _TEXTS:
        if start.startswith(words):
            raise NotAList(f"This is {name}, not a list. {ADVICE}")
    for look, name in _LOOKS:
        if look.search(text[:MOST_LOOKED_AT]):
            raise NotAList(f"This is {name}, not a list. {ADVICE}")


def _decoded(raw: bytes) -> tuple[str, str]:
    """UTF-16 with its mark, else UTF-8, else the Western encoding of Windows, in which every byte is a letter."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError:
            raise NotAList(f"This is not a text file, or only half of one. {ADVICE}") from None
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), "Windows-1252"


def _workbook_text(raw: bytes, most: int) -> str:
    """The first sheet that holds anything. Sizes are looked at before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            names = packed.namelist()
            if not any(name.startswith("xl/") for name in names):
                kind = next((word for part, word in _INSIDE if any(each.startswith(part) for each in names)), "")
                raise NotAList(f"This is {kind or 'a packed file'}, not a list. {ADVICE}")
            if sum(each.file_size for each in packed.infolist()) > LARGEST_UNPACKED:
                raise TooManyLines(f"This workbook holds more than one order can take ({most:,} lines). Split it.")
        return written_as_lines(_rows_of_workbook(raw, most))
    except (NotAList, TooManyLines):
        raise
    except Exception:  # noqa: BLE001  # whatever a damaged part makes its reader stumble over
        raise NotAList(f"This workbook cannot be read: it is damaged or protected. {ADVICE}") from None


def _rows_of_workbook(raw: bytes, most: int) -> list[list[str]]:
    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            # What a sheet says of its own size may be wrong, and with it where reading stops.
            sheet.reset_dimensions()
            rows, signs = [], 0
            for row in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
                rows.append(_without_empty_end([_cell(value) for value in row]))
                # Many cells may share one long text, which takes no room in the file.
                signs += sum(map(len, rows[-1]))
                if signs > LARGEST_TEXT:
                    raise TooManyLines("This workbook holds more text than a list of people. Leave other sheets out.")
                if len(rows) > most + 1:
                    raise TooManyLines(f"This workbook has more than {most:,} rows. Split it into several.")
            if any(any(row) for row in rows):
                return rows
    finally:
        book.close()
    return []


def _without_empty_end(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
