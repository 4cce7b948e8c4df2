"""Playing the contract's examples to the client, as they are or changed."""

import copy
import email
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import responses

from tests.contract.facts import OPERATIONS, example

BASE = "https://upstream.example/api/v1/integration"


def play(wire: responses.RequestsMock, operation: str, body: Any = None) -> None:
    """Answers the operation with the contract's example, or with `body` in its place."""
    answer = example(operation)["response"]
    facts = OPERATIONS[operation]
    content = answer["body"] if body is None else body
    wire.add(facts["method"], BASE + facts["path"], status=answer["status"], json=content)


def sent(request: requests.PreparedRequest) -> dict[str, Any]:
    """What went out, in the form of the contract's examples."""
    url = urlsplit(str(request.url))
    said: dict[str, Any] = {"method": request.method, "path": url.path.removeprefix(urlsplit(BASE).path)}
    if url.query:
        said["query"] = dict(parse_qsl(url.query))
    if request.body and request.headers.get("Content-Type") == "application/json":
        said["body"] = json.loads(request.body)
    elif request.body:
        said["form"] = unpacked(request)
    return said


def unpacked(request: requests.PreparedRequest) -> dict[str, Any]:
    """The parts of a form: JSON read where it is JSON, files under `files` by the key in their part's name."""
    assert isinstance(request.body, bytes)
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    form: dict[str, Any] = {}
    for part in email.message_from_bytes(head + request.body).walk():
        name = part.get_param("name", header="Content-Disposition")
        content = bytes(part.get_payload(decode=True) or b"").decode()
        if part.get_filename():
            form.setdefault("files", {})[str(name).removeprefix("files[").removesuffix("]")] = content
        elif name:
            form[str(name)] = json.loads(content) if content[0] in "[{tf" else content
    return form


def wanted(operation: str) -> dict[str, Any]:
    """The example's request, with the query as it travels: text."""
    request = dict(example(operation)["request"])
    if "query" in request:
        request["query"] = {name: str(value) for name, value in request["query"].items()}
    return request


def body_of(operation: str) -> Any:
    return copy.deepcopy(example(operation)["response"]["body"])


def places(value: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any], str]]:
    """Every key of an answer: the way to it, its object, and the key."""
    items = enumerate(value) if isinstance(value, list) else ()
    for number, item in items:
        yield from places(item, f"{at}[{number}]")
    for key in list(value) if isinstance(value, dict) else ():
        here = f"{at}.{key}" if at else key
        yield here, value, key
        yield from places(value[key], here)
