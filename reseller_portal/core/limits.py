"""Counts of what was asked lately, in the cache: without it a moment passes, nothing is refused."""

from django.core.cache import cache


def is_first_within(key: str, seconds: int) -> bool:
    """Whether nothing of this name was asked in that time before. Asking counts."""
    return bool(cache.add(f"first:{key}", 1, seconds))


def count_of_minute(key: str) -> int:
    """How often this name was counted since its first time, with this one; a minute later it begins again."""
    name = f"minute:{key}"
    if cache.add(name, 1, 60):
        return 1
    try:
        return int(cache.incr(name))
    except ValueError:  # the minute ended in between
        return 1
