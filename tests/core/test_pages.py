"""Keys of lists come from addresses, so anybody may write them."""

import base64
import json
import unicodedata

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import scope
from domains.models import Domain
from domains.selectors import list_domains
from reseller_portal.core import pages
from reseller_portal.core.lists.domains import ascii_of, readable
from tests.world import World

STRANGE: tuple[object, ...] = (
    ["a", "b"], ["a"], ["a", 1, 2], ["", 0], ["a", 2**70], ["a", -(2**70)], [1, 1], ["a", True], ["x" * 9999, 1],
    ["a\0", 1], ["\ud800", 1], [["a"], 1], [None, {}], {}, 7, None,
)  # fmt: skip


def packed(values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.fixture
def browser(world: World) -> Client:
    with scope(world.acme.pk):
        Domain.objects.create(customer=world.acme, name="north.com", state="ACTIVE")
    client = Client()
    client.force_login(world.ada)
    return client


@pytest.mark.parametrize("page", ["domains/", "domains/?contains=o", "mailboxes/", "orders/", "billing/"])
@pytest.mark.parametrize("key", [*map(packed, STRANGE), "%%%", "=", "éé", "AAAA", "x" * 5000], ids=lambda key: key[:12])
def test_a_key_that_nobody_handed_out_harms_nothing(browser: Client, page: str, key: str) -> None:
    path, _, query = page.partition("?")
    question = {"after": key} | ({"contains": "o"} if query else {})
    assert browser.get(f"/c/acme/{path}", question).status_code == 200


def test_a_key_that_makes_no_sense_starts_at_the_top(browser: Client, world: World) -> None:
    with scope(world.acme.pk):
        for key in (packed(["zzz", "not a number"]), "nonsense"):
            assert [row.name for row in list_domains(customer=world.acme, after=key).rows] == ["north.com"]
        assert list_domains(customer=world.acme, after=packed(["zzz", 1])).rows == []


@pytest.mark.parametrize("path", ["domains/?contains=a%00", "domains/a%00.com/", "orders/a%00/", "?%78=%00"])
def test_a_nul_sign_in_an_address_is_refused_and_no_fault_of_ours(browser: Client, path: str) -> None:
    assert browser.get(f"/c/acme/{path}").status_code == 400


@pytest.mark.parametrize("path", ["/c/acme/domains/find/", "/c/acme/mailboxes/order/", "/account/login/"])
def test_nor_is_one_in_a_form(browser: Client, path: str) -> None:
    form = {"way": "list", "names": "a\0.com", "domains": "a\0.com", "login": "a\0@b.example", "password": "\0"}
    assert browser.post(path, form).status_code == 400


def test_a_view_that_reads_its_own_body_still_can(world: World) -> None:
    answer = Client().post("/webhooks/upstream/", {"a": "\0"})
    assert answer.status_code in {400, 401}


def test_what_cannot_be_read_is_answered_with_a_page_that_says_so(browser: Client) -> None:
    answer = browser.get("/c/acme/domains/?contains=%00").content.decode()
    assert "This request cannot be read" in answer
    assert 'rel="stylesheet"' in answer


@pytest.mark.parametrize("needle", ["münchen", "ünchen-9", "北京", "京9.com", "mu\u0308nchen-9.com"])
def test_a_search_in_other_letters_looks_at_every_name(
    world: World, monkeypatch: pytest.MonkeyPatch, needle: str
) -> None:
    monkeypatch.setattr(pages, "LOOKED_AT", 2)
    spelled = [ascii_of(f"{name}{number}.com") for name in ("münchen-", "北京", "köln-") for number in range(10)]
    with scope(world.acme.pk):
        for name in [*spelled, "mnchen-9.com"]:
            Domain.objects.create(customer=world.acme, name=name, state="ACTIVE")
        found = [readable(row.name) for row in list_domains(customer=world.acme, contains=needle).rows]
    wanted = unicodedata.normalize("NFC", needle)
    assert sorted(found) == sorted(name for name in map(readable, spelled) if wanted in name)
    assert found


def test_a_search_for_a_few_letters_looks_at_so_many_names_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next window goes on where this one ended, so that all are found and no request looks at all."""
    monkeypatch.setattr(pages, "LOOKED_AT", 2)
    monkeypatch.setattr(pages, "MOST_LOOKS", 3)
    names = sorted(ascii_of(f"{name}{number}.com") for name in ("köln-", "北京") for number in range(10))
    found, after = [], ""
    with scope(world.acme.pk):
        for name in names:
            Domain.objects.create(customer=world.acme, name=name, state="ACTIVE")
        for _ in range(10):
            with CaptureQueriesContext(connection) as queries:
                window = list_domains(customer=world.acme, contains="京", after=after)
            assert len(queries) <= 2 * 3 + 2
            found += [row.name for row in window.rows]
            after = window.next_key
            if not after:
                break
    assert found == [name for name in names if "京" in readable(name)]
