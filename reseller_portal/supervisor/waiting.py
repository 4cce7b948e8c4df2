"""Wait until something answers."""

import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from reseller_portal.supervisor.processes import Child
from reseller_portal.supervisor.refusals import Interrupted, Refusal

# A proxy that the machine is set to use leads outside, and here is meant ourselves.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def wait_for_http(url: str, child: Child, stopped: threading.Event, *, seconds: float = 60.0) -> None:
    """Until the address answers 200. Raises `Refusal` when the child dies or the time is up, or `Interrupted`."""

    def answers() -> bool:
        try:
            with DIRECTLY.open(url, timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    wait_until(answers, child, stopped, seconds=seconds)


def _last_words(child: Child) -> str:
    """What it printed last; of an exception without the name of its class."""
    lines = child.log.read_text(errors="replace").strip().splitlines() if child.log.exists() else []
    return re.sub(r"^[\w.]+: ", "", lines[-1]) if lines else "it said nothing."


def wait_until(is_there: Callable[[], bool], child: Child, stopped: threading.Event, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_there():
        if not child.is_alive or time.monotonic() > deadline:
            raise Refusal(f"{child.name} did not start: {_last_words(child)} (all of it is in {child.log})")
        if stopped.wait(0.1):
            raise Interrupted
