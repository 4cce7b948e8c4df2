"""The description that the sandbox serves is whole: every route, every reference, and the contract's own examples."""

import json
import re
from collections import Counter
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reseller_portal.sandbox import openapi
from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.models import Domain
from reseller_portal.sandbox.wire import BASE, OPERATIONS
from tests.contract.facts import OPERATIONS as FACTS
from tests.contract.facts import example
from tests.sandbox.conftest import Api
from tests.sandbox.known import SPARE, make_known_world

BY_FORM = {"create_order_form", "add_mailboxes_form"}
SERVED = openapi.describe()


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): found
        for path, methods in described["paths"].items()
        for method, found in methods.items()
    }


def test_every_route_of_the_table_is_described_and_no_other() -> None:
    assert {route for route in operations(SERVED) if route[1].startswith(BASE)} == set(OPERATIONS)


def test_every_operation_is_described_by_its_own_name_once() -> None:
    names = Counter(found["operationId"] for found in operations(SERVED).values())
    assert max(names.values()) == 1
    assert {served.name for served in OPERATIONS.values()} <= set(names)
    assert len({served.name for served in OPERATIONS.values()}) == 64


def test_the_contract_the_table_and_the_facts_speak_of_the_same_routes() -> None:
    contract = {
        (method, BASE + path): found["operationId"] for (method, path), found in operations(openapi.contract()).items()
    }
    assert contract == {route: served.name for route, served in OPERATIONS.items() if served.is_first}
    assert contract == {(each["method"], BASE + each["path"]): name for name, each in FACTS.items()}


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    for kind, name in re.findall(r'"\$ref": "#/components/(\w+)/([^"]+)"', json.dumps(SERVED)):
        assert name in SERVED["components"][kind], name
    for schema in SERVED["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_what_takes_a_body_describes_it_and_what_is_answered_too() -> None:
    for route, found in operations(SERVED).items():
        for answer in found["responses"].values():
            assert "$ref" in answer or answer["content"]["application/json"]["schema"], route
        for content in found.get("requestBody", {}).get("content", {}).values():
            assert content["schema"].keys() & {"properties", "anyOf", "$ref", "allOf", "oneOf"}, route


@pytest.mark.parametrize("name", sorted(set(FACTS) - BY_FORM))
def test_every_example_of_the_contract_is_answered_like_there(sandbox: Control, name: str) -> None:
    make_known_world()
    if name == "replace_nameservers":
        Domain.objects.filter(name=SPARE).update(name="gotoharborlight.example")
    request, response = example(name)["request"], example(name)["response"]
    answer = Api(sandbox).call(request["method"], request["path"], request.get("body"), **request.get("query", {}))
    assert answer.status_code == response["status"], answer.text
    assert type(answer.json().get("data")) is type(response["body"].get("data"))
    assert answer.json().keys() == response["body"].keys()
