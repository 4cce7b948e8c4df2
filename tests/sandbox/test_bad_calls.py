"""No call, however odd, may break the sandbox: every answer is a clear yes or no."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import Api, Owner

EXAMPLES = Path(__file__).resolve().parents[1] / "contract" / "examples"
ODD: tuple[Any, ...] = (None, 10**30, "x" * 400, "\x00", [None], [[]], {"x": None})
WRITTEN_BY_HAND = {"create_order_form", "add_mailboxes_form"}


def example(name: str) -> dict[str, Any]:
    return dict(json.loads((EXAMPLES / f"{name}.json").read_text())["request"])


def mutants(value: Any) -> Iterator[Any]:
    """The value with one part of it made odd, part by part."""
    if isinstance(value, dict):
        for key in value:
            for odd in ODD:
                yield {**value, key: odd}
            for inner in mutants(value[key]):
                yield {**value, key: inner}
            yield {other: each for other, each in value.items() if other != key}
    elif isinstance(value, list):
        for number, each in enumerate(value):
            for inner in mutants(each):
                yield [*value[:number], inner, *value[number + 1 :]]


def fitted(request: dict[str, Any], owner: Owner) -> dict[str, Any]:
    """The example with ids and names that exist."""
    text = json.dumps(request)
    mailbox = owner.mailboxes[0]
    real = {
        "YZS4A3R5E4MP3MBF9XYW7R9TT1D7": owner.user,
        "harborlight-reach.example": owner.domain,
        "ZEGNNXMNGZGK7C13CF0CEHHNX8J5": mailbox["mailboxId"],
        "JR9YQ9KAHSQ7H3C5RW4TDFRRWN8V": mailbox["mailboxId"],
        "KPACMW5MWT6TB27M6HWXGDTP42KP": mailbox["subscriptionId"],
        "KT3NJQYFDDXSAAJP46XMN91R4P0M": mailbox["subscriptionId"],
        "gotoharborlight.example": "gotoharborlight.com",
    }
    for old, new in real.items():
        text = text.replace(old, str(new))
    return dict(json.loads(text))


NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json") if path.stem not in WRITTEN_BY_HAND)


@pytest.mark.parametrize("name", NAMES)
def test_no_odd_value_breaks_an_operation(name: str, owner: Owner) -> None:
    request = fitted(example(name), owner)
    query, body = request.get("query", {}), request.get("body")
    for odd_body in [None, *mutants(body or {})]:
        answer = owner.api.call(request["method"], request["path"], odd_body, **query)
        assert answer.status_code < 500, odd_body
    for key in query:
        for odd in ("x" * 400, "99999999999999999999", "\x00"):
            odd_query = {**copy.deepcopy(query), key: odd}
            assert owner.api.call(request["method"], request["path"], body, **odd_query).status_code < 500, odd_query


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe", b'"text"', b"[" * 3000])
def test_a_body_that_is_no_json_object_is_a_400(api: Api, body: bytes) -> None:
    from tests.sandbox.conftest import BASE, KEY

    answer = api.session.post(f"{BASE}/users", data=body, headers=KEY, timeout=5)
    assert answer.status_code == 400


def test_an_unknown_route_and_a_wrong_key_have_answers_of_their_own(api: Api) -> None:
    from tests.sandbox.conftest import BASE

    assert api.call("GET", "/nothing").status_code == 404
    refused = api.session.get(f"{BASE}/wallet", headers={"cmr-x-api-key": "other"}, timeout=5)
    assert (refused.status_code, refused.json()["message"]) == (401, "Invalid API Key")
