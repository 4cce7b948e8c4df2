"""What staff see of the upstream, in the admin and at the prompt."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from reseller_portal.operations import circuit, pauses
from reseller_portal.sandbox.control import Control
from reseller_portal.upstream.errors import Refused, Throttled
from tests.accounts.staff import browser_of, make_admin
from tests.world import World

PAGES = ("/admin/", "/admin/accounts/customer/", "/admin/operations/operation/")


@pytest.fixture
def rex(world: World) -> Client:
    return browser_of(make_admin())


def refuse() -> None:
    circuit.open_because(Refused("get_wallet", 401, "Invalid API Key", route="GET /wallet"))


@pytest.mark.parametrize("page", PAGES)
def test_every_admin_page_says_that_the_upstream_refuses_us_and_what_to_do(rex: Client, page: str) -> None:
    assert "does not serve the portal" not in rex.get(page).content.decode()
    refuse()
    text = rex.get(page).content.decode()
    assert 'role="alert"' in text
    assert "The upstream does not serve the portal, so every call waits" in text
    assert "Put the right one into UPSTREAM_KEY and restart." in text


def test_customers_do_not_read_of_it(world: World, client: Client) -> None:
    refuse()
    client.force_login(world.ada)
    text = client.get("/c/acme/").content.decode().lower()
    assert "upstream" not in text
    assert "api key" not in text


def test_the_overview_lists_what_is_paused_why_and_until_when(rex: Client) -> None:
    pauses.note_throttled(Throttled("suggest_domains", 1800))
    text = rex.get("/admin/").content.decode()
    assert "Paused calls" in text
    assert "Searches for domains" in text
    assert "the upstream asks for 30 min" in text


def test_the_command_says_that_the_key_is_taken(
    world: World, sandbox: Control, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check_upstream")
    assert "takes the key" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "Put the right one into UPSTREAM_KEY"), (403, "Ask the provider"), (405, "Mend UPSTREAM_URL")],
)
def test_the_command_says_what_is_wrong_and_what_to_do(world: World, sandbox: Control, status: int, words: str) -> None:
    sandbox.fault("*", "refuse", times=10, status=status, words="No")
    with pytest.raises(CommandError, match=words) as wrong:
        call_command("check_upstream")
    assert wrong.value.returncode == 1


def test_the_command_tells_no_answer_from_a_refusal(world: World, sandbox: Control) -> None:
    sandbox.fault("get_wallet", "hang")
    sandbox.fault("list_users", "hang")
    with pytest.raises(CommandError) as silent:
        call_command("check_upstream")
    assert silent.value.returncode == 2


def test_at_start_up_a_wrong_key_is_one_line_and_stops_nothing(
    world: World, sandbox: Control, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check_upstream", brief=True)
    assert capsys.readouterr().out == ""
    settings.UPSTREAM_KEY = "another-key"
    call_command("check_upstream", brief=True)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("The upstream does not serve this portal yet: The upstream does not accept the key (401")
