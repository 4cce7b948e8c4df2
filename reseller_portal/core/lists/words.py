"""The words of `words.toml`, read once."""

import tomllib
from pathlib import Path

_ALL: dict[str, str] = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


def _words(key: str) -> frozenset[str]:
    return frozenset(word for each in _ALL[key].split(",") if (word := " ".join(each.split())))


SPEECH, NEVER, NEVER_FIRST = _words("speech"), _words("never"), _words("never_first")
EMPTY, WHOLE, SMALL = _words("empty"), _words("whole"), _words("small")
PLACES, CITIES, BEFORE_HEADS = _words("places"), _words("cities"), _words("before_heads")
OPENINGS, CLOSINGS = _ALL["openings"].split("\n")[:-1], _ALL["closings"].split("\n")[:-1]
BESIDE_DOMAINS, OF_HEADS, BEHIND_NAMES = _words("beside_domains"), _words("of_heads"), _words("behind_names")
IN_CAPITALS = _words("in_capitals")
