"""An upstream whose paths are not as believed: the sandbox plays it, and the client finds its way or is told."""

import json
from contextlib import suppress

import pytest

from reseller_portal.sandbox import controlling
from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.wire import Refusal
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import UnknownRoute, UpstreamError
from reseller_portal.upstream.routes import ROUTES
from tests.sandbox.conftest import BASE, Api
from tests.wire import sandbox_session


def client(**paths: str) -> Client:
    return Client(BASE, "sandbox-key", session=sandbox_session(), paths=paths)


def places() -> list[tuple[str, str]]:
    return [(name, place) for name, route in ROUTES.items() for place in route.alternatives]


def test_a_moved_operation_is_served_there_and_nowhere_else(api: Api) -> None:
    api.control.move(get_wallet="GET /money", create_user="POST /people")
    assert api.call("GET", "/wallet").status_code == 404
    assert api.ok("GET", "/money")["data"]["walletBalance"] == 5000
    assert api.call("POST", "/money").status_code == 404
    assert api.call("GET", "/users/list").status_code == 200
    assert api.control.calls()[0] == ("get_wallet", 200)
    api.control.move()
    assert api.call("GET", "/money").status_code == 404
    assert api.call("GET", "/wallet").status_code == 200


def test_a_client_finds_the_second_guess_by_itself_and_any_other_by_its_setting(sandbox: Control) -> None:
    sandbox.move(get_wallet="GET /wallet/balance")
    assert client().wallet.get().balance == 5000
    sandbox.move(get_wallet="POST /money")
    with pytest.raises(UnknownRoute):
        client().wallet.get()
    assert client(get_wallet="POST /money").wallet.get().balance == 5000


@pytest.mark.parametrize(("name", "place"), places())
def test_every_second_guess_of_the_client_reaches_its_operation(api: Api, name: str, place: str) -> None:
    """What it says to an empty call is its own matter; the journal tells that it was the one asked."""
    api.control.move(**{name: place})
    with suppress(UpstreamError):
        client().call(name, body={} if not place.startswith("GET") else None)
    assert {call[0] for call in api.control.calls()} == {name}


@pytest.mark.parametrize("paths", [{"get_money": "GET /money"}, {"get_wallet": "/money"}, {"get_wallet": 5}, [], "x"])
def test_a_move_that_cannot_be_meant_is_refused(api: Api, paths: object) -> None:
    with pytest.raises(Refusal) as refused:
        controlling.answer("POST", "/control/manners", json.dumps({"paths": paths}).encode())
    assert refused.value.status == 400
