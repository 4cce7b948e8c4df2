"""Things that go wrong by name, for the next so many calls of an operation."""

import time
from collections.abc import Callable

from django.db.models import F

from reseller_portal.sandbox.models import Fault
from reseller_portal.sandbox.wire import Answer, Refusal, Unanswered

KINDS = ("lose_answer", "error_before", "error_after", "throttle", "slow", "hang", "refuse", "truncate", "html")
BEFORE = ("error_before", "throttle", "slow", "hang", "refuse")
HANG_SECONDS = 30.0


class Garbled(Exception):
    """The answer goes out as other bytes than JSON."""

    def __init__(self, status: int, body: bytes, content_type: str) -> None:
        super().__init__("garbled")
        self.status = status
        self.body = body
        self.content_type = content_type


def next_fault(operation: str) -> Fault | None:
    """The fault of this call, used up by it."""
    found = Fault.objects.filter(operation__in=[operation, "*"], times__gt=0).order_by("pk").first()
    if found is None or not Fault.objects.filter(pk=found.pk, times__gt=0).update(times=F("times") - 1):
        return None
    return found


def run(fault: Fault | None, effect: Callable[[], Answer], *, sleep: Callable[[float], None] = time.sleep) -> Answer:
    """The answer as the fault lets it be. Raises `Unanswered` and `Garbled`."""
    if fault is None:
        return effect()
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
