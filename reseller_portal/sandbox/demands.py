"""What the contract demands of a call: parts that are required, kinds, patterns, lengths. The contract itself says it.

What the sources do not agree on stays with the operations (`anyOf`): one thing may be said in several ways there.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.wire import Refusal

Schema = Mapping[str, Any]
NO_USER = "Please provide a userId"
# The sources do not say where these have it: the other place is understood, too.
USER_ANYWHERE = {"add_google_client_id", "add_domain_forwarding", "add_email_forwarding"}
KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
}  # fmt: skip


def refuse_unfit(name: str, query: Mapping[str, str], body: Mapping[str, Any]) -> None:
    """Raises `Refusal` 400 with the first thing that is missing or malformed; a missing user comes before all."""
    user_is_in, schema = _demands_of(name)
    places = {"query": query, "body": body}
    user = places[user_is_in].get("userId") if user_is_in else "nobody asked"
    if not user and name in USER_ANYWHERE:
        user = query.get("userId") or body.get("userId")
    if not isinstance(user, str) or not user.strip():
        raise Refusal(400, NO_USER)
    if schema:
        optional = set(clock.manners().get("optional_fields", ()))
        for words in _faults(schema, body, "", optional):
            raise Refusal(400, words)


def _faults(schema: Schema, value: Any, at: str, optional: set[str]) -> Iterator[str]:
    schema = _whole(schema)
    if not _is_of_kind(schema.get("type"), value):
        yield f"{at} is missing or malformed"
    elif isinstance(value, dict):
        yield from _faults_of_object(schema, value, at, optional)
    elif isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{at} must not be empty"
        for number, each in enumerate(value):
            yield from _faults(schema.get("items", {}), each, f"{at}[{number}]", optional)
    elif not _is_allowed(schema, value):
        yield f"{at} is missing or malformed"


def _faults_of_object(schema: Schema, value: Mapping[str, Any], at: str, optional: set[str]) -> Iterator[str]:
    for key in schema.get("required", ()):
        if key not in optional | {"userId"} and value.get(key) in (None, ""):
            yield f"{at}{'.' if at else ''}{key} is missing or malformed"
    if len(value) < schema.get("minProperties", 0) and at not in optional:
        yield f"{at or 'the body'} must not be empty"
    inside, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    for key, each in value.items():
        if each is not None and key != "userId":
            yield from _faults(inside.get(key, others or {}), each, f"{at}{'.' if at else ''}{key}", optional)


def _is_of_kind(kinds: str | list[str] | None, value: Any) -> bool:
    """A truth value is no number."""
    wanted = [kinds] if isinstance(kinds, str) else kinds or []
    return not wanted or any(
        isinstance(value, KINDS[each]) and (each == "boolean" or not isinstance(value, bool)) for each in wanted
    )


def _is_allowed(schema: Schema, value: Any) -> bool:
    if isinstance(value, str):
        pattern = schema.get("pattern")
        is_long_enough = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        is_written_well = pattern is None or re.search(pattern, value, re.ASCII) is not None
        return is_long_enough and is_written_well and value in schema.get("enum", [value])
    if isinstance(value, int | float):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True


def _whole(schema: Schema) -> Schema:
    """The schema that a reference names, and the parts of `allOf` as one."""
    if "$ref" in schema:
        schema = _contract()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    parts = [_whole(each) for each in schema.get("allOf", ())]
    if not parts:
        return schema
    return {
        "type": "object",
        "required": [key for part in parts for key in part.get("required", ())],
        "properties": {key: each for part in parts for key, each in part.get("properties", {}).items()},
    }


@cache
def _demands_of(name: str) -> tuple[str, Schema | None]:
    """Where its user stands ("" where it has none), and what its body must be."""
    found = next(
        each for ways in _contract()["paths"].values() for each in ways.values() if each["operationId"] == name
    )
    content = found.get("requestBody", {}).get("content", {})
    schema = next((_whole(each["schema"]) for each in content.values()), None)
    if {"$ref": "#/components/parameters/UserId"} in found.get("parameters", ()):
        return "query", schema
    return ("body" if schema and "userId" in schema.get("required", ()) else ""), schema


@cache
def _contract() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text(encoding="utf-8"))
    return loaded
