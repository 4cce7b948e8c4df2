"""From a request to an answer: rate, key, quota, fault, operation, journal. The same for HTTP and without a socket."""

import hmac
import json
import logging
import math
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.db import transaction

from reseller_portal.sandbox import clock, demands, faults, manners, moving, quotas, steps
from reseller_portal.sandbox.forms import read_form
from reseller_portal.sandbox.models import Journal
from reseller_portal.sandbox.operations import (
    dns,
    forms,
    holdings,
    mailbox_changes,
    names,
    people,
    placement,
    platforms,
    possessions,
    prewarm,
    purchases,
    renewals,
    subscriptions,
    warmup,
)
from reseller_portal.sandbox.router import ALIAS
from reseller_portal.sandbox.wire import OPERATIONS, Answer, Call, Operation, Refusal, Unanswered

logger = logging.getLogger(__name__)
AREAS = (
    people, names, renewals, possessions, dns, purchases, forms, holdings, mailbox_changes, warmup,
    subscriptions, platforms, prewarm, placement,
)  # fmt: skip
CALLS_PER_SECOND = 5
MINUTE = 60.0
LARGEST_BODY = 20 * 1024 * 1024
SCENARIO_HEADER = "cmr-x-scenario"


@dataclass
class Pace:
    """At most `calls` in any second, and as many in any minute as one is told, over everything that is asked."""

    calls: int = CALLS_PER_SECOND
    now: Callable[[], float] = time.monotonic
    _times: deque[float] = field(default_factory=deque)
    _lock: Lock = field(default_factory=Lock)

    def admits(self) -> bool:
        return not self.wait()

    def wait(self, a_minute: int = 0) -> float:
        """0 when the call may go, else whole seconds until one may; such a call is not counted."""
        at = self.now()
        with self._lock:
            while self._times and self._times[0] <= at - MINUTE:
                self._times.popleft()
            waits = [self._full(self.calls, 1.0, at), self._full(a_minute, MINUTE, at) if a_minute else 0.0]
            if not any(waits):
                self._times.append(at)
            return max(waits)

    def _full(self, most: int, seconds: float, at: float) -> float:
        if len(self._times) < most:
            return 0.0
        return float(max(0, math.ceil(self._times[-most] + seconds - at)))


def operation_names() -> set[str]:
    return {each.name for each in OPERATIONS.values()}


def api_key() -> str:
    return os.environ.get("SANDBOX_KEY", "sandbox-key")


def respond(
    method: str,
    path: str,
    *,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
    pace: Pace | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """Answer a request of the API. Raises `Unanswered` and `faults.Garbled` for the line to carry out.

    Whoever asks too often is told so, also with a wrong key; `pace` counts them all.
    """
    served = moving.find_operation(method, path)
    if served is None:
        return Answer(404, {"error": f"Cannot {method} {path}"})
    with clock.keeping_manners():
        key = headers.get("cmr-x-api-key", "")
        is_known = hmac.compare_digest(key.encode(), api_key().encode())
        wait = pace.wait(clock.manners().get("calls_per_minute", 0)) if pace else 0.0
        if wait:
            return _note(served, faults.throttled(wait), key) if is_known else faults.throttled(wait)
        if not is_known:
            return Refusal(401, "Invalid API Key").as_answer()
        return _answer(served, key, Request(query, headers, body), sleep)


@dataclass(frozen=True)
class Request:
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


def _answer(served: Operation, key: str, asked: Request, sleep: Callable[[float], None]) -> Answer:
    steps.tick()
    try:
        manners.refuse_all()
        quotas.refuse_too_many(served.name)
        fault = faults.next_fault(served.name)

        def effect() -> Answer:
            return _carry_out(served, asked, is_halved=faults.halves(fault))

        question = (served.name, *sorted(asked.query.items()), asked.body)
        return _note(served, faults.run(fault, effect, question=question, sleep=sleep), key)
    except Refusal as refusal:
        return _note(served, refusal.as_answer(), key)
    except quotas.UsedUp as used_up:
        return _note(served, faults.throttled(used_up.seconds), key)
    except (Unanswered, faults.Garbled):
        Journal.objects.create(operation=served.name, status=0, at=clock.now(), key_end=key[-4:])
        raise


def _carry_out(served: Operation, asked: Request, *, is_halved: bool) -> Answer:
    try:
        content = _read(asked.body, asked.headers.get("content-type", ""))
        wish = faults.first_half(content) if is_halved else content
        call = Call(served.name, asked.query, wish, clock.now(), asked.headers.get(SCENARIO_HEADER, ""))
        _refuse_unstorable(asked.query, content)
        demands.refuse_unfit(served.name, asked.query, content)
        if not served.writes:
            return served.answer(call)
        with transaction.atomic(using=ALIAS):
            steps.alone()
            return served.answer(call)
    except Refusal as refusal:
        return refusal.as_answer()


def _refuse_unstorable(query: Mapping[str, str], content: Mapping[str, Any]) -> None:
    """No text of PostgreSQL holds a NUL, and none holds half a character."""
    text = json.dumps([query, content], ensure_ascii=False)
    if "\\u0000" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise Refusal(400, "The call holds characters that are no text")


def _read(body: bytes, content_type: str) -> Mapping[str, Any]:
    if not body:
        return {}
    if content_type.lower().startswith("multipart/form-data"):
        return read_form(content_type, body)
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "The body is not valid JSON") from None
    if not isinstance(content, dict):
        raise Refusal(400, "The body must be a JSON object")
    return content


def _note(served: Operation, answer: Answer, key: str) -> Answer:
    Journal.objects.create(operation=served.name, status=answer.status, at=clock.now(), key_end=key[-4:])
    return answer
