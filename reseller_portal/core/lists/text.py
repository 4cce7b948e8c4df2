"""Signs that nobody sees, and names in the letters that an address may have."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

# Joiners are needed inside words of Persian and of Indian languages; every other sign of this kind only misleads.
_JOINERS = "\u200c\u200d"
_BLANKS = re.compile(r"\s+")
_KEPT = re.compile(r"[^a-z0-9-]+")


def without_unseen(text: str) -> str:
    """The same text without invisible and turning characters, with one plain space for any run of blanks."""
    if text.isascii():
        if text.isprintable() and "  " not in text:
            return text.strip()
        return _BLANKS.sub(" ", _without_controls(text)).strip()
    seen = "".join(sign for sign in text if sign in _JOINERS or unicodedata.category(sign) not in {"Cf", "Cc", "Co"})
    return unicodedata.normalize("NFC", _BLANKS.sub(" ", seen).strip(" " + _JOINERS))


def has_unseen(text: str) -> bool:
    """Whether a sign is in it that no reader sees, or that turns the reading direction."""
    return any(unicodedata.category(sign) in {"Cf", "Cc", "Co", "Cs"} for sign in text)


def cut(text: str, most: int = 120) -> str:
    """What is shown of a text that somebody else wrote."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


@lru_cache(maxsize=8192)
def in_letters(name: str) -> str:
    """A word in small Latin letters, digits and hyphens: *Łukasz* is lukasz, *雷* is lei. May be empty."""
    plain = name if name.isascii() else anyascii(name)
    return _KEPT.sub("", plain.lower()).strip("-")


def _without_controls(text: str) -> str:
    return text if text.isprintable() else "".join(sign for sign in text if sign.isprintable() or sign.isspace())
