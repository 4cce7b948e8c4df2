"""Things that go wrong by name, for the next so many calls of an operation."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import F

from reseller_portal.sandbox.models import Fault
from reseller_portal.sandbox.wire import Answer, Refusal, Unanswered

Question = tuple[Any, ...]
KINDS = (
    "lose_answer", "error_before", "error_after", "throttle", "slow", "hang", "refuse", "truncate", "html",
    "stale_read", "partial",
)  # fmt: skip
# Lowest and highest value of what a fault can be told.
OPTIONS: dict[str, tuple[float, float]] = {
    "rate": (0, 1), "seconds": (0, 3600), "retry_after": (0, 3600), "status": (400, 599),
}  # fmt: skip
KEPT_ANSWERS = 200
_earlier: OrderedDict[Question, Answer] = OrderedDict()
BEFORE = ("error_before", "throttle", "slow", "hang", "refuse")
HANG_SECONDS = 30.0


def checked_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Raises ValueError for an option that does not exist, or a value that is none."""
    for key, value in options.items():
        if key == "words":
            if not isinstance(value, str):
                raise ValueError("words must be a text")
            continue
        if key not in OPTIONS:
            raise ValueError(f"{key} is none of {', '.join(OPTIONS)}, words")
        lowest, highest = OPTIONS[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            raise ValueError(f"{key} must be a number from {lowest:g} to {highest:g}")
    return dict(options)


def halves(fault: Fault | None) -> bool:
    return fault is not None and fault.kind == "partial"


def first_half(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same wish with half of every list, as when the upstream stops in the middle and does not say so."""
    return {key: value[: (len(value) + 1) // 2] if isinstance(value, list) else value for key, value in content.items()}


class Garbled(Exception):
    """The answer goes out as other bytes than JSON."""

    def __init__(self, status: int, body: bytes, content_type: str) -> None:
        super().__init__("garbled")
        self.status = status
        self.body = body
        self.content_type = content_type


def next_fault(operation: str) -> Fault | None:
    """The fault of this call. It is used up by it, unless it has a `rate`: then it strikes so often, for ever.

    Of several each has its turn, the oldest first: one that spares this call lets the next one try.
    """
    for found in Fault.objects.filter(operation__in=[operation, "*"], times__gt=0).order_by("pk"):
        if "rate" in found.options:
            if secrets.randbelow(1000) < 1000 * float(found.options["rate"]):
                return found
        elif Fault.objects.filter(pk=found.pk, times__gt=0).update(times=F("times") - 1):
            return found
    return None


def run(
    fault: Fault | None,
    effect: Callable[[], Answer],
    *,
    question: Question,
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """The answer as the fault lets it be. Raises `Unanswered` and `Garbled`."""
    if fault is None or fault.kind == "partial":
        return _remembered(question, effect())
    if fault.kind == "stale_read":
        return _earlier.get(question) or effect()
    if fault.kind in BEFORE:
        return _before(fault, effect, sleep)
    answer = effect()
    if fault.kind == "error_after":
        return Refusal(500, "Internal server error").as_answer()
    if fault.kind == "truncate":
        raise Garbled(answer.status, answer.as_bytes()[: len(answer.as_bytes()) // 2], "application/json")
    if fault.kind == "html":
        raise Garbled(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html")
    raise Unanswered


def _remembered(question: Question, answer: Answer) -> Answer:
    """Keep what was said last to this very question, for a stale read."""
    _earlier[question] = answer
    _earlier.move_to_end(question)
    while len(_earlier) > KEPT_ANSWERS:
        _earlier.popitem(last=False)
    return answer


def forget() -> None:
    _earlier.clear()


def _before(fault: Fault, effect: Callable[[], Answer], sleep: Callable[[float], None]) -> Answer:
    if fault.kind == "error_before":
        return Refusal(500, "Internal server error").as_answer()
    if fault.kind == "throttle":
        return throttled(float(fault.options.get("retry_after", 1)))
    if fault.kind == "refuse":
        return Refusal(int(fault.options.get("status", 422)), str(fault.options.get("words", "Refused"))).as_answer()
    if fault.kind == "hang":
        raise Unanswered(after=float(fault.options.get("seconds", HANG_SECONDS)))
    sleep(float(fault.options.get("seconds", 5)))
    return effect()


def throttled(retry_after: float) -> Answer:
    refusal = Refusal(429, "Rate limit exceeded").as_answer()
    return Answer(429, refusal.content, {"Retry-After": f"{retry_after:g}"})
