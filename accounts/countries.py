"""Countries by the names that people use: the upstream's own list first, then common, older and foreign names."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

import pycountry
from babel import Locale

from accounts.models import CountryName

# What no list has: names in everyday use, and names of before.
USUAL = {
    "uk": "GB", "great britain": "GB", "britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "us": "US", "usa": "US", "america": "US", "united states america": "US", "states": "US",
    "turkey": "TR", "holland": "NL", "czech": "CZ", "macedonia": "MK", "fyrom": "MK", "swaziland": "SZ",
    "burma": "MM", "korea": "KR", "south korea": "KR", "rok": "KR", "north korea": "KP", "dprk": "KP", "uae": "AE",
    "emirates": "AE", "ksa": "SA", "russia": "RU", "prc": "CN", "mainland china": "CN", "taiwan": "TW", "drc": "CD",
    "zaire": "CD", "congo kinshasa": "CD", "dr congo": "CD", "congo brazzaville": "CG", "ivory coast": "CI",
    "east timor": "TL", "persia": "IR", "siam": "TH", "ceylon": "LK", "rhodesia": "ZW", "kosovo": "XK",
    "vatican": "VA", "palestine": "PS", "bosnia": "BA", "hong kong": "HK", "macau": "MO", "cape verde": "CV",
    "eire": "IE", "upper volta": "BF", "dahomey": "BJ", "white russia": "BY", "byelorussia": "BY", "moldavia": "MD",
    "kampuchea": "KH", "trinidad": "TT", "st lucia": "LC", "western samoa": "WS", "brasil": "BR",
}  # fmt: skip
# Of these the names in their own languages are known too.
LANGUAGES = (
    "en", "de", "fr", "es", "pt", "it", "nl", "pl", "cs", "sk", "da", "sv", "nb", "fi", "et", "lv", "lt", "hu",
    "ro", "bg", "hr", "sr", "sl", "el", "tr", "ru", "uk", "ar", "he", "fa", "hi", "bn", "id", "ms", "th", "vi",
    "zh", "ja", "ko",
)  # fmt: skip
FILLERS = frozenset({"the", "of", "and", "republic", "rep", "state", "kingdom", "federation", "federal", "islamic"})


def code_of_country(text: str, *, upstream: Mapping[str, str] | None = None) -> str:
    """The alpha-2 code of a country as somebody wrote it; "" when it is not understood.

    `upstream` is the upstream's own list by plain name, as `stored_names` gives it: it decides where it knows a name.
    """
    wanted = _plain(text)
    if upstream and wanted in upstream:
        return upstream[wanted]
    if len(wanted) == 2 and pycountry.countries.get(alpha_2=wanted.upper()):
        return wanted.upper()
    # People also turn names round: "Korea, South".
    first, comma, rest = text.partition(",")
    spellings = (wanted, _bare(wanted), _plain(f"{rest} {first}") if comma else "")
    return next((_known()[each] for each in spellings if each in _known()), "")


def is_understood(text: str) -> bool:
    """Whether there is nothing to note: an empty value tells nothing, and two letters are a code."""
    plain = text.strip()
    return not plain or len(plain) == 2 or bool(code_of_country(plain, upstream=stored_names()))


def stored_names() -> dict[str, str]:
    """The upstream's own list, as last read."""
    return dict(CountryName.objects.values_list("plain", "code"))


def store_names(found: Mapping[str, str]) -> None:
    """Keep the upstream's list of names and codes; a name that it dropped is kept, as records may still use it."""
    rows = {_plain(name): code.strip().upper() for name, code in found.items() if len(code.strip()) == 2}
    CountryName.objects.bulk_create(
        (CountryName(plain=plain[:120], code=code) for plain, code in rows.items() if plain),
        update_conflicts=True,
        unique_fields=["plain"],
        update_fields=["code"],
    )


@cache
def _known() -> Mapping[str, str]:
    """Codes by plain name. The standard's own names come first, then the everyday ones, then other languages."""
    known: dict[str, str] = {}
    for country in pycountry.countries:
        names = (country.name, getattr(country, "common_name", ""), getattr(country, "official_name", ""))
        _add(known, country.alpha_2, (*names, country.alpha_3))
    known |= {_plain(name): code for name, code in USUAL.items()}
    for plain, codes in _names_in_languages().items():
        if len(codes) == 1:
            known.setdefault(plain, next(iter(codes)))
    for plain, codes in _bare_names(known).items():
        if len(codes) == 1:
            known.setdefault(plain, next(iter(codes)))
    return known


def _names_in_languages() -> Mapping[str, set[str]]:
    """A word that means one country here and another one there is left out later."""
    found = defaultdict[str, set[str]](set)
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and pycountry.countries.get(alpha_2=code):
                found[_plain(name)].add(code)
    return found


def _bare_names(known: Mapping[str, str]) -> Mapping[str, set[str]]:
    """Names without the words that all countries share: *republic of*, *the*."""
    found = defaultdict[str, set[str]](set)
    for plain, code in known.items():
        bare = _bare(plain)
        if len(bare) > 2:
            found[bare].add(code)
    return found


def _add(known: dict[str, str], code: str, names: Iterable[str]) -> None:
    for name in names:
        if name:
            known.setdefault(_plain(name), code)
            # The standard turns names round: "Korea, Republic of", "Tanzania, United Republic of".
            first, comma, rest = name.partition(",")
            if comma:
                known.setdefault(_plain(f"{rest} {first}"), code)


def _plain(text: str) -> str:
    """Small letters and digits of any script, without accents, dots and other signs."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in letters if not unicodedata.combining(sign)).replace("&", " and ")
    return " ".join(re.sub(r"[^\w\s]|_", " ", re.sub(r"[.'’`]", "", letters)).split())


def _bare(plain: str) -> str:
    return " ".join(word for word in plain.split() if word not in FILLERS)
