"""A person's name as it is written: which part is given, which is the surname, and what is no part of it."""

import re
from typing import NamedTuple

from reseller_portal.core.lists.signs import without_pictures
from reseller_portal.core.lists.text import without_unseen

MOST_WORDS = 8
_TITLES = {
    "dr", "drs", "dra", "prof", "profa", "professor", "mr", "mrs", "ms", "miss", "mx", "sir", "dame",
    "herr", "frau", "hr", "fr", "sr", "sra", "srta", "señor", "señora", "mme", "mlle", "monsieur", "madame",
    "dott", "ing", "mag", "dipl-ing", "dr-ing", "rev", "hon", "capt", "eng", "engr", "doctor", "doutor",
    "doutora", "docteur", "med", "rer", "nat", "phil", "jur", "iur", "habil", "dña", "doña", "engº", "engª", "engo",
    "dottssa", "dottore", "dottoressa", "sig", "sigra", "signor", "signora", "avv", "arch", "lic", "dhr", "mevr", "mw",
}  # fmt: skip
# With a dot these are titles, without one they are names: *Fr. Müller*, *Ing Wong*.
_ONLY_WITH_DOT = {
    "fr", "hr", "ing", "mag", "rev", "eng", "hon", "ms", "med", "rer", "nat", "phil", "jur", "iur", "habil", "sig",
    "avv", "arch", "lic", "dhr", "mevr", "mw", "engo",
}  # fmt: skip
_SUFFIXES = {
    "jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "msc", "bsc", "ma", "ba", "llm", "jd", "esq", "cpa",
    "dds", "dvm", "mph", "rn", "pmp", "cfa", "obe", "mbe", "cissp", "pe", "med", "edd", "psyd", "dipl-ing",
    "csm", "shrm-cp", "sphr",
}  # fmt: skip
# These are names too unless written as degrees are: *Jo Ma*, *Li Ba*.
_ONLY_IN_CAPITALS = {"ma", "ba", "md", "pe", "med", "rn", "jd", "csm"}
_PARTICLES = {
    "van", "von", "vom", "zu", "zum", "zur", "der", "den", "de", "del", "della", "delle", "dello", "di",
    "da", "das", "do", "dos", "du", "des", "la", "le", "las", "los", "el", "al", "bin", "ibn", "bint",
    "ben", "ter", "ten", "te", "af", "av", "st", "san", "santa", "d", "l", "e", "y",
}  # fmt: skip
# Between two given names *y* and *e* join surnames only where a surname has begun.
_JOINING = {"e", "y", "d", "l", "st", "san", "santa", "ben", "te", "al", "el"}
_JOBS = re.compile(
    r"^(?:c[eftmoipr]o|vp|svp|evp|hr|it|pr|sdr|bdr|ae|csm|co-?founder|founder|owner|ceo.*|sales|marketing|support|"
    r"finance|operations|ops|engineering|legal|product|design|growth|admin|intern|partner|president|director|manager|"
    r"consultant|(?:head|director|vp|manager|president) of .*|"
    r"(?:vice|senior|junior|lead|chief|account|sales|marketing|product|project|regional|general|managing|executive|"
    r"office|customer|business|technical|human)\s.*|"
    r"geschäftsführer(?:in)?|vertrieb|gerente|diretora?|directora?|ventas|vendas|commercial)$",
    re.IGNORECASE,
)
# A whole line of such words is a line of a signature, not somebody.
_POSITION = re.compile(
    r"^(?:(?:head|director|vp|vice president|president|manager|chief) (?:of|for) .+|"
    r"(?:\S+ ){1,4}(?:manager|director|officer|engineer|representative|executive|assistant|specialist|coordinator))$",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(
    r"^\s*(?:"
    r"[-*•·●○◦▪▫■□‣⁃–—►▶→✓✔☐☑✗+>]+(?:\s*\[[ xX]?\])?\s+|"  # a bullet, and the box of a task beside it
    r"[•·●○◦▪■‣►✓✔☐☑]\s*|"
    r"\[[ xX]?\]\s+|"
    r"[#(]?\d{1,5}(?:[.):/]+\s+|\)\s*|\s+[-–—]\s+|\s+(?=[^\W\d])|\.(?=[A-ZÀ-Þ]))|"  # *360.com* is a name
    r"\(?[a-zA-Z]\)\s+|"
    r"\(?(?:[ivx]{1,5}[.)]|(?:II|III|IV|VI|VII|VIII|IX|XI|XII)[.)])\s+|"
    r"\d{1,2}\ufe0f?\u20e3\s*|"
    r"[\u2460-\u24ff\u2776-\u2793\u3251-\u325f]\s*"
    r")"
)
_REMARK = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»)\s*")
_AFTER_DASH = re.compile(r"\s+(?:[-–—|/]+|geb\.|née|né)\s+.*$")
_IN_MARKS = re.compile(r"^[«‹“„‘‚'\"]\s*([^«»‹›“”„‘’‚\"]+?)\s*[»›”“’‘'\"]$")
_ODD = re.compile(r"[<>@/\\:;={}\[\]|#$%^*_+~\"!?&()\t\n\r\x00]|https?|www\.|\.\.|[a-z]\.[a-z]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f々]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_DOUBLE_SURNAMES = {
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "东方", "東方", "皇甫", "尉迟", "尉遲",
    "公孙", "公孫", "慕容", "令狐", "宇文", "长孙", "長孫", "司徒", "夏侯", "端木", "南宫", "南宮",
    "轩辕", "軒轅", "西门", "西門", "百里", "呼延", "独孤", "獨孤",
}  # fmt: skip


