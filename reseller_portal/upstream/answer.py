"""The envelope around every answer, in all its shapes: data as object, as array, as null, or not there at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reseller_portal.upstream.errors import Malformed
from reseller_portal.upstream.reader import Reader, readers


@dataclass(frozen=True)
class Answer:
    """An answer of a call that went well; the envelope is not shown, for it may hold credentials."""

    operation: str
    envelope: Mapping[str, Any] = field(repr=False)

    @property
    def content(self) -> Any:
        return self.envelope.get("data")

    @property
    def message(self) -> str:
        """The upstream's words for people; nothing may hang on them unless the contract says so."""
        message = self.envelope.get("message")
        return message if isinstance(message, str) else ""

    @property
    def action_id(self) -> str | None:
        """What ties the call to its events; older answers have none, some repeat it inside the data."""
        outer = Reader(self.operation, "", self.envelope).maybe_identifier("actionId")
        inner = self.maybe_one()
        return outer or (inner.maybe_identifier("actionId") if inner else None)

    def one(self, *wrappers: str) -> Reader:
        """The object in the data, or the one that a wrapper key holds there. Raises `Malformed` when there is none."""
        found = self.maybe_one(*wrappers)
        if found is None:
            raise Malformed(self.operation, "data")
        return found

    def maybe_one(self, *wrappers: str) -> Reader | None:
        if not isinstance(self.content, dict):
            return None
        bare = Reader(self.operation, "data.", self.content)
        wrapped = (wrapper for wrapper in wrappers if isinstance(self.content.get(wrapper), dict))
        return next((bare.one(wrapper) for wrapper in wrapped), bare)

    def many(self, *containers: str) -> list[Reader]:
        """The list in the data: the data itself, or under a container key. Raises `Malformed` when there is none."""
        if isinstance(self.content, list):
            return readers(self.operation, "data", self.content)
        found = self.one()
        if not found.has(*containers):
            raise found.malformed(containers[0])
        return found.many(*containers)


@dataclass(frozen=True)
class Accepted:
    """A call was taken: queued or done, as its operation promises. `action_id` reappears in the events it causes."""

    message: str
    action_id: str | None = None


def accepted(answer: Answer) -> Accepted:
    return Accepted(message=answer.message, action_id=answer.action_id)
