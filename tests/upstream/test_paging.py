"""Lists are read whole, and never for ever."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from reseller_portal.upstream.client import Client
from tests.upstream.exchange import BASE

URL = f"{BASE}/users/list"


def user(number: int) -> dict[str, str]:
    return {"id": f"USER{number}", "email": f"user{number}@customer.example"}


def serve(wire: responses.RequestsMock, *pages: Any) -> None:
    """Each page in turn; past the last one, the last one again."""

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        number = int(parse_qs(urlsplit(str(request.url)).query)["page"][0])
        return 200, {}, json.dumps({"status": 200, "data": pages[min(number, len(pages)) - 1]})

    wire.add_callback("GET", URL, callback=answer, content_type="application/json")


def nested(users: list[dict[str, str]], page: int, pages: int) -> dict[str, Any]:
    counts = {"totalSearchedCount": 9, "currentPage": page, "nextPage": page + 1, "totalPages": pages}
    return {"users": users, "pagination": counts}


def flat(users: list[dict[str, str]], page: int, pages: int) -> dict[str, Any]:
    return {"users": users, "currentPage": page, "totalPages": pages}


def ids(client: Client) -> list[str]:
    return [user.id for user in client.users.all()]


def test_the_next_page_is_never_trusted(wire: responses.RequestsMock, client: Client) -> None:
    serve(wire, nested([user(1)], 1, 2), nested([user(2)], 2, 2))
    assert ids(client) == ["USER1", "USER2"]
    assert len(wire.calls) == 2


def test_page_fields_may_lie_flat(wire: responses.RequestsMock, client: Client) -> None:
    serve(wire, flat([user(1)], 1, 2), flat([user(2)], 2, 2))
    assert ids(client) == ["USER1", "USER2"]
    assert len(wire.calls) == 2


def test_what_moved_between_pages_comes_once(wire: responses.RequestsMock, client: Client) -> None:
    serve(wire, nested([user(1), user(2)], 1, 2), nested([user(2), user(3)], 2, 2))
    assert ids(client) == ["USER1", "USER2", "USER3"]


def test_an_empty_page_is_the_last(wire: responses.RequestsMock, client: Client) -> None:
    serve(wire, nested([user(1)], 1, 5), nested([], 2, 5))
    assert ids(client) == ["USER1"]


def test_no_pages_at_all_is_an_empty_list(wire: responses.RequestsMock, client: Client) -> None:
    serve(wire, nested([], 1, 0))
    assert ids(client) == []


def test_a_bare_list_is_read_on_until_a_page_is_empty(wire: responses.RequestsMock, client: Client) -> None:
    serve(wire, [user(1)], [user(2)], [])
    assert ids(client) == ["USER1", "USER2"]


@pytest.mark.parametrize("same", [[user(1)], nested([user(1)], 1, 3)])
def test_an_upstream_that_does_not_know_pages_ends(wire: responses.RequestsMock, client: Client, same: Any) -> None:
    serve(wire, same)
    assert ids(client) == ["USER1"]


@pytest.mark.parametrize(("page", "limit"), [(0, 10), (1, 0), (1, 101)])
def test_a_page_that_cannot_be_is_not_asked_for(client: Client, page: int, limit: int) -> None:
    with pytest.raises(ValueError, match="no such page"):
        client.users.list(page, limit)


def test_a_search_travels_with_every_page(wire: responses.RequestsMock, client: Client) -> None:
    serve(wire, nested([user(1)], 1, 2), nested([user(2)], 2, 2))
    assert len(list(client.users.all(contains="customer"))) == 2
    assert all("contains=customer" in str(call.request.url) for call in wire.calls)
