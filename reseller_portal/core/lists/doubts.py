"""What may be nobody: words of letters, of business, of empty forms. Asked about, and never bought unseen.

The words are those of `words.toml`: they stand in texts around lists of people, and are hardly ever a part of a name.
Words that are both, such as *Will*, *May* or *Grace*, are in none of its lists.
"""

import re
from collections.abc import Sequence

from reseller_portal.core.lists.text import cut
from reseller_portal.core.lists.words import (
    BEHIND_NAMES,
    CITIES,
    CLOSINGS,
    EMPTY,
    IN_CAPITALS,
    NEVER,
    NEVER_FIRST,
    OF_HEADS,
    OPENINGS,
    PLACES,
    SMALL,
    SPEECH,
    WHOLE,
)

_EMPTY_AS_WRITTEN = frozenset({"NA", "NaN", "NIL", "XX"})
_EDGES = ".,;:!?()[]\"'“”‘’…-–—*_"
_OPENING = re.compile(rf"^(?:{'|'.join(OPENINGS)})(?:[\s,!.:，！]|$)", re.IGNORECASE)
_CLOSING = re.compile(rf"^(?:{'|'.join(CLOSINGS)})[\s.,!:;~)👍🙏😊-]*$", re.IGNORECASE)
_QUOTED_MAIL = re.compile(
    r"^(?:on .{6,80} wrote:|am .{6,80} schrieb .{2,60}:|le .{6,80} a écrit :|"
    r"-{2,} ?(?:original|forwarded) message ?-{2,}|"
    r"(?:sent|subject|date|gesendet|betreff|objet|asunto|assunto|oggetto|datum|fecha|from|von|expéditeur|"
    r"remitente) ?: .+)$",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"^\s*[-*•]?\s*[^\W\d][^\W\d.\s-]*(?:\s[^\W\d.]+){0,2}\s*:\s+[^\W\d]")
OF_A_LABEL = "Write the people of this line without the word before the colon."
_ENDS_SENTENCE = re.compile(r"[.!?:。！？]\s*$")
_HAS_DIGIT = re.compile(r"\d")
OF_DIGITS = "has digits, which no name has. Keep it if it is one."
MOST_WORDS, MOST_SMALL = 7, 4
MOST_OF_A_SIGNATURE = 10
OF_A_LETTER = "This is a line of a letter, and nobody’s name. Remove it, or write a name in it."
AFTER_A_LETTER = "This stands below the end of a letter, as a signature does. Keep it if a mailbox is wanted for it."


def is_speech(line: str) -> bool:
    """Whether a whole line is what people write around their lists."""
    text = line.strip()
    if _CLOSING.match(text) or _QUOTED_MAIL.match(text):
        return True
    words = [word.strip(_EDGES) for word in text.split()]
    said = sum(word in SPEECH for word in words)
    is_ended = bool(_ENDS_SENTENCE.search(text))
    if _OPENING.match(text) and (len(words) < 3 or said or is_ended or "," in text or any(map(str.islower, words[1:]))):
        return True
    if text[:1].isupper() and words and words[0].lower() in SPEECH and (len(words) > 2 or is_ended):
        said += 1
    return said > 1 or (said == 1 and is_ended)


def is_labelled(line: str) -> bool:
    """*Team: Nadia Brandt, Per Olsson*: names behind a word that is none of theirs."""
    return "@" not in line and bool(_LABELLED.match(line))


def ends_letter(line: str) -> bool:
    """*Best regards*, *Thanks!*, or the two hyphens above a signature: what comes below is the writer's own."""
    text = line.strip()
    return text == "--" or bool(_CLOSING.match(text))


def is_nobody(text: str) -> bool:
    """Whether a cell holds words of a company, a department or an empty form."""
    return any(word.strip(_EDGES).lower() in NEVER for word in text.split()) or text.strip(_EDGES).lower() in PLACES


def is_empty_word(cell: str) -> bool:
    """*n/a*, *TBD*, *null*: a cell that was filled so as not to be empty."""
    bare = cell.strip().strip("()[]<>")
    return bare in _EMPTY_AS_WRITTEN or bare.lower() in EMPTY or (bool(bare) and not bare.strip("-–—.?_ "))


