"""Where a call goes: the table, the configuration, and the alternatives."""

import json
import re
from collections import Counter

import pytest
import requests
import responses

from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Refused, UnknownRoute
from reseller_portal.upstream.routes import read_paths, with_paths
from tests.contract.facts import example
from tests.upstream.exchange import BASE

WALLET = example("get_wallet")["response"]["body"]
NO_SUCH_THING = {"status": 404, "message": "The requested order does not exist.", "data": None}
EXPRESS = {"statusCode": 404, "message": "Cannot GET /wallet", "error": "Not Found"}
WRAPPED = {"status": 404, "message": "Cannot GET /wallet", "data": None}


def paths(wire: responses.RequestsMock) -> Counter[str]:
    return Counter(str(call.request.url).removeprefix(BASE) for call in wire.calls)


@pytest.mark.parametrize(
    ("status", "body"), [(404, "<h1>Not Found</h1>"), (404, EXPRESS), (404, WRAPPED), (404, {}), (405, WRAPPED)]
)
def test_an_unknown_route_has_alternatives_that_are_remembered(
    wire: responses.RequestsMock, client: Client, status: int, body: str | dict[str, object]
) -> None:
    wire.get(f"{BASE}/wallet", status=status, body=body if isinstance(body, str) else json.dumps(body))
    wire.get(f"{BASE}/wallet/balance", status=404)
    wire.get(f"{BASE}/wallet/details", json=WALLET)
    assert [client.wallet.get().currency for _ in range(3)] == ["USD"] * 3
    assert paths(wire) == {"/wallet": 1, "/wallet/balance": 1, "/wallet/details": 3}


def test_the_apis_own_not_found_has_no_alternatives(wire: responses.RequestsMock, client: Client) -> None:
    wire.get(f"{BASE}/orders", status=404, json=NO_SUCH_THING)
    with pytest.raises(Refused, match="does not exist") as refused:
        client.orders.get("USER1", "ORDER1")
    assert not isinstance(refused.value, UnknownRoute)


def test_alternatives_are_tried_once(wire: responses.RequestsMock, client: Client) -> None:
    for path in ("/wallet", "/wallet/balance", "/wallet/details"):
        wire.get(BASE + path, status=404)
    for _ in range(2):
        with pytest.raises(UnknownRoute):
            client.wallet.get()
    assert paths(wire) == {"/wallet": 2, "/wallet/balance": 1, "/wallet/details": 1}


def test_short_lived_clients_share_what_was_found(wire: responses.RequestsMock) -> None:
    found: dict[str, str] = {}
    wire.get(f"{BASE}/wallet", status=404)
    wire.get(f"{BASE}/wallet/balance", json=WALLET)
    for _ in range(2):
        Client(BASE, "key-1", found=found).wallet.get()
    assert paths(wire) == {"/wallet": 1, "/wallet/balance": 2}


@pytest.mark.parametrize("place", ["/money", "GET /money", "get /money"])
def test_a_configured_path_is_used_and_has_no_alternatives(wire: responses.RequestsMock, place: str) -> None:
    wire.get(f"{BASE}/money", status=404)
    with pytest.raises(UnknownRoute):
        Client(BASE, "key-1", paths={"get_wallet": place}).wallet.get()


@pytest.mark.parametrize(
    "paths",
    [
        {"get_money": "/money"},
        {"get_wallet": "money"},
        {"get_wallet": "FETCH /money"},
        {"get_wallet": "GET /money /other"},
        {"get_wallet": "GET /money?all=1"},
    ],
)
def test_a_configuration_that_cannot_be_meant_is_refused(paths: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="money"):
        Client(BASE, "key-1", paths=paths)


def test_each_request_is_announced_alternatives_included(wire: responses.RequestsMock) -> None:
    heard: list[str] = []
    wire.get(f"{BASE}/wallet", status=404)
    wire.get(f"{BASE}/wallet/balance", json=WALLET)
    Client(BASE, "key-1", before_call=heard.append).wallet.get()
    assert heard == ["get_wallet", "get_wallet"]


def test_the_session_and_the_time_outs_are_the_callers() -> None:
    class Session(requests.Session):
        timeout: object = None

        def send(self, request: requests.PreparedRequest, **how: object) -> requests.Response:
            self.timeout = how["timeout"]
            raise requests.ConnectTimeout

    session = Session()
    with pytest.raises(Exception, match="ConnectTimeout"):
        Client(BASE, "key-1", session=session, timeout=(1, 2)).wallet.get()
    assert session.timeout == (1, 2)


def test_the_bulk_twin_of_availability_has_a_body_of_its_own(wire: responses.RequestsMock) -> None:
    offer = {"domainName": "a.example", "status": "available", "domainPrice": "9.50"}
    wanted = responses.matchers.json_params_matcher({"domainNames": ["a.example"], "years": 1})
    wire.post(f"{BASE}/domains/available-bulk", json={"status": 200, "data": {"domains": [offer]}}, match=[wanted])
    client = Client(BASE, "key-1", paths={"check_domain_availability": "/domains/available-bulk"})
    assert client.domains.check("a.example").is_available


def test_paths_are_read_from_one_line() -> None:
    line = " suggest_domains=POST /domains/suggest, get_domain = /domains ,, get_wallet=put /balance,"
    paths = {"suggest_domains": "POST /domains/suggest", "get_domain": "/domains", "get_wallet": "put /balance"}
    assert read_paths(line) == paths
    moved = with_paths(read_paths(line))
    assert [moved[name].place for name in paths] == ["POST /domains/suggest", "GET /domains", "PUT /balance"]
    assert read_paths(" ") == {}


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("get_wallet", "'get_wallet' is not operation=/path"),
        ("get_wallet=", "'get_wallet=' is not operation=/path"),
        ("=/balance", "'=/balance' is not operation=/path"),
        ("get_wallet=/a, get_wallet=/b", "get_wallet is named twice"),
        ("get_money=/money", "no such operation: get_money"),
        ("get_wallet=balance", "'balance' is neither METHOD /path nor /path"),
    ],
)
def test_a_line_that_cannot_be_meant_names_the_part(line: str, part: str) -> None:
    with pytest.raises(ValueError, match=re.escape(part)):
        read_paths(line)
