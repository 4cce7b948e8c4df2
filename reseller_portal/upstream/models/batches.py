"""Calls that succeed as a whole and fail in parts: every item of the answer has to be looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from reseller_portal.upstream.answer import Answer
from reseller_portal.upstream.reader import Reader

Item = TypeVar("Item")


@dataclass(frozen=True)
class ItemFailure:
    """One name that was left out of a call, and the upstream's words why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Batch(Generic[Item]):
    """What was done and what was not. A name that is in neither was not done either."""

    done: tuple[Item, ...]
    failed: tuple[ItemFailure, ...] = ()
    action_id: str | None = None


def filled(names: Sequence[str]) -> list[str]:
    """The names as a list. Raises `ValueError` for none: the upstream reads an empty list as all of the customer's."""
    if isinstance(names, str) or not names or not all(names):
        raise ValueError("an empty list would mean all of them")
    return list(names)


def failure_of(found: Reader) -> str:
    """Why this item failed: text, or an object with a message; "" when it did not."""
    error = found.values.get("error")
    if isinstance(error, dict):
        error = error.get("message") or "failed"
    return str(error or "")


def read_batch(answer: Answer, read: Callable[[Reader], Item]) -> Batch[Item]:
    """Splits the items; a failed one may say why under `error`, `message` or `reason`."""
    found = answer.many("domains", "results")
    failed = [item for item in found if item.has("error", "message", "reason")]
    return Batch(
        done=tuple(read(item) for item in found if item not in failed),
        failed=tuple(ItemFailure(item.identifier("domainName"), _reason(item)) for item in failed),
        action_id=answer.action_id,
    )


def _reason(item: Reader) -> str:
    return failure_of(item) or item.text("message", "reason")