def doubt_of_words(first: str, last: str, *, is_addressed: bool) -> str:
    """Why these two may be nobody's name; nothing for most. An address beside them explains words such as *Support*."""
    if " " not in first and " " not in last and first[:1].isupper() and last[:1].isupper() and _is_plain(first, last):
        has_digits = not is_addressed and not (first.isalpha() and last.isalpha()) and _HAS_DIGIT.search(first + last)
        return f"“{cut(f'{first} {last}', 60)}” {OF_DIGITS}" if has_digits else ""
    whole = f"{first} {last}"
    words = [word.strip(_EDGES) for word in whole.split()]
    why = _why_not_a_name(first, last, words) or ("" if is_addressed else _why_no_person(first, last, words))
    return f"“{cut(whole, 60)}” {why}" if why else ""


def _why_not_a_name(first: str, last: str, words: Sequence[str]) -> str:
    if _is_empty(first, last):
        return "is what people write where a name is missing. Write the name, or remove the line."
    if _is_sentence(words):
        return "is written as a sentence is, not as a name. Keep it if it is one."
    more = _why_more_than_a_name(words) if len(words) > 1 and all(words) else ""
    return more or ("is long for a name. Keep it if it is one." if len(words) > MOST_WORDS else "")


def _why_more_than_a_name(words: Sequence[str]) -> str:
    """*Nadia Brandt CEO*, *FYI Ada*, *A Nadia Brandt*, *Given Sur*: words beside a name, or those of heads."""
    if all(word.lower() in OF_HEADS for word in words):
        return "reads as the heads of columns. Keep it if it is somebody."
    is_mixed = any(word[1:].islower() for word in words)
    if is_mixed and not IN_CAPITALS.isdisjoint((words[0], words[-1])):
        word = words[0] if words[0] in IN_CAPITALS else words[-1]
        return f"has “{word}”, which is hardly a part of a name. Write the name without it, or keep it."
    if len(words) > 2 and (words[-1].lower() in BEHIND_NAMES or " ".join(words[-2:]).lower() in CITIES):
        return f"has “{words[-1]}” behind a name. Write the name without it, or keep it."
    if len(words) > 2 and words[-1].lower() in CITIES:
        return f"has “{words[-1]}” behind a name. Write the name without it, or keep it."
    # *D. Ian Quill* is Don Ian in Spanish.
    is_marked = len(words) > 2 and len(words[0]) == 1 and words[0].isascii() and words[0] != "D" and len(words[1]) > 1
    return f"begins with “{words[0]}”, as an entry of a list does. Keep it if it is a name." if is_marked else ""


def _is_sentence(words: Sequence[str]) -> bool:
    """A word that no name has, the first of three words that begins sentences, or many words written small."""
    small = [word for word in words if word.islower() and word not in SMALL]
    return (
        any(word in SPEECH for word in small)
        or (len(words) > 2 and words[0].lower() in SPEECH and words[-1].islower())
        or len(small) > MOST_SMALL
        or (len(words) > 1 and words[-1] in SMALL and words[-1].isalpha() and words[0][:1].isupper())
    )


def _why_no_person(first: str, last: str, words: Sequence[str]) -> str:
    low = [word.lower() for word in words]
    if " ".join(low) in WHOLE or (low[:1] and low[0] in NEVER_FIRST) or not NEVER.isdisjoint(low):
        return "may be no person. Keep it if a mailbox is wanted for it."
    if _HAS_DIGIT.search(first + last):
        return OF_DIGITS
    return "may be a place. Keep it if it is somebody." if {first.lower(), last.lower()} & PLACES else ""


def _is_plain(first: str, last: str) -> bool:
    """Two words of which none tells anything else."""
    given, family = first.lower(), last.lower()
    return (
        given not in _TELLING
        and not (given in OF_HEADS and family in OF_HEADS)
        and IN_CAPITALS.isdisjoint((first, last))
        and family not in _TELLING
        and given not in NEVER_FIRST
        and f"{given} {family}" not in WHOLE
        and not (first in _EMPTY_AS_WRITTEN or last in _EMPTY_AS_WRITTEN)
    )


def _is_empty(first: str, last: str) -> bool:
    if {"NA"} & {first, last} and first != last and first.isupper() and last.isupper():
        # *LI NA* in a list of capitals.
        return False
    return is_empty_word(first) or is_empty_word(last)


def doubt_of_case(name: str) -> str:
    """*Quarterly report*: a phrase has its first word in capitals alone. A name written small throughout is a name."""
    words = [word for word in name.split() if word.lower() not in SMALL]
    small = [word for word in words[1:] if word[:1].islower() and word.isalpha()]
    if len(words) < 2 or not words[0][:1].isupper() or len(small) < len(words) - 1:
        return ""
    return f"“{cut(name, 60)}” is written as words are, not as a name. Keep it if it is one."


_TELLING = NEVER | EMPTY | PLACES