class Name(NamedTuple):
    """`left_out` is what stood there and is no part of the name: a title, a remark, a job."""

    first: str = ""
    last: str = ""
    left_out: str = ""


def shown_name(first: str, last: str) -> str:
    """A name as its people write it: of Han letters alone the surname stands first, without a blank."""
    if _HAN.search(first) and _HAN.search(last) and not first.isascii():
        is_han = all(_HAN.match(sign) for sign in first + last if sign != " ")
        return f"{last}{first}" if is_han else f"{last} {first}"
    if _HAN.search(last) and _KANA.search(first):
        return f"{last} {first}"
    return f"{first} {last}".strip()


def without_mark(text: str) -> str:
    """A line without the mark or number of a list before it."""
    return _LIST_MARK.sub("", text, count=1)


def is_title(cell: str) -> bool:
    """A cell that holds a title and nothing else: *Mr*, *Frau*, *Dr.*"""
    bare = cell.strip().strip(".").lower()
    return bool(bare) and (bare in _TITLES or cell.strip().lower() in {"mr. & mrs.", "herrn", "monsieur"})


def is_remark(text: str) -> bool:
    """A cell that says what somebody does or has: a job, a degree."""
    return bool(_JOBS.match(text.strip())) or _is_suffixes(text)


def is_position(text: str) -> bool:
    """A whole line that names a job: *Head of Sales*, *Account Manager*."""
    return bool(_POSITION.match(text.strip()))


def is_like_a_name(text: str) -> bool:
    """Two to four words with capitals: *Maya Ferro*, not *Our team*."""
    words = [word for word in text.split() if word.lower() not in _PARTICLES]
    return (
        1 < len(words) < 5
        and all(word[:1].isupper() or not word[:1].isascii() for word in words)
        and not looks_odd(text)
    )


def looks_odd(name: str) -> bool:
    """Signs that no name has, or digits."""
    return bool(_ODD.search(name)) or any(sign.isdigit() for sign in name)


def begins_with_particle(text: str) -> bool:
    """*van der Berg* begins a surname; *Van Nguyen* does not."""
    word, _, rest = text.partition(" ")
    return bool(rest) and word.islower() and word in _PARTICLES


