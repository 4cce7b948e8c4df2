"""Prices and words of availability that shops print beside a name: left out, so that the name is read."""

import re

_SIGN = r"(?:us\$|a\$|c\$|[$€£¥₹]|usd|eur|gbp|aud|cad|chf|inr)"
_AMOUNT = r"\d+(?:[.,'’]\d+)*"
_PER = r"(?:\s?(?:/|per|an?)\s?(?:yr|year|mo|month|first year|1st year))?"
_PRICE = rf"(?:{_SIGN}\s?{_AMOUNT}|{_AMOUNT}\s?(?:{_SIGN}|dollars?|euros?)){_PER}"
_STATE = r"(?:(?:not |un)?available|taken|free|premium|for sale|add to cart|[1-9]\s?(?:yr|year)s?)"
_BESIDE = rf"(?:{_PRICE}|{_STATE})"
# After a name up to the end of its part of the line, or before a name from its beginning. What repeats is bounded, so
# that no line takes steps that grow faster than it does.
_AFTER = re.compile(rf"(?<=\S)(?:[\s:=–—-]{{1,5}}\(?{_BESIDE}\)?){{1,3}}[.*]?(?=\s{{0,5}}(?:$|[,;|\t]))", re.IGNORECASE)
_BEFORE = re.compile(rf"(?:^|(?<=[,;|\t]))\s{{0,5}}\(?{_PRICE}\)?[\s:=–—-]{{1,5}}(?=[^\s,;|])", re.IGNORECASE)
_ALONE = re.compile(rf"\s*\(?{_BESIDE}\)?\s*", re.IGNORECASE)
# One sign, over and over, with a colon of a table at its ends.
_DRAWN = re.compile(r"\s*:?([-=_*~#+.•·–—])\1{2,}:?\s*")
LONGEST_LINE = 2000


def without_prices(line: str) -> str:
    """The line without what stands beside its names; a cell that is a price alone stays, so that columns stay."""
    if len(line) > LONGEST_LINE or "." not in line:
        return line
    return _BEFORE.sub("", _AFTER.sub("", line))


def is_beside(cell: str) -> bool:
    """Whether it is a price, a word of availability or a drawn line, and nothing else."""
    return len(cell) < LONGEST_LINE and bool(_ALONE.fullmatch(cell) or _DRAWN.fullmatch(cell))
