"""How many threads of one process a kind of work may have, so that no kind keeps all of them from the others."""

import threading
from collections.abc import Callable


class Lane:
    """At most `limit` threads at once. Whoever finds them busy leaves: one of them looks once more for what is due."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._running = 0
        self._look_again = False
        self._lock = threading.Lock()

    def run(self, work: Callable[[], None]) -> None:
        with self._lock:
            if self._running >= self.limit:
                self._look_again = True
                return
            self._running += 1
        try:
            work()
            if self._shall_look_again():
                work()
        finally:
            with self._lock:
                self._running -= 1

    def _shall_look_again(self) -> bool:
        with self._lock:
            look_again, self._look_again = self._look_again, False
            return look_again