def part_of_name(cell: str) -> tuple[str, str]:
    """One cell of a given or family name, and what was left out of it."""
    if cell.isalpha() or (cell.isascii() and cell.isalnum()):
        return cell, ""
    bare, pictures = without_pictures(without_unseen(cell))
    name, left_out = _undressed(bare)
    return name, _joined(pictures, left_out)


def split_name(text: str) -> Name:
    """A whole name. *Surname, Given* and names in Han letters have the surname first; a single word has no surname."""
    bare, pictures = without_pictures(without_unseen(text))
    name, left_out = _undressed(bare)
    left_out = _joined(pictures, left_out)
    if "," in name:
        return _around_the_comma(name, left_out)
    words = name.split(" ") if name else []
    if words and _HAN.search(name):
        return Name(*_han(words), left_out)
    if len(words) < 2:
        return Name(name, "", left_out)
    at = _surname_at(words)
    return Name(" ".join(words[:at]), " ".join(words[at:]), left_out)


def _around_the_comma(name: str, left_out: str) -> Name:
    last, _, first = name.partition(",")
    first, last = first.strip(" ,"), last.strip(" ,")
    if not first or is_remark(first):
        inner = split_name(last)
        return Name(inner.first, inner.last, _joined(inner.left_out, left_out, first))
    if not last:
        return split_name(first)._replace(left_out=left_out)
    given, more = _undressed(first)
    return Name(given.replace(",", " "), last, _joined(left_out, more))


def _surname_at(words: list[str]) -> int:
    for at, word in enumerate(words[1:-1], 1):
        if word.lower() in _PARTICLES - _JOINING and (word.islower() or words[at + 1][:1].isupper()):
            # *Maria de Lourdes Silva* too: only the person can tell, and the table shows it.
            return at
    return len(words) - 1


def _han(words: list[str]) -> tuple[str, str]:
    if len(words) > 1:
        return " ".join(words[1:]), words[0]
    word = words[0]
    if len(word) < 2:
        return word, ""
    at = 2 if word[:2] in _DOUBLE_SURNAMES and len(word) > 2 else 1
    return word[at:], word[:at]


def _undressed(text: str) -> tuple[str, str]:
    """Without remarks in brackets, what follows a dash, titles before and degrees after; and what that was."""
    if text.replace(" ", "").isalpha() and not _may_have_title(text):
        return text, ""
    text = _IN_MARKS.sub(r"\1", text)
    bare = _REMARK.sub(" ", text).strip()
    left = [found.strip() for found in _REMARK.findall(text)]
    bare, left = _without_dash(bare, left)
    words = bare.strip(" .,;").split()
    while len(words) > 1 and _is_title(words[0]):
        left.append(words.pop(0))
    while len(words) > 1 and _is_suffix(words[-1]):
        left.append(words.pop().strip(","))
    return " ".join(words).strip(" ,;-–—"), " ".join(left)


def _without_dash(bare: str, left: list[str]) -> tuple[str, list[str]]:
    found = _AFTER_DASH.search(bare)
    if found is None or not bare[: found.start()].strip():
        return bare, left
    return bare[: found.start()], [*left, found[0].strip(" -–—|/")]


def _may_have_title(text: str) -> bool:
    words = text.split()
    return len(words) > 1 and (_is_title(words[0]) or _is_suffix(words[-1]) or "née" in words or "né" in words)


def _is_title(word: str) -> bool:
    bare = word.strip(".,").lower().replace(".", "")
    return bare in _TITLES and (word.endswith(".") or bare not in _ONLY_WITH_DOT)


def _is_suffix(word: str) -> bool:
    bare = word.strip(".,").replace(".", "")
    if bare.lower() not in _SUFFIXES:
        return False
    return bare.lower() not in _ONLY_IN_CAPITALS or "." in word or (bare.isupper() and len(bare) > 1)


def _is_suffixes(text: str) -> bool:
    return bool(text.strip()) and all(_is_suffix(word) for word in re.split(r"[\s,]+", text) if word)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
