"""A description of everything that is served: the contract, what the sandbox adds to it, and `/control/`.

`contract.json` says what the upstream is believed to speak, `control.json` how the sandbox is moved by hand. Which
routes there are is read from the table of operations, so that the description cannot fall behind it.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from reseller_portal.sandbox.serving import SCENARIO_HEADER
from reseller_portal.sandbox.wire import BASE, OPERATIONS, Operation

HERE = Path(__file__).parent
METHODS = {"get", "post", "put", "patch", "delete"}
SCENARIO = {
    "name": SCENARIO_HEADER,
    "in": "header",
    "description": "How this order is to end: success, full_failure or partial_failure. Any other word means success.",
    "schema": {"type": "string", "examples": ["success", "full_failure", "partial_failure"]},
    "example": "success",
}
TOO_LARGE = {
    "description": "The body is larger than 20 MB.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
PLAYS_SCENARIOS = {
    "create_order", "create_order_form", "create_mailbox_order", "add_mailboxes_form", "process_order",
    "order_prewarmed_domains", "order_sandbox_prewarmed_domains",
}  # fmt: skip


def contract() -> dict[str, Any]:
    """What the upstream is believed to speak, as OpenAPI 3.1."""
    return _read("contract.json")


@cache
def describe() -> dict[str, Any]:
    """What is served, as OpenAPI 3.1."""
    found, control = contract(), _read("control.json")
    known = {each["operationId"]: each for path in found["paths"].values() for each in path.values()}
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), served in OPERATIONS.items():
        paths.setdefault(path, {})[method.lower()] = _described(served, known[served.name])
    words = found["info"]["description"]
    return {
        **found,
        "info": {
            **found["info"],
            "title": "The sandbox of the integration API",
            "description": f"A stand-in for the upstream, and under /control/ the hand that moves it. {words}",
        },
        "servers": [{"url": "/"}],
        "tags": [*found["tags"], *control["tags"]],
        "paths": {**paths, **control["paths"]},
        "components": {**found["components"], "schemas": {**found["components"]["schemas"], **control["schemas"]}},
    }


def _described(served: Operation, known: dict[str, Any]) -> dict[str, Any]:
    """An operation of the contract at one of its routes."""
    described = {**known, "responses": {**known["responses"]}}
    if "requestBody" in known:
        described["responses"]["413"] = TOO_LARGE
    if served.name in PLAYS_SCENARIOS:
        described["parameters"] = [*known.get("parameters", []), SCENARIO]
    if not served.is_first:
        described["operationId"] = f"{served.name}_also{BASE}{served.path}".replace("/", "_")
        described["description"] = f"Another place of {served.name}."
    return described


def _read(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return loaded
