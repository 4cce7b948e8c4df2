"""The cache holds counters of limits and nothing that must be right: while it is away, work goes on without."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
R = TypeVar("R")
# One question to a cache that is away costs up to a second: the next ones are answered without asking.
AWAY_SECONDS = 2.0


def _or_else(method: Callable[..., R], otherwise: Callable[..., R]) -> Callable[..., R]:
    @wraps(method)
    def ask(self: "PatientCache", *args: Any, **kwargs: Any) -> R:
        if time.monotonic() < PatientCache.away_until:
            return otherwise(*args, **kwargs)
        try:
            return method(self, *args, **kwargs)
        except RedisError as error:  # away, full, or loading
            PatientCache.away_until = time.monotonic() + AWAY_SECONDS
            extra = {"cause": "the cache is away"}
            logger.warning("the cache is away, limits let pass meanwhile: %s", type(error).__name__, extra=extra)
            return otherwise(*args, **kwargs)

    return ask


class PatientCache(RedisCache):
    """Without its server it holds nothing, takes everything and never raises."""

    # Of the process: each thread has an object of its own.
    away_until = 0.0

    get = _or_else(RedisCache.get, lambda key, default=None, version=None: default)
    add = _or_else(RedisCache.add, lambda *_, **__: True)
    set = _or_else(RedisCache.set, lambda *_, **__: None)
    touch = _or_else(RedisCache.touch, lambda *_, **__: False)
    delete = _or_else(RedisCache.delete, lambda *_, **__: False)
    get_many = _or_else(RedisCache.get_many, lambda *_, **__: {})
    has_key = _or_else(RedisCache.has_key, lambda *_, **__: False)
    incr = _or_else(RedisCache.incr, lambda key, delta=1, version=None: delta)
    set_many = _or_else(RedisCache.set_many, lambda *_, **__: [])
    delete_many = _or_else(RedisCache.delete_many, lambda *_, **__: None)


def cache_answers() -> bool:
    """Whether what is put there is found there."""
    asked = str(time.monotonic())
    cache.set("health", asked, 10)
    return bool(cache.get("health") == asked)
