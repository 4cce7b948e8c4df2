"""A wire without a net behind it."""

from collections.abc import Iterator

import pytest
import responses

from reseller_portal.upstream.client import Client
from tests.upstream.exchange import BASE


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> Client:
    return Client(BASE, "key-1")
