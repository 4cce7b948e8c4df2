"""The one place where the portal gets a client of the upstream.

Whoever calls, every call passes the same checks before, and what came of it is noted in the same place: what is paused,
what was throttled, what nobody answered.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import local

import requests
from django.conf import settings
from django.utils.module_loading import import_string

from accounts.tenancy import NOBODY, current_scope
from reseller_portal.operations import budget, circuit, pauses, silence
from reseller_portal.operations.silence import READER, Caller
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Throttled, UpstreamError
from reseller_portal.upstream.routes import ROUTES


class CallWithinTransaction(AssertionError):
    """A mistake of ours: scopes end before the upstream is called."""


class WriteWithoutOperation(AssertionError):
    """A mistake of ours: only the engine, which looks before it sends again, may change something upstream."""


PROBE_PATIENCE = 5.0
# So long work that has begun, or reads page by page, waits for the pace of a group. A lease is six times as long.
PACE_PATIENCE = 20.0
_kept = local()
# Which guess at a path answered: clients live for one call, what they learn lives with the process.
_found: dict[str, str] = {}


@dataclass
class _Work:
    """What one claim does upstream. Its first call is paid for where `call` numbers it; `made` are those that began."""

    call: int | None
    heartbeat: Callable[[], None] | None
    goes_first: bool
    caller: Caller
    made: list[str] = field(default_factory=list)

    def before_call(self, operation: str) -> None:
        try:
            circuit.pass_or_wait(_client_for_a_probe)
            pauses.check(operation)
            pauses.keep_pace(operation, patience=PACE_PATIENCE if self.made else 0.0)
            if self.made or self.call is None:
                budget.take_patiently(goes_first=self.goes_first)
                if self.heartbeat:
                    self.heartbeat()
        except budget.NoneLeft as none_left:
            _count(none_left, self.made)
            raise
        self.made.append(operation)

    def on_error(self, error: UpstreamError) -> None:
        try:
            _judge(error, self.caller)
        except budget.NoneLeft as none_left:
            # What was refused did not happen, so it need not be looked for.
            _count(none_left, self.made if error.has_happened else self.made[:-1])
            raise


@contextmanager
def client_for_one_call(
    call: int | None,
    heartbeat: Callable[[], None] | None = None,
    *,
    goes_first: bool = False,
    caller: Caller = READER,
) -> Iterator[Client]:
    """A client whose first call is paid for by the claim; any further call waits for its own place in the budget.

    `call` is its number in the budget. What ends without having called gives it back; where it is None, the first call
    waits for its place too. `heartbeat` is called before each further call, so that work of many calls keeps what it
    has claimed. `goes_first`: see `budget.take_patiently`. `caller` is the row that gets no answer if none comes.
    """
    work = _Work(call, heartbeat, goes_first, caller)
    try:
        yield _client(work.before_call, work.on_error)
    finally:
        if call is not None and not work.made:
            budget.give_back(call)


def _count(none_left: budget.NoneLeft, made: Sequence[str]) -> None:
    none_left.calls_made = len(made)
    none_left.writes_made = sum(ROUTES[operation].repeatable != "safe" for operation in made)


@contextmanager
def client_for_reading(*, in_the_background: bool = False) -> Iterator[Client]:
    """For schedules that only read: every call waits for its own place in the budget, behind what is urgent if so."""
    take = budget.take_in_the_background if in_the_background else budget.take_patiently

    def before_call(operation: str) -> None:
        if ROUTES[operation].repeatable != "safe":
            raise WriteWithoutOperation(f"{operation} changes something upstream, so it needs an operation")
        circuit.pass_or_wait(_client_for_a_probe)
        pauses.check(operation)
        pauses.keep_pace(operation, patience=PACE_PATIENCE)
        take()

    yield _client(before_call, lambda error: _judge(error, READER))


@contextmanager
def client_of_somebody_else() -> Iterator[Client]:
    """For the demo, which also needs things bought without the portal. Only where the upstream is a sandbox."""
    if not settings.UPSTREAM_IS_SANDBOX:
        raise WriteWithoutOperation("nobody but the engine changes anything at a real upstream")
    yield _client(lambda _operation: budget.take_patiently(), _note_throttled)


def pass_or_wait() -> None:
    """Raises `circuit.Open` while the upstream does not serve us. Outside any scope: it may make a call to find out."""
    circuit.pass_or_wait(_client_for_a_probe)


def probe() -> tuple[circuit.Verdict, UpstreamError | None]:
    """Make one call that needs the key alone."""
    return circuit.probe(_client_for_a_probe)


def _client_for_a_probe() -> Client:
    """Of the one call that tells whether the upstream serves us. It waits little: whoever asks holds other work."""

    def before_call(operation: str) -> None:
        pauses.check(operation)
        budget.take_patiently(limit=PROBE_PATIENCE)

    return _client(before_call, _note_throttled)


def _judge(error: UpstreamError, caller: Caller) -> None:
    """Raises `budget.NoneLeft` where the error is not about its call alone."""
    _note_throttled(error)
    circuit.judge(error, _client_for_a_probe, caller)


def _note_throttled(error: UpstreamError) -> None:
    """Nobody but this place hears a 429: whoever called is told to wait."""
    if isinstance(error, Throttled):
        raise pauses.Paused(pauses.note_throttled(error), str(error)) from error


def _client(before_call: Callable[[str], None], on_error: Callable[[UpstreamError], None]) -> Client:
    """Every call passes here: an open transaction would be held for as long as the upstream likes."""

    def guarded(operation: str) -> None:
        if current_scope() != NOBODY:
            raise CallWithinTransaction(f"{operation} was about to be called within a scope")
        before_call(operation)

    return Client(
        settings.UPSTREAM_URL,
        settings.UPSTREAM_KEY,
        session=_session(),
        before_call=guarded,
        on_error=on_error,
        on_answer=silence.note_answer,
        paths=settings.UPSTREAM_PATHS,
        found=_found,
    )


def _session() -> requests.Session:
    """One connection pool for each thread; `UPSTREAM_SESSION` names who makes it, so that tests inject the wire."""
    if not hasattr(_kept, "session"):
        _kept.session = import_string(settings.UPSTREAM_SESSION)()
    session: requests.Session = _kept.session
    return session
