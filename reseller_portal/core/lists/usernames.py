"""The part of an address before the @: made from a name by a pattern, and what providers allow there."""

import re
from collections.abc import Callable
from enum import StrEnum

from reseller_portal.core.lists.signs import name_of_sign
from reseller_portal.core.lists.text import cut, in_letters

LONGEST = 64
_ALLOWED = re.compile(r"^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$")
# Kept by the providers for themselves, or needed by every domain (RFC 2142).
RESERVED = frozenset({"abuse", "postmaster", "hostmaster", "webmaster", "mailer-daemon"})


class Pattern(StrEnum):
    """How names become addresses, for all that have none of their own."""

    FIRST = "first"
    FIRST_LAST = "first.last"
    F_LAST = "f.last"
    FIRST_L = "firstl"
    LAST = "last"


PATTERN_EXAMPLES = {
    Pattern.FIRST: "maya@",
    Pattern.FIRST_LAST: "maya.ferro@",
    Pattern.F_LAST: "m.ferro@",
    Pattern.FIRST_L: "mayaf@",
    Pattern.LAST: "ferro@",
}
_MAKE: dict[Pattern, Callable[[str, str], str]] = {
    Pattern.FIRST: lambda first, last: first or last,
    Pattern.FIRST_LAST: lambda first, last: f"{first}.{last}",
    Pattern.F_LAST: lambda first, last: f"{first[:1]}.{last}",
    Pattern.FIRST_L: lambda first, last: f"{first}{last[:1]}",
    Pattern.LAST: lambda first, last: last or first,
}


def username_of(first: str, last: str = "", pattern: Pattern = Pattern.FIRST) -> str:
    """The username of a name, in small Latin letters; empty when no letter of it has a Latin reading.

    Of several given names the first counts: *Lena Maria Ostrow* is lena.
    """
    given = in_letters(first.partition(" ")[0]) or in_letters(first.replace(" ", ""))
    family = in_letters(last.replace(" ", ""))
    if pattern == Pattern.FIRST and given:
        return given
    return _MAKE[pattern](given, family).strip(".-")


def problem_of(username: str) -> str:
    """Why no provider would take it, or nothing."""
    if _ALLOWED.match(username) and ".." not in username and len(username) <= LONGEST:
        return f"{username} is reserved by the provider. Use another name." if username in RESERVED else ""
    shown = cut(username, 60)
    if strange := next((sign for sign in username if not sign.isascii()), ""):
        return f"{shown} cannot be the first part of an address: it has {name_of_sign(strange)}. Use plain letters."
    if ".." in username:
        return f"{shown} cannot be the first part of an address: it has two dots in a row."
    if len(username) > LONGEST:
        return f"{shown} cannot be the first part of an address: it is longer than {LONGEST} letters."
    if username.startswith(".") or username.endswith("."):
        return f"{shown} cannot be the first part of an address: a dot cannot be its first or last sign."
    return f"{shown} cannot be the first part of an address: use letters, digits, dots and hyphens."
