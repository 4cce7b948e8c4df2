"""A name is free only when the upstream clearly says so."""

import pytest
import responses

from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Malformed, Refused, Throttled, UnknownRoute, Unreachable
from reseller_portal.upstream.models.availability import WorkspaceCheck
from tests.upstream.exchange import BASE

SINGLE = f"{BASE}/domains/available-single"
WORKSPACE = f"{BASE}/domains/has-workspace"


@pytest.mark.parametrize(
    "offer",
    [
        {"domainName": "A.example", "status": "AVAILABLE"},
        {"domainName": "a.example", "status": "available"},
        {"domainName": "a.example", "available": True},
    ],
)
def test_a_name_is_available_by_status_or_flag(
    wire: responses.RequestsMock, client: Client, offer: dict[str, object]
) -> None:
    wire.post(SINGLE, json={"status": 200, "data": offer})
    assert client.domains.check("a.example").is_available


@pytest.mark.parametrize(
    "offer",
    [
        {"domainName": "a.example", "status": "UNAVAILABLE"},
        {"domainName": "a.example", "status": "MAYBE"},
        {"domainName": "a.example"},
        {"domainName": "b.example", "status": "AVAILABLE"},
        {"domainName": "a.example", "status": "TAKEN", "available": True},
    ],
)
def test_everything_else_is_not_available(
    wire: responses.RequestsMock, client: Client, offer: dict[str, object]
) -> None:
    wire.post(SINGLE, json={"status": 200, "data": offer})
    checked = client.domains.check("a.example")
    assert (checked.name, checked.is_available) == ("a.example", False)


@pytest.mark.parametrize("status", [404, 409, 422])
def test_a_conflict_is_not_available_and_says_why(wire: responses.RequestsMock, client: Client, status: int) -> None:
    wire.post(SINGLE, status=status, json={"status": status, "message": "Domain is taken", "data": None})
    checked = client.domains.check("a.example")
    assert (checked.is_available, checked.reason) == (False, "Domain is taken")


@pytest.mark.parametrize(("status", "error"), [(401, Refused), (403, Refused), (429, Throttled), (503, Unreachable)])
def test_a_call_that_failed_says_nothing_about_the_name(
    wire: responses.RequestsMock, client: Client, status: int, error: type[Exception]
) -> None:
    no = {"status": status, "message": "No", "data": None}
    wire.post(SINGLE, status=status, json=no)
    wire.post(WORKSPACE, status=status, json=no)
    with pytest.raises(error):
        client.domains.check("a.example")
    with pytest.raises(error):
        client.domains.check_workspace("a.example", provider="GOOGLE")


def test_a_question_that_nobody_heard_says_nothing_about_the_name(wire: responses.RequestsMock) -> None:
    wire.post(SINGLE, status=404)
    wire.post(WORKSPACE, status=404)
    client = Client(BASE, "key-1", paths={"check_domain_availability": "/domains/available-single"})
    with pytest.raises(UnknownRoute):
        client.domains.check("a.example")
    with pytest.raises(UnknownRoute):
        client.domains.check_workspace("a.example", provider="GOOGLE")


def test_an_answer_about_no_name_is_malformed(wire: responses.RequestsMock, client: Client) -> None:
    wire.post(SINGLE, json={"status": 200, "data": {"domains": []}})
    with pytest.raises(Malformed, match="domains"):
        client.domains.check("a.example")


@pytest.mark.parametrize(
    ("status", "message", "is_free"),
    [
        (200, "WORKSPACE NOT EXISTS", True),
        (200, "Workspace exists", False),
        (200, "", False),
        (409, "Workspace exists", False),
        (422, "Check timed out", False),
    ],
)
def test_a_workspace_is_free_by_one_text_only(
    wire: responses.RequestsMock, client: Client, status: int, message: str, is_free: bool
) -> None:
    wire.post(WORKSPACE, status=status, json={"status": status, "message": message, "data": None})
    assert client.domains.check_workspace("a.example", provider="GOOGLE").is_free is is_free


def test_many_workspaces_are_told_apart(wire: responses.RequestsMock, client: Client) -> None:
    results = [
        {"domainName": "late.example", "error": "Check timed out"},
        {"domainName": "taken.example", "error": {"message": "Workspace exists"}},
        {"domainName": "Free.example", "message": "Workspace not exists"},
    ]
    wire.post(WORKSPACE, json={"status": 200, "message": "Checked", "data": results})
    names = ["free.example", "taken.example", "late.example", "silent.example"]
    assert client.domains.check_workspaces(names, provider="GOOGLE") == [
        WorkspaceCheck("Free.example", is_free=True),
        WorkspaceCheck("taken.example", is_free=False, reason="Workspace exists"),
        WorkspaceCheck("late.example", is_free=False, reason="Check timed out"),
        WorkspaceCheck("silent.example", is_free=False, reason="not answered"),
    ]


@pytest.mark.parametrize("names", [[], (), "a.example"])
def test_no_names_are_never_sent(client: Client, names: list[str]) -> None:
    with pytest.raises(ValueError, match="all of them"):
        client.domains.check_workspaces(names, provider="GOOGLE")


def test_the_very_name_comes_first_among_suggestions_and_once(wire: responses.RequestsMock, client: Client) -> None:
    offers = [{"domainName": name, "status": "AVAILABLE"} for name in ("b.example", "A.example", "c.example")]
    exact = {"domainName": "a.example", "status": "Unavailable"}
    wire.post(f"{BASE}/domains/available", json={"data": {"availableDomains": offers, "exactMatch": exact}})
    found = client.domains.suggest("a.example")
    assert [(offer.name, offer.is_available) for offer in found] == [
        ("a.example", False),
        ("b.example", True),
        ("c.example", True),
    ]
