"""Whatever comes back, a caller gets a value or one of the four errors."""

from contextlib import suppress
from typing import Any

import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import UpstreamError
from tests.upstream.cases.every import CASES
from tests.upstream.exchange import BASE, body_of, places, play

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
ANYTHING = st.recursive(
    SCALARS | st.sampled_from(["", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1e999999999", "-0"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=400, deadline=None, database=None)
@given(operation=st.sampled_from(sorted(CASES)), choice=st.integers(min_value=0), value=ANYTHING)
def test_a_strange_value_anywhere_is_read_or_named(operation: str, choice: int, value: Any) -> None:
    body = body_of(operation)
    found = list(places(body))
    _, holder, key = found[choice % len(found)]
    holder[key] = value
    with responses.RequestsMock() as wire, suppress(UpstreamError):
        play(wire, operation, body)
        CASES[operation].call(Client(BASE, "key-1"))
