"""A description of what is served, made from the table of operations itself: it cannot fall behind."""

from typing import Any

from reseller_portal.sandbox.wire import BASE, OPERATIONS, Operation

ENVELOPE = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "status": {"type": "integer"},
        "message": {"type": "string"},
        "actionId": {"type": "string"},
        "data": {},
    },
}
REFUSALS = {"400": "Malformed", "401": "Wrong key", "402": "No money for a placement test", "403": "Not yours",
            "404": "Not found", "409": "Conflict", "422": "Business rule", "429": "Too many calls"}  # fmt: skip


def describe() -> dict[str, Any]:
    """The routes of the API as OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), served in OPERATIONS.items():
        paths.setdefault(path.removeprefix(BASE), {})[method.lower()] = _operation(served)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sandbox of the integration API", "version": "1"},
        "servers": [{"url": BASE}],
        "security": [{"PartnerKey": []}],
        "components": {
            "securitySchemes": {"PartnerKey": {"type": "apiKey", "in": "header", "name": "cmr-x-api-key"}},
            "schemas": {"Envelope": ENVELOPE},
        },
        "paths": paths,
    }


def _operation(served: Operation) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Envelope"}}}
    good = "201" if served.name.startswith("order_") else "200"
    described: dict[str, Any] = {
        "operationId": served.name if served.is_first else f"{served.name}_also",
        "summary": (served.answer.__doc__ or served.name.replace("_", " ")).strip().splitlines()[0],
        "responses": {
            good: {"description": "Done or queued", "content": content},
            **{code: {"description": words, "content": content} for code, words in REFUSALS.items()},
        },
    }
    if served.method in {"POST", "PUT", "PATCH"}:
        kind = "multipart/form-data" if "form" in served.name else "application/json"
        described["requestBody"] = {"content": {kind: {"schema": {"type": "object"}}}}
    return described
