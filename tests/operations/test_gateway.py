"""The portal's client of the upstream is made in one place, from the settings."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import responses
from pytest_django import Settings

from reseller_portal.operations import gateway
from reseller_portal.upstream.client import Client

Opened = Callable[[], AbstractContextManager[Client]]


@pytest.fixture
def wire(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> responses.RequestsMock:
    """A bare session, and nothing learnt before."""
    settings.UPSTREAM_SESSION = "requests.Session"
    monkeypatch.setattr(gateway, "_kept", type(gateway._kept)())
    monkeypatch.setattr(gateway, "_found", {})
    return responses.RequestsMock()


@pytest.mark.django_db
@pytest.mark.parametrize("opened", [gateway.client_for_one_call, gateway.client_for_reading])
def test_a_path_of_the_settings_is_where_the_portal_calls(
    wire: responses.RequestsMock, settings: Settings, opened: Opened
) -> None:
    settings.UPSTREAM_URL = "http://upstream.example/v1"
    settings.UPSTREAM_PATHS = {"get_wallet": "POST /balance"}
    with wire, opened() as client:
        wire.post("http://upstream.example/v1/balance", json={"data": {"walletBalance": "12.50"}})
        assert str(client.wallet.get().balance) == "12.50"
