"""Contact cards (vCard, RFC 2426 and 6350) and directory exports (LDIF, RFC 2849) as rows with heads of their own."""

import base64
import binascii
import quopri
import re
from collections.abc import Mapping, Sequence

from reseller_portal.core.lists.columns import Meaning
from reseller_portal.core.lists.reader import Row

COLUMNS: Sequence[Meaning] = [Meaning.FIRST, Meaning.LAST, Meaning.FULL_NAME, Meaning.ADDRESS]
_LDIF = {"givenname": "first", "sn": "last", "cn": "full", "displayname": "display", "mail": "address"}
_BEGIN = re.compile(r"^\s*BEGIN:VCARD\s*$", re.IGNORECASE)
_END = re.compile(r"^\s*END:VCARD\s*$", re.IGNORECASE)
_PROPERTY = re.compile(r"^(?:[\w-]+\.)?([\w-]+)((?:;[^:]*)?):(.*)$")
_ATTRIBUTE = re.compile(r"^([\w-]+)(?:;[\w-]+)*(::?)\s*(.*)$")
_VERSION = re.compile(r"^version:\s*\d+\s*$")
_DN = re.compile(r"^dn::?\s*\S")


def begins_card(line: str) -> bool:
    return bool(_BEGIN.match(line) or _DN.match(line))


def begins_entry(line: str) -> bool:
    """The first line of an entry of a directory export."""
    return bool(_DN.match(line))


def is_beside_entries(line: str) -> bool:
    """What stands between the entries of a directory export: its version, and comments."""
    return line.startswith("#") or bool(_VERSION.match(line))


def card_at(lines: Sequence[str], at: int, first: int) -> tuple[Row, int]:
    """The card that begins at this index as a row in the order of `COLUMNS`, and the index after it."""
    if _BEGIN.match(lines[at]):
        end = _end_of_card(lines, at + 1)
        found = _vcard(_unfolded(lines[at:end]))
    else:
        end = next((i for i in range(at + 1, len(lines)) if not lines[i].strip() or _DN.match(lines[i])), len(lines))
        found = _ldif(_unfolded(lines[at:end]))
    cells = [found.get("first", ""), found.get("last", ""), found.get("full", ""), found.get("address", "")]
    return Row(at + first, cells, "\n".join(lines[at:end]), end - at), end


def _end_of_card(lines: Sequence[str], at: int) -> int:
    """Behind its last line, or before the next card where it has none."""
    for line in range(at, len(lines)):
        if _END.match(lines[line]):
            return line + 1
        if _BEGIN.match(lines[line]):
            return line
    return len(lines)


def _unfolded(lines: Sequence[str]) -> list[str]:
    """Long lines go on in the next one after a blank, or after `=` where quoted-printable is used."""
    joined: list[str] = []
    for line in lines:
        if joined and line[:1] in {" ", "\t"}:
            joined[-1] += line[1:]
        elif joined and joined[-1].endswith("=") and "QUOTED-PRINTABLE" in joined[-1].upper():
            joined[-1] = joined[-1][:-1] + line
        else:
            joined.append(line)
    return joined


def _vcard(lines: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        match = _PROPERTY.match(line.strip())
        if match is None:
            continue
        key, parameters, value = match[1].upper(), match[2].upper(), match[3]
        if "QUOTED-PRINTABLE" in parameters:
            value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
        if key == "N":
            parts = [_plain(part) for part in re.split(r"(?<!\\);", value)]
            found.setdefault("last", parts[0])
            found.setdefault("first", " ".join(part for part in parts[1:3] if part))
        elif key == "FN":
            found.setdefault("full", _plain(value))
        elif key == "EMAIL" and ("PREF" in parameters or "address" not in found):
            found["address"] = _plain(value).removeprefix("mailto:")
    return found


def _plain(value: str) -> str:
    return re.sub(r"\\([,;:\\])", r"\1", value.replace("\\n", " ").replace("\\N", " ")).strip()


def _ldif(lines: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        match = _ATTRIBUTE.match(line)
        name = _LDIF.get(match[1].lower()) if match else None
        if match and name:
            found.setdefault(name, _from_base64(match[3]) if match[2] == "::" else match[3].strip())
    return {**found, "full": found.get("display") or found.get("full", "")}


def _from_base64(value: str) -> str:
    try:
        return base64.b64decode(value.strip(), validate=True).decode("utf-8", "replace").strip()
    except binascii.Error:
        return ""
