"""From a request to an answer: key, rate, fault, operation, journal. The same for HTTP and without a socket."""

import hmac
import json
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.db import transaction

from reseller_portal.sandbox import clock, faults, moving, steps
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
LARGEST_BODY = 20 * 1024 * 1024
SCENARIO_HEADER = "cmr-x-scenario"


@dataclass
class Pace:
    """At most `calls` in any second, over everything of the key."""

    calls: int = CALLS_PER_SECOND
    _times: deque[float] = field(default_factory=deque)
    _lock: Lock = field(default_factory=Lock)

    def admits(self) -> bool:
        at = time.monotonic()
        with self._lock:
            while self._times and self._times[0] <= at - 1:
                self._times.popleft()
            if len(self._times) >= self.calls:
                return False
            self._times.append(at)
            return True


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
    """Answer a request of the API. Raises `Unanswered` and `faults.Garbled` for the line to carry out."""
    served = moving.find_operation(method, path)
    if served is None:
        return Answer(404, {"error": f"Cannot {method} {path}"})
    key = headers.get("cmr-x-api-key", "")
    if not hmac.compare_digest(key.encode(), api_key().encode()):
        return Refusal(401, "Invalid API Key").as_answer()
    if pace and not pace.admits():
        return _note(served, faults.throttled(1.0), key)
    steps.tick()
    fault = faults.next_fault(served.name)

    def effect() -> Answer:
        return _carry_out(served, query, headers, body, is_halved=faults.halves(fault))

    try:
        answer = faults.run(fault, effect, question=(served.name, *sorted(query.items())), sleep=sleep)
        return _note(served, answer, key)
    except (Unanswered, faults.Garbled):
        Journal.objects.create(operation=served.name, status=0, at=clock.now(), key_end=key[-4:])
        raise


def _carry_out(
    served: Operation, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, *, is_halved: bool
) -> Answer:
    try:
        content = _read(body, headers.get("content-type", ""))
        wish = faults.first_half(content) if is_halved else content
        call = Call(served.name, query, wish, clock.now(), headers.get(SCENARIO_HEADER, ""))
        _refuse_unstorable(query, content)
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
