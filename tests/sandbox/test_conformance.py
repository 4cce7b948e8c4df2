"""Whatever is asked, the answer is one that the description promises: status, content type, headers, body.

Both descriptions are tried: the contract, and the one that the sandbox itself serves, control included. More examples
of each by `make soak`, which sets EXAMPLES.
"""

import os
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from reseller_portal.sandbox import openapi
from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.controlling import ROOMS
from reseller_portal.sandbox.line import make_application
from reseller_portal.sandbox.serving import Pace
from reseller_portal.sandbox.wire import BASE, OPERATIONS
from tests.sandbox.conftest import KEY
from tests.sandbox.known import KNOWN, make_known_world

EXAMPLES = int(os.environ.get("EXAMPLES", "6"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROUTES = sorted(OPERATIONS)
FIRST_ROUTES = sorted(route for route, served in OPERATIONS.items() if served.is_first)
CONTROLS = sorted(
    (method.upper(), path)
    for path, methods in openapi.describe()["paths"].items()
    if path.startswith("/control/")
    for method in methods
)


@cache
def described(source: str) -> BaseSchema:
    """The sandbox's own description is fetched from it as anybody would; nothing slows the calls down."""
    application = make_application(Pace(calls=10**9))
    if source == "served":
        return schemathesis.openapi.from_wsgi("/openapi.json", application)
    schema = schemathesis.openapi.from_dict(openapi.contract())
    schema.app = application
    return schema


def operation(source: str, method: str, path: str) -> APIOperation[Any, Any, Any, Any]:
    return described(source)[path][method]


@st.composite
def cases(draw: st.DrawFn, source: str, method: str, path: str) -> schemathesis.Case[Any]:
    """What fits the description, or not quite; mostly about things that exist."""
    asked = operation(source, method, path)
    mode = draw(st.sampled_from([GenerationMode.POSITIVE] * 3 + [GenerationMode.NEGATIVE]))
    try:
        case = draw(asked.as_strategy(generation_mode=mode))
    except schemathesis.errors.SchemathesisError:
        case = draw(asked.as_strategy(generation_mode=GenerationMode.POSITIVE))
    if draw(st.integers(0, 3)):
        case.query, case.body = known(draw, case.query), known(draw, case.body)
    return case


def known(draw: st.DrawFn, value: Any, key: str = "") -> Any:
    """The value with ids and names that exist."""
    if isinstance(value, dict):
        return {each: known(draw, inner, each) for each, inner in value.items()}
    if isinstance(value, list):
        return [known(draw, each, key) for each in value]
    return draw(st.sampled_from(KNOWN[key])) if key in KNOWN and isinstance(value, str) else value


def try_out(source: str, method: str, path: str) -> None:
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases(source, method, path))
    def ask(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers=KEY, checks=CHECKS)

    ask()


@pytest.fixture
def known_world(sandbox: Control) -> Control:
    make_known_world()
    return sandbox


@pytest.mark.parametrize("method, path", ROUTES)
def test_the_sandbox_answers_as_its_own_description_says(known_world: Control, method: str, path: str) -> None:
    try_out("served", method, path)


@pytest.mark.parametrize("method, path", CONTROLS)
def test_control_answers_as_its_description_says(known_world: Control, method: str, path: str) -> None:
    try_out("served", method, path)


@pytest.mark.parametrize("method, path", FIRST_ROUTES)
def test_the_sandbox_answers_as_the_contract_says(known_world: Control, method: str, path: str) -> None:
    try_out("contract", method, path.removeprefix(BASE))


def test_a_room_of_control_that_is_not_described_does_not_exist() -> None:
    assert {path.removeprefix("/control/") for _method, path in CONTROLS} == set(ROOMS)


def test_an_answer_that_no_description_promises_is_noticed(known_world: Control) -> None:
    known_world.fault("get_wallet", "refuse", status=418, times=1000)
    with pytest.raises(FailureGroup, match="status code"):
        try_out("contract", "GET", "/wallet")
