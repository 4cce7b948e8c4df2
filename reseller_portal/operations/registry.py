"""What each kind of operation does. The app that owns a kind registers its handler in `AppConfig.ready`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from reseller_portal.operations.models import Operation
from reseller_portal.upstream.client import Client


@dataclass(frozen=True)
class Happened:
    """The upstream did it. `answer` is kept on the row and must hold no secret."""

    answer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Accepted:
    """The upstream took it and will tell the end by an event; look in `look_in` seconds if it does not."""

    answer: Mapping[str, Any] = field(default_factory=dict)
    look_in: float = 20.0


@dataclass(frozen=True)
class NotHappened:
    """Looked, and it did not happen: it may be sent again."""


@dataclass(frozen=True)
class StillOpen:
    """Looked, and nobody can say yet: look again in `look_in` seconds, or by the engine's own rhythm."""

    look_in: float | None = None


@dataclass(frozen=True)
class Failed:
    """It did not happen and will not."""

    reason: str


@dataclass(frozen=True)
class CannotTell:
    """Looking does not help; sending again could charge twice. A person decides."""

    reason: str


Sent = Happened | Accepted | Failed
Seen = Happened | Accepted | NotHappened | StillOpen | Failed | CannotTell


class Wait(Exception):
    """Raised by `send`: not yet, and nothing was sent. Come back in `seconds`."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Handler(Protocol):
    """`send` and `look` run outside any transaction and must open scopes of their own to read rows.

    `settle` runs in the transaction that writes the new state down, in the customer's scope. `repeatable` says that
    sending twice harms nobody, so that a lost answer needs no look.
    """

    repeatable: ClassVar[bool]

    def send(self, operation: Operation, client: Client) -> Sent: ...

    def look(self, operation: Operation, client: Client) -> Seen: ...

    def settle(self, operation: Operation) -> None: ...


class Lookup(ABC):
    """A question: the answer is kept on the row, and asking twice harms nobody."""

    repeatable: ClassVar[bool] = True
    group: ClassVar[str] = ""

    @abstractmethod
    def send(self, operation: Operation, client: Client) -> Sent: ...

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def settle(self, operation: Operation) -> None:  # noqa: B027  # a question may, but need not, settle anything
        """Nothing beside the row."""


_handlers: dict[str, Handler] = {}


def register(kind: str, handler: Handler) -> None:
    if kind in _handlers and type(_handlers[kind]) is not type(handler):
        raise ValueError(f"{kind} has a handler already")
    _handlers[kind] = handler


def lookup_kinds() -> list[str]:
    return [kind for kind, handler in _handlers.items() if isinstance(handler, Lookup)]


def handler_of(kind: str) -> Handler:
    return _handlers[kind]


def group_of(kind: str) -> str:
    """The group of the upstream's operations (`upstream.routes`) without which this kind does nothing; "" for none."""
    group: str = getattr(_handlers.get(kind), "group", "")
    return group
