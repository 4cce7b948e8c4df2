"""Do the same thing many times at one moment, each with a connection of its own."""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connections

T = TypeVar("T")
SECONDS = 60


def together(work: Callable[[int], T], *, times: int) -> list[T | BaseException]:
    """What each of them answered or raised. They start when all are there."""
    start = threading.Barrier(times)
    outcomes: list[T | BaseException] = []

    def run(number: int) -> None:
        try:
            start.wait(SECONDS)
            outcomes.append(work(number))
        except Exception as error:  # noqa: BLE001  # the test judges it
            outcomes.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert len(outcomes) == times, "some of them still wait for each other"
    return outcomes
