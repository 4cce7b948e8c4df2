"""What each kind of operation does. The app that owns a kind registers its handler in `AppConfig.ready`."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Protocol

from django.utils import timezone

from reseller_portal.jobs.rules import NORMALLY, PATIENCE, Patience
from reseller_portal.operations.models import Operation
from reseller_portal.upstream.client import Client

# The last answer wakes what waits for answers; so soon it is looked after where it did not.
ANSWERS_SECONDS = 900.0


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


Sent = Happened | Accepted | Failed | CannotTell
Seen = Happened | Accepted | NotHappened | StillOpen | Failed | CannotTell


class Wait(Exception):
    """Raised by `send`: not yet, and nothing was sent. Come back in `seconds`.

    Not counted as a try, but the time counts, so that it ends. `on_purpose` says that what it waits for is known, such
    as money: staff see it as waiting, with its end, and not as late.
    """

    def __init__(self, seconds: float, reason: str, *, on_purpose: bool = False) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.on_purpose = on_purpose


def wait_while_busy(operation: Operation) -> Wait:
    """Somebody else writes the same rows: come back in a second, and later and later where that does not help.

    A pause of half the time so far makes a dozen calls in an hour of what was a call a second.
    """
    return Wait(pause_by_time(operation), "Somebody else was writing the same thing down.")


def pause_by_time(operation: Operation) -> float:
    """Seconds: half of the time since work on it began, for what is no try and yet must not come back for ever."""
    waited = (timezone.now() - operation.begun_at).total_seconds() if operation.begun_at else 0.0
    return min(max(1.0, waited / 2), 300.0)


class WaitForAnswers(Wait):
    """Raised by `send`: these questions of the customer have to end first; the last answer wakes the operation.

    What wakes it is the settlement of the question's kind. It asks nothing meanwhile, and is looked after now and then.
    """

    def __init__(self, reason: str, *, kind: str, keys: Collection[str]) -> None:
        super().__init__(ANSWERS_SECONDS, reason)
        self.kind = kind
        self.keys = keys


class WaitFor(Exception):
    """Raised by `send`: nothing was sent, because another operation must be done first. Parked until it is.

    When that one fails, this one stands with it before staff; when it is opened again and done, this one goes on.
    """

    def __init__(self, first: Operation) -> None:
        super().__init__(f"It waits for something else first: {first}.")
        self.first = first


class Handler(Protocol):
    """`send` and `look` run outside any transaction and must open scopes of their own to read rows.

    `settle` runs in the transaction that writes the new state down, in the customer's scope. `repeatable` says that
    sending twice harms nobody, so that a lost answer needs no look; what was accepted is looked at all the same.
    A handler may also say, each as a class variable: `patience` (how long it is tried; `jobs.rules.PATIENCE`),
    `normally` (how long it takes when all is well; staff see it an hour after that; `NORMALLY`) and `may_reopen`
    (what failed settled nothing, so it may be opened again; False), `makes_calls` (False where `send` only writes here,
    so that it goes on while the upstream is away). For staff it may say `if_done` and `if_failed`,
    what follows when they settle it so, and have `answer_if_done(operation)`, which gives the answer that `settle`
    needs when they say that it was done; without it nobody can say so. `about(operation)` names what it is about, with
    the address of its page.
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


def is_repeatable(kind: str) -> bool:
    """False where nobody knows the kind."""
    return kind in _handlers and _handlers[kind].repeatable


def kinds() -> list[str]:
    return list(_handlers)


def makes_calls(kind: str) -> bool:
    """False where carrying it out asks the upstream nothing."""
    return bool(getattr(_handlers.get(kind), "makes_calls", True))


def patience_of(kind: str) -> Patience:
    """How long operations of this kind are tried before a person is asked."""
    patience: Patience = getattr(_handlers.get(kind), "patience", PATIENCE)
    return patience


def normally_of(kind: str) -> timedelta:
    """How long operations of this kind take when all is well."""
    normally: timedelta = getattr(_handlers.get(kind), "normally", NORMALLY)
    return normally


def may_reopen(kind: str) -> bool:
    """Whether a failed one settled nothing that would have to be taken back."""
    return bool(getattr(_handlers.get(kind), "may_reopen", False))
