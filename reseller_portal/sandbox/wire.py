"""Calls and answers, envelopes and refusals, and the table of operations. Knows no web framework."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

BASE = "/api/v1/integration"
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class Call:
    """One request after its key was checked."""

    operation: str
    query: Mapping[str, str]
    body: Mapping[str, Any]
    now: datetime
    scenario: str = ""

    def user_id(self) -> str:
        if not self.query.get("userId"):
            raise Refusal(400, "Please provide a userId")
        return self.query["userId"]

    def need_query(self, key: str) -> str:
        value = self.query.get(key, "")
        if not value:
            raise Refusal(400, f"{key} is required")
        return value

    def need(self, key: str, kind: type) -> Any:
        """A value of the body. `bool` is no number."""
        value = self.body.get(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)) or value == "":
            raise Refusal(400, f"{key} is missing or malformed")
        return value

    def need_texts(self, key: str) -> list[str]:
        """A list of at least one text."""
        values = self.need(key, list)
        if not values or not all(isinstance(each, str) and each for each in values):
            raise Refusal(400, f"{key} must be a list of at least one text")
        return list(values)

    def page(self, *, default: int = 20, most: int = 100) -> tuple[int, int]:
        """(page, limit); both from 1, the limit cut to the maximum."""
        try:
            page, limit = int(self.query.get("page", 1)), int(self.query.get("limit", default))
        except ValueError:
            raise Refusal(400, "page and limit must be numbers") from None
        if not 1 <= page <= LAST_PAGE or limit < 1:
            raise Refusal(400, f"page and limit start at 1, and pages end at {LAST_PAGE}")
        return page, min(limit, most)


@dataclass(frozen=True)
class Answer:
    status: int
    content: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        return json.dumps(self.content, ensure_ascii=False).encode()


class Refusal(Exception):
    """A clear no of the API: `status`, words and mostly `data: null`."""

    def __init__(self, status: int, words: str, content: Mapping[str, Any] | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.content = content

    def as_answer(self) -> Answer:
        return Answer(self.status, {"status": self.status, "message": self.words, "data": self.content})


class Unanswered(Exception):
    """The caller gets no answer: the line is cut, or `after` seconds pass in silence."""

    def __init__(self, after: float = 0.0) -> None:
        super().__init__("no answer")
        self.after = after


def ok(words: str, data: Any = None, **beside: Any) -> Answer:
    return Answer(200, {"status": 200, "message": words, "data": data, **beside})


def bare(words: str, **beside: Any) -> Answer:
    """An envelope without the key `data` (contract, section 2)."""
    return Answer(200, {"status": 200, "message": words, **beside})


def paged(words: str, key: str, rows: list[dict[str, Any]], *, page: int, limit: int, total: int) -> Answer:
    """`nextPage` is always the current one plus 1, on the last page too (contract, quirk 3)."""
    pagination = {
        "totalSearchedCount": total,
        "currentPage": page,
        "nextPage": page + 1,
        "totalPages": -(-total // limit),
    }
    return ok(words, {key: rows, "pagination": pagination})


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    answer: Callable[[Call], Answer]
    writes: bool
    is_first: bool = True


OPERATIONS: dict[tuple[str, str], Operation] = {}


def operation(
    name: str, method: str, path: str, *, writes: bool = False, also: tuple[tuple[str, str], ...] = ()
) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """Serve a function as an operation of the API, `also` on other routes. Those that write run one at a time."""

    def declare(answer: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        for its_method, its_path in ((method, path), *also):
            is_first = (its_method, its_path) == (method, path)
            made = Operation(name, its_method, its_path, answer, writes, is_first)
            OPERATIONS[its_method, BASE + its_path] = made
        return answer

    return declare
