"""Many workers meet an outage at once: one finds out, one opens, one tries, one closes, and staff get one mail."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import requests
from django.db.models.functions import Now

from reseller_portal.operations import circuit, silence
from reseller_portal.operations.gateway import client_for_reading
from reseller_portal.operations.models import Circuit
from reseller_portal.upstream.errors import Unreachable, UpstreamError
from tests.accounts.post import posted
from tests.concurrency.together import together
from tests.operations.trouble import OnTheWire, answers, begin
from tests.shop import Shop

WORKERS = 8
SECONDS = 20
PROOF = ("/wallet", "/users/list")
FAULT = answers(500, '{"status": 500, "message": "Internal server error"}')
pytestmark = pytest.mark.usefixtures("on_the_wire")


@dataclass
class Upstream:
    """Answers nobody. Whoever asks for the proof is kept until so many others have come to their end."""

    others: int
    proofs: int = 0
    ended: int = 0
    # What the proof is answered; None for what the sandbox says.
    proof: Callable[..., requests.Response | None] = FAULT
    change: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, request: requests.PreparedRequest) -> requests.Response | None:
        if not any(path in str(request.url) for path in PROOF):
            return FAULT(request)
        with self.change:
            self.proofs += 1
            self.change.wait_for(lambda: self.ended >= self.others, SECONDS)
        return self.proof(request)

    def run(self, work: Callable[[], None]) -> Callable[[int], None]:
        def run(_number: int) -> None:
            try:
                work()
            finally:
                with self.change:
                    self.ended += 1
                    self.change.notify_all()

        return run


def search() -> None:
    with client_for_reading() as client:
        client.domains.suggest("coffee")


def ask_for_the_wallet() -> None:
    with client_for_reading() as client:
        client.wallet.get()


def already_silent() -> None:
    """Two calls in a row were not answered before."""
    for _ in range(silence.IN_A_ROW - 1):
        silence.note("list_subscriptions", silence.READER)


def open_it() -> None:
    circuit.open_because(Unreachable("get_wallet", "silent"))
    Circuit.objects.update(next_try_at=Now())


def test_one_finds_out_while_the_others_wait_for_nothing(committed: Shop) -> None:
    already_silent()
    upstream = Upstream(others=WORKERS - 1)
    begin(upstream)
    outcomes = together(upstream.run(search), times=WORKERS)
    assert all(isinstance(each, circuit.Open) for each in outcomes)
    assert upstream.proofs == 2, "the wallet and, as it was silent, the users; by one worker"
    assert circuit.current() is not None
    assert len(posted()) == 1


def test_without_the_turn_all_of_them_would_ask(committed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker that asks is kept until as many ask at once: the barrier breaks where somebody waits for a turn."""
    already_silent()
    asking = threading.Barrier(WORKERS)

    def ask_with_all(ask: circuit.Ask) -> tuple[circuit.Verdict, UpstreamError | None]:
        asking.wait(SECONDS)
        return circuit.probe(ask)

    monkeypatch.setattr(circuit, "_find_out", ask_with_all)
    upstream = Upstream(others=0)
    begin(upstream)
    together(upstream.run(search), times=WORKERS)
    assert not asking.broken
    assert upstream.proofs > 2


def test_one_tries_while_it_is_open_and_nobody_else_calls(committed: Shop) -> None:
    open_it()
    upstream = Upstream(others=WORKERS - 1)
    begin(upstream)
    outcomes = together(upstream.run(ask_for_the_wallet), times=WORKERS)
    assert all(isinstance(each, circuit.Open) for each in outcomes)
    assert (OnTheWire.calls, upstream.proofs) == (1, 1)


def test_the_one_that_is_answered_closes_it_for_all(committed: Shop) -> None:
    open_it()
    upstream = Upstream(others=WORKERS - 1, proof=lambda _request: None)
    begin(upstream)
    outcomes = together(upstream.run(ask_for_the_wallet), times=WORKERS)
    assert sum(isinstance(each, circuit.Open) for each in outcomes) == WORKERS - 1
    assert circuit.current() is None
    assert OnTheWire.calls == 2, "the try, and the call of whoever made it"
    assert len(posted()) == 1


def test_many_that_open_it_at_once_open_it_once(committed: Shop) -> None:
    together(lambda _number: circuit.open_because(Unreachable("get_wallet", "silent")), times=WORKERS)
    assert len(posted()) == 1


def test_an_answer_to_somebody_else_meanwhile_keeps_it_closed(shop: Shop) -> None:
    """What the proof told is older than that answer."""
    already_silent()

    def answered_meanwhile(request: requests.PreparedRequest) -> requests.Response:
        silence.note_answer("get_order")
        return FAULT(request)

    begin(Upstream(others=0, proof=answered_meanwhile))
    with pytest.raises(Unreachable):
        search()
    assert (circuit.current(), posted()) == (None, [])


@pytest.mark.parametrize("answer", [FAULT, lambda _request: None], ids=["not answered", "answered"])
def test_a_try_of_an_opening_that_is_over_closes_and_delays_no_later_one(
    shop: Shop, answer: Callable[..., requests.Response | None]
) -> None:
    def open_anew(request: requests.PreparedRequest) -> requests.Response | None:
        Circuit.objects.update(opened_at=Now() + timedelta(seconds=1), tries=0, next_try_at=Now())
        return answer(request)

    open_it()
    begin(Upstream(others=0, proof=open_anew))
    with pytest.raises(circuit.Open):
        ask_for_the_wallet()
    state = circuit.current()
    assert state is not None
    assert (state.tries, state.seconds <= 0, OnTheWire.calls) == (0, True, 1)
