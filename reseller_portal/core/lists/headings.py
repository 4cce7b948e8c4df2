"""Domains that stand in lines of people: above those whom they are for, or beside a name. None is ever passed over."""

import re

from reseller_portal.core.lists.domains import judge
from reseller_portal.core.lists.doubts import is_nobody, is_speech
from reseller_portal.core.lists.names import is_like_a_name, without_mark
from reseller_portal.core.lists.signs import without_pictures
from reseller_portal.core.lists.text import without_unseen
from reseller_portal.core.lists.words import BESIDE_DOMAINS, SPEECH

_TOKEN = re.compile(r"[^\s,;|()\[\]{}<>\"“”„«»*=→]+")
_LINK = re.compile(r"^(?:https?:)?//", re.IGNORECASE)
_MARKS = "'’‘`.:!?_~#>·•–—-"
# Degrees that end as domains do.
_DEGREES = frozenset({"m.sc", "b.sc", "dipl.ing", "dr.ing", "dr.med", "dr.phil", "m.ed", "b.ed", "ph.d"})
_WORD = re.compile(r"[^\W\d_][\w.’'-]*")
_LEADS_TO = re.compile(r"(?:\s+(?:on|at|for|in|to|auf|für|sur|pour|para|@|->|=>|→)|\s+[-–—:]+)\s*$", re.IGNORECASE)
_BRACKETED_OR_DASHED = re.compile(r"[(\[]|\s[-–—:|]+\s|[:–—-]\s*$")


def domains_in(text: str, *, with_paths: bool = False) -> list[str]:
    """The whole domains that stand alone in a text, each once; those of addresses are none, nor are links to a page."""
    if "." not in text or len(text) > 4000:
        return []
    found = [domain for token in _TOKEN.findall(text) for domain in _of_token(token, with_paths=with_paths)]
    return list(dict.fromkeys(found))


def without_domains(text: str) -> str:
    """The text without these domains and without the words and marks that lead to them."""
    kept, at = "", 0
    for match in _TOKEN.finditer(text):
        if _of_token(match[0], with_paths=True):
            kept = _LEADS_TO.sub(" ", kept + text[at : match.start()])
            at = match.end()
    bare = re.sub(r"[(\[{<]\s*[)\]}>]", " ", kept + text[at:]) if at else text
    return bare.strip(" \t,;|:=-–—→()[]" if at else None)


def heading_of(text: str) -> list[str]:
    """The domains of a line that names no person: those of everybody below it, up to the next such line."""
    domains = domains_in(text, with_paths=True)
    if not domains or "@" in text.replace(" @", " ").lstrip(" \t@-*#>"):
        return []
    bare, _ = without_pictures(without_unseen(text))
    rest = without_domains(without_mark(bare))
    words = [word.strip(_MARKS) for word in _WORD.findall(rest)]
    if all(word.lower() in BESIDE_DOMAINS or word.lower() in SPEECH or len(word) < 2 for word in words):
        return domains
    named = " ".join(word for word in words if word.lower() not in BESIDE_DOMAINS and word.lower() not in SPEECH)
    if is_speech(text) and not is_like_a_name(named):
        return domains
    is_one_word = len(words) == 1 and bool(_BRACKETED_OR_DASHED.search(text))
    return domains if is_one_word or (is_nobody(rest) and "," not in rest) else []


def _of_token(token: str, *, with_paths: bool) -> list[str]:
    bare = token.strip(_MARKS).removeprefix("@").lower()
    if "." not in bare or "@" in bare or bare in _DEGREES:
        return []
    is_link = bool(_LINK.match(bare))
    parts = [part for part in _LINK.sub("", bare).split("/") if part]
    hosts = [_host(part) for part in parts]
    if is_link or len(parts) < 2 or not all(hosts):
        return hosts[:1] if hosts and hosts[0] and (len(parts) == 1 or with_paths) else []
    return hosts


def _host(part: str) -> str:
    host = part.split(":", maxsplit=1)[0].split("?", maxsplit=1)[0].strip(_MARKS).removeprefix("www.")
    return judge(host).name if "." in host else ""
