"""Signs that make a name doubtful or are no part of it: letters of two scripts, broken encodings, pictures."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from reseller_portal.core.lists.text import cut

# Letters of these look alike: one of them in a word of another is a slip or a trick, whichever word it stands in.
_ALIKE = frozenset({"Latin", "Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic"})
# Written together in one word.
_TOGETHER = (frozenset({"Cjk", "Hiragana", "Katakana", "Hangul", "Ideographic"}),)
_ENCODINGS = ("cp1252", "latin-1", "cp1251")
_WORDS_OF_UNICODE = {"Fullwidth": "Latin", "Halfwidth": "Katakana", "Katakana-Hiragana": "Katakana"}
_IN_NAMES = frozenset("’‘ʼʻ·‐‑–—‧・゠＝\u200c\u200d”“ªº")
# What the umlauts of a Mac become in the Western encoding of Windows.
_OF_MAC = frozenset("šŠžŽŸœŒƒ")
_BEFORE_CAPITALS = frozenset({"Mc", "Mac", "De", "Di", "La", "Le", "Fitz", "O", "Van", "Du", "Da", "Del"})
_NOT_LETTERS = re.compile(r"[\ufffd\x80-\x84\x86-\x9f]")


def problem_of_signs(name: str) -> str:
    """What is wrong with the letters of a name, with the sign named; nothing of most names."""
    if name.isascii():
        return ""
    if _NOT_LETTERS.search(name) or repaired(name):
        better = repaired(name)
        hint = f" Perhaps {cut(better, 60)}?" if better else ""
        return f"The letters of “{cut(name, 60)}” were broken when the list was saved.{hint} Write the name anew."
    for word in name.split():
        if sign := _odd_one_out(word, alike_only=False):
            return _mixed(word, sign)
    if sign := _odd_one_out(name, alike_only=True):
        return _mixed(name, sign)
    return ""


def doubt_of_signs(name: str) -> str:
    """A sign by which the letters seem to be those of another encoding; nothing of most names."""
    if name.isascii():
        return ""
    for word in name.split():
        if sign := _strange_sign(word):
            return f"“{cut(name, 60)}” has {name_of_sign(sign)}, as broken letters do. Write the name anew, or keep it."
    return ""


def _strange_sign(word: str) -> str:
    """*£ukasz*, *MŸller*, *Jšrg*, *Èâàí*: a sign, a capital amid small letters, no vowel, accented letters alone."""
    if word.isascii():
        return ""
    for at, sign in enumerate(word):
        if (
            not sign.isascii()
            and not sign.isalpha()
            and sign not in _IN_NAMES
            and unicodedata.category(sign)[0] in "SNPC"
        ):
            return sign
        is_inside = at > 0 and word[at - 1].isalpha() and word[:at] not in _BEFORE_CAPITALS
        if is_inside and not sign.isascii() and sign.isupper() and any(map(str.islower, word)):
            return sign
    beyond = [sign for sign in word if not sign.isascii() and script_of(sign) == "Latin"]
    letters = [sign for sign in word if sign.isalpha()]
    if len(letters) > 2 and len(beyond) == len(letters) and all(sign < "\u0100" for sign in beyond):
        return beyond[0]
    has_vowel = any(unicodedata.normalize("NFKD", sign)[0].lower() in "aeiouyøæœıəɪ" for sign in letters)
    is_latin = any(sign in _OF_MAC for sign in beyond) and all(script_of(sign) == "Latin" for sign in letters)
    return beyond[0] if is_latin and len(letters) > 2 and not has_vowel else ""


def mixed_letter(text: str) -> str:
    """The letter of another script in a word that looks as if it had none; nothing where all fit."""
    return "" if text.isascii() else _odd_one_out(text, alike_only=True)


def name_of_sign(sign: str) -> str:
    """A sign with what it is called, as in *“é” (Latin small letter e with acute)*."""
    return f"“{sign}” ({unicodedata.name(sign, 'a sign without a name').capitalize()})"


def repaired(text: str) -> str:
    """What the text was before UTF-8 was read as a Western or Cyrillic encoding; nothing when it was not."""
    words = text.split(" ")
    better = [_decoded(word) or word for word in words]
    return " ".join(better) if better != words else ""


def without_pictures(text: str) -> tuple[str, str]:
    """The text without emoji and other pictures, and these."""
    if text.isascii() or not any(map(_is_picture, text)):
        return text, ""
    kept = "".join(" " if _is_picture(sign) else sign for sign in text)
    left = "".join(sign if _is_picture(sign) else " " for sign in text)
    return " ".join(kept.split()), " ".join(left.split())


def _decoded(word: str) -> str:
    if word.isascii():
        return ""
    for encoding in _ENCODINGS:
        try:
            better = word.encode(encoding).decode()
        except UnicodeError:
            continue
        return better if better.isprintable() else ""
    return ""


@lru_cache(maxsize=4096)
def _is_picture(sign: str) -> bool:
    if sign < "\u0100" or sign == "\ufffd":
        # Signs of Latin-1 are what broken letters look like: *JosÃ©*.
        return False
    return (
        unicodedata.category(sign) in {"So", "Me", "Cn", "Cs"}
        or sign == "\ufe0f"
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
    )


@lru_cache(maxsize=4096)
def script_of(sign: str) -> str:
    """*Latin*, *Cyrillic*; *Mathematical* of letters that only look like ours; nothing of what is no letter."""
    if unicodedata.category(sign) not in {"Lu", "Ll", "Lt", "Lo"}:
        return ""
    if sign.isascii():
        return "Latin"
    word = unicodedata.name(sign, "").partition(" ")[0].capitalize()
    return "" if word in {"Feminine", "Masculine"} else _WORDS_OF_UNICODE.get(word, word)


def _scripts(text: str, *, alike_only: bool) -> Iterator[tuple[str, str]]:
    for sign in text:
        script = script_of(sign)
        if script and (not alike_only or script in _ALIKE):
            yield script, sign


def _odd_one_out(text: str, *, alike_only: bool) -> str:
    """The first letter of the rarer script, or one of letters in a style of mathematics; nothing when all fit."""
    found = list(_scripts(text, alike_only=alike_only))
    counts = Counter(script for script, _ in found)
    if len(counts) < 2 and "Mathematical" not in counts:
        return ""
    if any(set(counts) <= together for together in _TOGETHER):
        return ""
    rare = min(counts, key=lambda script: (script != "Mathematical", counts[script], script == "Latin"))
    return next(sign for script, sign in found if script == rare)


def _mixed(text: str, sign: str) -> str:
    return f"“{cut(text, 60)}” has {name_of_sign(sign)} among other letters. Write the name in letters of one kind."
